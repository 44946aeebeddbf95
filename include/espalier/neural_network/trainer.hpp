// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/fit_context.hpp>
#include <espalier/neural_network/data_loader.hpp>
#include <espalier/neural_network/loss.hpp>
#include <espalier/neural_network/optimizer.hpp>
#include <espalier/neural_network/sequential.hpp>

namespace espalier::nn {

struct TrainerOptions {
  int epochs = 100;
  std::int64_t random_state = 0;  ///< of what layers draw in training (dropout)
};

/// One epoch.
struct EpochRecord {
  int epoch;  ///< 1, 2, …
  double loss;
};

/// The training loop: epochs, and in them mini-batches.
///
///     nn::Trainer trainer(net, nn::CrossEntropy(), nn::Adam());
///     trainer.fit(loader);
///
/// It is short, so that a loop of one's own is, too:
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
  /// Trains `network`, which must live as long as the trainer; the others are copied.
  Trainer(Sequential<T>& network, const Loss<T>& loss, const Optimizer<T>& optimizer,
          TrainerOptions options = {});

  /// All epochs. May be called again, to go on.
  const std::vector<EpochRecord>& fit(DataLoader<T>& loader, const FitContext& context = {});

  /// One step on one batch; the loss before it.
  double train_batch(const MiniBatch<T>& batch);

  const std::vector<EpochRecord>& history() const { return history_; }

 private:
  Sequential<T>& network_;
  std::unique_ptr<Loss<T>> loss_;
  std::unique_ptr<Optimizer<T>> optimizer_;
  TrainerOptions options_;
  std::vector<Parameter<T>*> parameters_;
  Rows<T> gradient_;
  std::vector<EpochRecord> history_;
};

extern template class Trainer<float>;
extern template class Trainer<double>;

}  // namespace espalier::nn
