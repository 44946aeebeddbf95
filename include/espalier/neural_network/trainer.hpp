// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <espalier/core/fit_context.hpp>
#include <espalier/neural_network/callbacks.hpp>
#include <espalier/neural_network/checkpoint.hpp>
#include <espalier/neural_network/data_loader.hpp>
#include <espalier/neural_network/early_stopping.hpp>
#include <espalier/neural_network/history.hpp>
#include <espalier/neural_network/loss.hpp>
#include <espalier/neural_network/metric.hpp>
#include <espalier/neural_network/optimizer.hpp>
#include <espalier/neural_network/schedule.hpp>
#include <espalier/neural_network/sequential.hpp>

namespace espalier::nn {

struct TrainerOptions {
  int epochs = 100;  ///< in all: with those of earlier calls of `fit` and of a resumed training
  /// A batch's objective is its loss + l1·‖W‖₁ + ½·l2·‖W‖² (penalty.hpp); what is reported is the
  /// loss alone.
  double l1 = 0.0;
  double l2 = 0.0;
  double clip_norm = infinity;   ///< of the gradient of all parameters together
  double clip_value = infinity;  ///< of each number of it, before the norm
  std::vector<Metric> metrics = {};
  /// "loss" or a metric, of the validation rows, or of the training rows where there are none: what
  /// tells the best epoch, for early stopping and checkpoints.
  std::string monitor = "loss";
  std::optional<EarlyStopping> early_stopping = {};
  std::optional<Checkpoints> checkpoints = {};
  Callbacks callbacks = {};
  std::int64_t random_state = 0;  ///< of what layers draw in training (dropout)

  static constexpr auto fields() {
    using O = TrainerOptions;
    return Fields{field("epochs", &O::epochs, at_least(0), "in all"),
                  field("l1", &O::l1, at_least(0.0), "penalty of absolute values"),
                  field("l2", &O::l2, at_least(0.0), "penalty of squares"),
                  field("clip_norm", &O::clip_norm, above_or_infinite(0.0), "of gradients"),
                  field("clip_value", &O::clip_value, above_or_infinite(0.0), "of gradients"),
                  field("random_state", &O::random_state, at_least(0.0), "of the layers")};
  }
};

/// The loss, and the trainer's metrics in their order, of a network as it is applied.
struct Evaluation {
  double loss;
  std::vector<double> metrics;
};

/// The training loop: epochs, and in them mini-batches.
///
///     nn::Trainer trainer(net, nn::CrossEntropy(), nn::Adam(), {.epochs = 20});
///     trainer.fit(loader, {.validation = ValidationSet{X_val, y_val}});
///
/// A step is forward, loss, backward, penalties, clipping, schedule, optimiser, in this order.
/// One's own loop takes ten lines of the same parts:
///
///     for (Index epoch = 0, step = 0; epoch < 100; ++epoch)
///       for (const nn::MiniBatch<float>& batch : loader.epoch(epoch)) {
///         loss(net.forward(batch.X, seed, step++), batch.y, gradient);
///         net.backward(nn::view(gradient));
///         optimizer.step(parameters);
///       }
template <class T>
class Trainer {
 public:
  /// Trains `network`, which must live as long as the trainer; the others are copied. The schedule
  /// multiplies the optimiser's learning rate; without one it stays.
  /// @throws InvalidParameter  an option is out of range, or there is no such metric to monitor
  Trainer(Sequential<T>& network, const Loss<T>& loss, const Optimizer<T>& optimizer,
          TrainerOptions options = {});
  Trainer(Sequential<T>& network, const Loss<T>& loss, const Optimizer<T>& optimizer,
          const Schedule& schedule, TrainerOptions options = {});

  /// Trains until there are `options().epochs` epochs, or until early stopping, a callback or the
  /// context's stop token ends it. Then, with early stopping, the network has the weights of the
  /// best epoch; what goes on from there is no longer the training that a checkpoint goes on with.
  /// Early stopping that is asked for after some epochs, or given another `monitor`, looks for the
  /// best one from the last of them on, for the weights of those before were not kept.
  ///
  /// The context's validation set, callback, stop token and n_threads are taken; weights belong
  /// into the DataLoader. The same bits for any number of threads. When it throws, the network, the
  /// history and all the rest are as before the call (a copy is kept for that).
  /// @throws InvalidInput  X or y do not fit the network or the loss; or a loss, a parameter or a
  ///                       running statistic is no longer finite: names epoch and batch
  /// @throws Cancelled     the stop token was triggered
  const History& fit(DataLoader<T>& loader, const FitContext& context = {});
  /// The same with validation rows whose loader has been made with `.classes = loader.classes()`.
  const History& fit(DataLoader<T>& loader, DataLoader<T>& validation,
                     const FitContext& context = {});

  /// One step on one batch; its loss before the step. The network has the layers that it had when the
  /// trainer was made, or in the last `fit`; for a schedule an epoch has the steps that it had in
  /// that, or one. @throws InvalidInput  the loss is not finite
  double train_batch(const MiniBatch<T>& batch);

  /// Of all rows of a loader, in their order and with their weights.
  Evaluation evaluate(DataLoader<T>& loader) const;

  const History& history() const { return state_.history; }
  /// The best epoch so far, 1, 2, …; 0 before there is one.
  int best_epoch() const { return state_.best.epoch; }

  /// For going on: `trainer.options().epochs = 200; trainer.fit(loader);`.
  TrainerOptions& options() { return options_; }
  const TrainerOptions& options() const { return options_; }

  /// What a checkpoint holds: network, optimiser, schedule, history, best epoch with its weights.
  /// @throws IoError
  void save(const std::filesystem::path& path) const;
  /// Takes all that up in a trainer that was made in the same way; `fit` then goes on to
  /// `options().epochs` with the bits of a training that was not interrupted, if the loader is the
  /// same. The options may have changed otherwise.
  /// @throws IoError      the file cannot be read
  /// @throws FormatError  it is no such file, is damaged or of another network, loss, optimiser,
  ///                      schedule or random_state; nothing is changed
  void resume(const std::filesystem::path& path);

 private:
  struct Best {
    int epoch = 0;
    double value = 0.0;
    std::string monitor = {};           // what the value is of
    std::vector<Rows<T>> weights = {};  // where early stopping wants them back
  };
  /// What changes in training, beside the network.
  struct State {
    std::unique_ptr<Optimizer<T>> optimizer;
    std::unique_ptr<Schedule> schedule;
    History history;
    Best best;
    double learning_rate;  // that the schedule multiplies

    State clone() const;
  };
  class Epoch;  // its sums

  void check(const DataLoader<T>& loader, const DataLoader<T>* validation) const;
  const History& run(DataLoader<T>& loader, DataLoader<T>* validation, const FitContext& context);
  bool run_epoch(DataLoader<T>& loader, DataLoader<T>* validation, const FitContext& context);
  bool end_epoch(EpochRecord record);
  /// The metrics of results z, which become predictions.
  std::vector<double> measure(Batch<T> z, ConstBatch<T> y, std::span<const T> weights) const;
  double watched(const EpochRecord& record) const;
  bool update_best(double value, int epoch);
  bool restores_best() const;
  /// Where the best epoch's weights are wanted back, but were not kept, or where it is the best by
  /// another monitor: the search for it begins with the last one, which the network is of.
  void begin_with_last_epoch();
  bool is_out_of_patience() const;
  void report(const FitContext& context, double elapsed) const;
  Value encode() const;
  State decode(const Value& value, Sequential<T>& network) const;

  Sequential<T>& network_;
  std::unique_ptr<Loss<T>> loss_;
  TrainerOptions options_;
  State state_;
  std::vector<Parameter<T>*> parameters_;
  Index steps_per_epoch_ = 1;
  Index batch_ = 0;                  // 1, 2, … in the epoch
  const Rows<T>* result_ = nullptr;  // of that batch
  Rows<T> gradient_;
};

extern template class Trainer<float>;
extern template class Trainer<double>;

}  // namespace espalier::nn
