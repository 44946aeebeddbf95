// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/trainer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <espalier/core/parallel.hpp>
#include <espalier/neural_network/gradient_clipping.hpp>
#include <espalier/neural_network/penalty.hpp>

#include "core/clock.hpp"
#include "neural_network/network_values.hpp"
#include "neural_network/training_context.hpp"

namespace espalier::nn {
namespace {

std::vector<std::string> names_of_metrics(const TrainerOptions& options) {
  std::vector<std::string> names;
  for (const Metric& metric : options.metrics) names.push_back(metric.name());
  return names;
}

/// The metric that is monitored, or null for the loss.
const Metric* monitored(const TrainerOptions& options) {
  const auto found =
      std::find_if(options.metrics.begin(), options.metrics.end(),
                   [&](const Metric& metric) { return metric.name() == options.monitor; });
  return found == options.metrics.end() ? nullptr : &*found;
}

/// Each metric is a column of History::table, with that of the validation rows beside it.
void check_names(const TrainerOptions& options) {
  std::set<std::string> names{"epoch", "loss", "validation_loss", "learning_rate", "seconds"};
  for (const std::string& name : names_of_metrics(options))
    if (!names.insert(name).second || !names.insert("validation_" + name).second)
      throw InvalidParameter(fmt::format(
          "Trainer: a metric is called '{}', as another or a column of the history is", name));
}

void check_options(const TrainerOptions& options) {
  detail::validate_fields(options, "Trainer");
  if (options.early_stopping) detail::validate_fields(*options.early_stopping, "EarlyStopping");
  if (options.checkpoints) {
    detail::validate_fields(*options.checkpoints, "Checkpoints");
    if (options.checkpoints->path.empty()) throw InvalidParameter("Checkpoints: the path is empty");
  }
  check_names(options);
  if (options.monitor != "loss" && monitored(options) == nullptr)
    throw InvalidParameter(fmt::format(
        "Trainer: monitor is '{}', which is neither loss nor one of the metrics", options.monitor));
}

constexpr std::string_view advice =
    "a smaller learning rate, inputs of similar size (StandardScaler) or clipped gradients "
    "(clip_norm) may help";

}  // namespace

/// What is summed up in an epoch; with metrics also the results, row by row.
template <class T>
class Trainer<T>::Epoch {
 public:
  Epoch(Index rows, Index outputs, Index targets) : z_(rows, outputs), y_(rows, targets) {}

  void add(const MiniBatch<T>& batch, double loss, const Rows<T>& z) {
    const double weight = batch.total_weight();
    loss_ += loss * weight;
    weight_ += weight;
    if (z_.rows() == 0) return;
    z_.middleRows(n_, z.rows()) = z;
    y_.middleRows(n_, z.rows()) = batch.y;
    weights_.insert(weights_.end(), batch.weight.begin(), batch.weight.end());
    n_ += z.rows();
  }
  double loss() const { return loss_ / weight_; }
  /// The results so far, and what belongs to them.
  Batch<T> z() { return {z_.data(), n_, z_.cols()}; }
  ConstBatch<T> y() const { return {y_.data(), n_, y_.cols()}; }
  std::span<const T> weights() const { return weights_; }

 private:
  double loss_ = 0.0, weight_ = 0.0;
  Index n_ = 0;
  Rows<T> z_, y_;
  std::vector<T> weights_;
};

template <class T>
typename Trainer<T>::State Trainer<T>::State::clone() const {
  return {optimizer->clone(), schedule ? schedule->clone() : nullptr, history, best, learning_rate};
}

template <class T>
Trainer<T>::Trainer(Sequential<T>& network, const Loss<T>& loss, const Optimizer<T>& optimizer,
                    TrainerOptions options)
    : network_(network),
      loss_(loss.clone()),
      options_(std::move(options)),
      state_{optimizer.clone(),
             nullptr,
             History(names_of_metrics(options_)),
             {},
             optimizer.learning_rate()},
      parameters_(network.parameters()) {
  check_options(options_);
}

template <class T>
Trainer<T>::Trainer(Sequential<T>& network, const Loss<T>& loss, const Optimizer<T>& optimizer,
                    const Schedule& schedule, TrainerOptions options)
    : Trainer(network, loss, optimizer, std::move(options)) {
  state_.schedule = schedule.clone();
}

template <class T>
double Trainer<T>::train_batch(const MiniBatch<T>& batch) {
  Optimizer<T>& optimizer = *state_.optimizer;
  const Rows<T>& z = network_.forward(batch.X, static_cast<std::uint64_t>(options_.random_state),
                                      static_cast<std::uint64_t>(optimizer.n_steps()));
  gradient_.resize(z.rows(), z.cols());
  const double loss = loss_->evaluate(view(z), batch.y, batch.weight, mutable_view(gradient_));
  ++batch_;
  if (!std::isfinite(loss))
    throw InvalidInput(fmt::format("Trainer: the loss ({}) is {} in epoch {}, batch {}; {}",
                                   loss_->name(), loss, history().size() + 1, batch_, advice));
  network_.backward(view(gradient_));
  if (options_.l1 > 0.0 || options_.l2 > 0.0) add_penalty<T>(parameters_, options_.l1, options_.l2);
  if (options_.clip_value < infinity) clip_by_value<T>(parameters_, options_.clip_value);
  if (options_.clip_norm < infinity) clip_by_norm<T>(parameters_, options_.clip_norm);
  if (state_.schedule)
    optimizer.set_learning_rate(
        state_.learning_rate *
        state_.schedule->factor({optimizer.n_steps(), history().size(), steps_per_epoch_}));
  optimizer.step(parameters_);
  result_ = &z;
  return loss;
}

template <class T>
std::vector<double> Trainer<T>::measure(Batch<T> z, ConstBatch<T> y,
                                        std::span<const T> weights) const {
  if (options_.metrics.empty()) return {};
  loss_->predict(z);
  const Matrix predicted = z.template cast<double>();
  const Matrix target = y.template cast<double>();
  Vector w(static_cast<Index>(weights.size()));
  std::copy(weights.begin(), weights.end(), w.begin());
  std::vector<double> values;
  for (const Metric& metric : options_.metrics)
    values.push_back(metric(predicted, target, w, loss_->threshold()));
  return values;
}

template <class T>
Evaluation Trainer<T>::evaluate(DataLoader<T>& loader) const {
  constexpr Index rows_at_a_time = 4096;
  const Index n = loader.n_rows(), outputs = network_.outputs(loader.n_features());
  check_target(*loss_, loader, outputs);
  Rows<T> z;
  if (loader.is_sparse()) {
    z.resize(n, outputs);
    const Blocks blocks{n, rows_at_a_time};
    for (Index b = 0; b < blocks.count(); ++b) {
      const Index begin = blocks.begin(b), end = blocks.end(b);
      z.middleRows(begin, end - begin) = network_.predict(loader.rows(begin, end).X);
    }
  } else {
    z = network_.predict_rows(loader.X());
  }
  const double loss =
      loss_->evaluate(view(z), view(loader.y()), loader.weight(), Batch<T>(nullptr, 0, 0));
  return {loss, measure(mutable_view(z), view(loader.y()), loader.weight())};
}

template <class T>
double Trainer<T>::watched(const EpochRecord& record) const {
  const bool validated = !std::isnan(record.validation_loss);
  const Metric* const metric = monitored(options_);
  if (metric == nullptr) return validated ? record.validation_loss : record.loss;
  const auto& values = validated ? record.validation_metrics : record.metrics;
  return values[static_cast<std::size_t>(metric - options_.metrics.data())];
}

template <class T>
const History& Trainer<T>::fit(DataLoader<T>& loader, const FitContext& context) {
  if (!context.validation) return run(loader, nullptr, context);
  DataLoader<T> validation(context.validation->X, context.validation->y,
                           {.shuffle = false,
                            .sample_weight = context.validation->sample_weight,
                            .classes = loader.classes()});
  return run(loader, &validation, context);
}

template <class T>
const History& Trainer<T>::fit(DataLoader<T>& loader, DataLoader<T>& validation,
                               const FitContext& context) {
  if (context.validation)
    throw InvalidInput("Trainer: there are two validation sets, a loader and the context's");
  return run(loader, &validation, context);
}

template <class T>
void Trainer<T>::check(const DataLoader<T>& loader, const DataLoader<T>* validation) const {
  check_options(options_);
  check_target(*loss_, loader, network_.outputs(loader.n_features()));
  if (validation == nullptr) return;
  const Labels &trained = loader.classes(), &other = validation->classes();
  if (trained.size() != other.size() || trained != other)
    throw InvalidInput(
        "Trainer: the validation rows number their classes otherwise; make their DataLoader with "
        "{.classes = loader.classes()}");
  check_target(*loss_, *validation, network_.outputs(validation->n_features()));
}

template <class T>
const History& Trainer<T>::run(DataLoader<T>& loader, DataLoader<T>* validation,
                               const FitContext& context) {
  check_context(context, "Trainer");
  check(loader, validation);
  if (history().metric_names() != names_of_metrics(options_)) {
    if (!history().empty())
      throw InvalidParameter("Trainer: the metrics have changed since the first epoch");
    state_.history = History(names_of_metrics(options_));
  }
  const ThreadLimit threads(context.n_threads);
  parameters_ = network_.parameters();  // it may have been given other layers
  State state_before = state_.clone();
  const std::vector<Rows<T>> values_before = values_of(network_);
  begin_with_last_epoch();
  steps_per_epoch_ = loader.n_batches();
  const auto start = std::chrono::steady_clock::now();
  try {
    while (history().size() < options_.epochs && !is_out_of_patience()) {
      const bool goes_on = run_epoch(loader, validation, context);
      if (!goes_on) break;
      report(context, detail::seconds_since(start));
    }
  } catch (...) {
    set_values(network_, values_before);
    state_ = std::move(state_before);
    throw;
  }
  if (restores_best() && !state_.best.weights.empty()) set_values(network_, state_.best.weights);
  return history();
}

template <class T>
bool Trainer<T>::run_epoch(DataLoader<T>& loader, DataLoader<T>* validation,
                           const FitContext& context) {
  const auto start = std::chrono::steady_clock::now();
  const auto number = static_cast<int>(history().size()) + 1;
  const Index kept = options_.metrics.empty() ? 0 : loader.n_rows();
  Epoch epoch(kept, network_.outputs(loader.n_features()), loader.y().cols());
  batch_ = 0;
  for (const MiniBatch<T>& batch : loader.epoch(number - 1)) {
    const double loss = train_batch(batch);
    epoch.add(batch, loss, *result_);
    const auto& told = options_.callbacks.on_batch_end;
    if (told && !told({number, batch_, steps_per_epoch_, loss, state_.optimizer->learning_rate()}))
      return false;
    context.check_stop("Trainer");
  }
  for (const Parameter<T>* p : learned(network_))
    if (!p->value.allFinite())
      throw InvalidInput(
          fmt::format("Trainer: a {} is no longer finite after epoch {}, batch {}; {}", p->name,
                      number, batch_, advice));

  EpochRecord record{.epoch = number,
                     .loss = epoch.loss(),
                     .metrics = measure(epoch.z(), epoch.y(), epoch.weights()),
                     .learning_rate = state_.optimizer->learning_rate()};
  if (validation != nullptr) {
    Evaluation evaluation = evaluate(*validation);
    if (std::isnan(evaluation.loss))
      throw InvalidInput(
          fmt::format("Trainer: the validation loss is nan in epoch {}; {}", number, advice));
    record.validation_loss = evaluation.loss;
    record.validation_metrics = std::move(evaluation.metrics);
  }
  record.seconds = detail::seconds_since(start);
  return end_epoch(std::move(record));
}

template <class T>
bool Trainer<T>::end_epoch(EpochRecord record) {
  const bool validated = !std::isnan(record.validation_loss);
  if (state_.schedule)
    state_.schedule->epoch_ended(validated ? record.validation_loss : record.loss);
  const bool improved = update_best(watched(record), record.epoch);
  state_.history.add(std::move(record));
  const int epoch = history().back().epoch;
  if (const auto& when = options_.checkpoints;
      when && ((when->every > 0 && epoch % when->every == 0) || (when->on_improvement && improved)))
    save(when->path);
  const auto& told = options_.callbacks.on_epoch_end;
  return !told || told(history().back());
}

template <class T>
bool Trainer<T>::update_best(double value, int epoch) {
  const Metric* const metric = monitored(options_);
  const EarlyStopping rule = options_.early_stopping.value_or(EarlyStopping{});
  Best& best = state_.best;
  const bool improved =
      best.epoch == 0 ? !std::isnan(value)
                      : rule.improves(value, best.value, metric && metric->greater_is_better());
  if (!improved) return false;
  best.epoch = epoch;
  best.value = value;
  best.monitor = options_.monitor;
  if (restores_best()) best.weights = values_of(network_);
  return true;
}

template <class T>
void Trainer<T>::begin_with_last_epoch() {
  const Best& best = state_.best;
  if (best.epoch == 0) return;
  if (best.monitor == options_.monitor && (!restores_best() || !best.weights.empty())) return;
  state_.best = {};
  update_best(watched(history().back()), history().back().epoch);
}

template <class T>
bool Trainer<T>::restores_best() const {
  return options_.early_stopping && options_.early_stopping->restore_best;
}

template <class T>
bool Trainer<T>::is_out_of_patience() const {
  return options_.early_stopping &&
         history().size() - state_.best.epoch >= options_.early_stopping->patience;
}

template <class T>
void Trainer<T>::report(const FitContext& context, double elapsed) const {
  const EpochRecord& last = history().back();
  const Metric* const metric = monitored(options_);
  const bool smaller = metric == nullptr || !metric->greater_is_better();
  Progress progress{.task = "Trainer",
                    .iteration = last.epoch,
                    .total = options_.epochs,
                    .loss = last.loss,
                    .elapsed = elapsed};
  if (!std::isnan(last.validation_loss))
    progress.validation_score = smaller ? -watched(last) : watched(last);
  context.report(progress);
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace espalier::nn
