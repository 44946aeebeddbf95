// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/boosting.hpp"

#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "core/clock.hpp"
#include "core/row_split.hpp"
#include "ensemble/hist_gradient_boosting/early_stopping.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"

namespace espalier::hgb {
namespace {

/// As many training rows as scorers see, as in scikit-learn: a score an iteration is to cost little
/// beside the trees. The loss, which costs next to nothing, is that of all rows.
constexpr Index most_scored_rows = 10'000;

std::vector<Index> sample_to_score(const BoostingTask& task, const Targets& targets) {
  if (task.watch.scoring.only_loss() || targets.size() <= most_scored_rows) return {};
  return detail::draw_to_score(targets.size(), most_scored_rows,
                               task.stopping.stratify ? targets.y : std::span<const double>{},
                               task.problem.options.seed);
}

/// A booster, and with early stopping the rows on which it is scored.
class Trial {
 public:
  Trial(const BoostingTask& task, const TrialRows& rows, const BoostedTrees* start)
      : booster(task.problem, rows.train, start) {
    if (!task.stopping.early_stopping) return;
    const Targets& targets = rows.train.targets;
    train_rows_.emplace(task.watch, targets, "training rows", sample_to_score(task, targets));
    if (!rows.validation) return;
    validation_ = rows.validation->table;
    validation_rows_.emplace(task.watch, rows.validation->targets, "validation rows");
    validation_raw_ = predict_raw(booster.trees(), validation_);
  }

  void advance() {
    const Index before = booster.trees().n_trees();
    booster.advance();
    if (validation_rows_)
      add_predictions(booster.trees(), before, booster.trees().n_trees(), validation_,
                      validation_raw_.data());
  }

  Vector train_scores() const { return train_rows_->scores(booster.raw()); }
  bool is_validated() const { return validation_rows_.has_value(); }
  Vector validation_scores() const { return validation_rows_->scores(validation_raw_); }

  Booster booster;

 private:
  std::optional<ScoredRows> train_rows_;  // with early stopping
  Table validation_;
  std::optional<ScoredRows> validation_rows_;
  Matrix validation_raw_;
};

/// Reports with the time since it was made.
class Reporter {
 public:
  Reporter(const FitContext& context, std::string_view task, Index total)
      : context_(context), task_(task), total_(total) {
    context_.check_stop(task_);
  }

  bool is_heard() const { return static_cast<bool>(context_.callback); }
  void check_stop() const { context_.check_stop(task_); }
  void report(Index iteration, double loss, double validation_score) const {
    context_.report(
        {task_, iteration, total_, loss, validation_score, detail::seconds_since(start_)});
  }

 private:
  const FitContext& context_;
  std::string_view task_;
  Index total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Matrix stacked(const std::vector<Vector>& rows) {
  Matrix result(static_cast<Index>(rows.size()), rows.empty() ? 0 : rows.front().size());
  for (Index i = 0; i < result.rows(); ++i)
    result.row(i) = rows[static_cast<std::size_t>(i)].transpose();
  return result;
}

/// Trials that advance side by side, watched by the mean of their scores.
class Watching {
 public:
  Watching(const BoostingTask& task, std::deque<Trial>& trials)
      : task_(task), trials_(trials), start_(trials.front().booster.iterations()) {}

  /// Advances the trials to the end. Returns the number of iterations to keep.
  Index run() {
    const StoppingOptions& stopping = task_.stopping;
    const Reporter reporter(task_.context, task_.watch.owner, stopping.max_iter);
    if (stopping.early_stopping) score();
    if (stopping.early_stopping && std::isnan(deciding_.front()))
      throw InvalidInput(
          fmt::format("{}: scoring '{}' on the {} rows gives NaN before the first iteration, so it "
                      "cannot tell when to stop.",
                      task_.watch.owner, task_.watch.scoring.metrics().front().name(),
                      validation_.empty() ? "training" : "validation"));
    while (iterations() < stopping.max_iter) {
      for (Trial& trial : trials_) {
        reporter.check_stop();
        trial.advance();
      }
      if (stopping.early_stopping) score();
      reporter.report(
          iterations(), reporter.is_heard() ? loss() : std::numeric_limits<double>::quiet_NaN(),
          validation_.empty() ? std::numeric_limits<double>::quiet_NaN() : deciding_.back());
      if (stopping.early_stopping &&
          no_progress(deciding_, stopping.n_iter_no_change, stopping.tol))
        break;
    }
    return stopping.early_stopping ? start_ + best_score(deciding_) : iterations();
  }

  Matrix train_scores() const { return stacked(train_); }
  Matrix validation_scores() const { return stacked(validation_); }

 private:
  Index iterations() const { return trials_.front().booster.iterations(); }

  template <class Value>
  auto mean(const Value& value_of) const {
    auto sum = value_of(trials_.front());
    for (std::size_t i = 1; i < trials_.size(); ++i) sum += value_of(trials_[i]);
    sum /= static_cast<double>(trials_.size());
    return sum;
  }

  double loss() const {
    return mean([](const Trial& trial) { return trial.booster.loss(); });
  }

  void score() {
    train_.push_back(mean([](const Trial& trial) { return trial.train_scores(); }));
    if (trials_.front().is_validated())
      validation_.push_back(mean([](const Trial& trial) { return trial.validation_scores(); }));
    deciding_.push_back((validation_.empty() ? train_ : validation_).back()[0]);
  }

  const BoostingTask& task_;
  std::deque<Trial>& trials_;
  Index start_;
  std::vector<Vector> train_;  // one entry before the first iteration and after each
  std::vector<Vector> validation_;
  std::vector<double> deciding_;
};

}  // namespace

BoostingResult train_boosting(const BoostingTask& task, const TrialRows& rows,
                              const BoostedTrees* start) {
  std::deque<Trial> trial;  // which cannot be moved
  trial.emplace_back(task, rows, start);
  Watching watching(task, trial);
  const Index best = watching.run();
  return {std::move(trial.front().booster).take(best), watching.train_scores(),
          watching.validation_scores()};
}

BoostingResult train_cross_validated(const BoostingTask& task, std::span<const TrialRows> rows,
                                     const LabelledTable& all) {
  std::deque<Trial> trials;
  for (const TrialRows& trial : rows) trials.emplace_back(task, trial, nullptr);
  Watching watching(task, trials);
  const Index best = watching.run();
  trials.clear();

  Booster booster(task.problem, all, nullptr);
  const Reporter reporter(task.context, task.watch.owner, best);
  while (booster.iterations() < best) {
    booster.advance();
    reporter.report(booster.iterations(),
                    reporter.is_heard() ? booster.loss() : std::numeric_limits<double>::quiet_NaN(),
                    std::numeric_limits<double>::quiet_NaN());
  }
  return {std::move(booster).take(best), watching.train_scores(), watching.validation_scores()};
}

}  // namespace espalier::hgb
