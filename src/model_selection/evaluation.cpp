// SPDX-License-Identifier: BSD-3-Clause
#include "model_selection/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/warnings.hpp>

namespace espalier::detail {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Runs `body`; what it throws is kept in `message`, or comes out if the search is to end.
template <class Body>
bool attempt(const Evaluation& evaluation, std::string& message, const Body& body) {
  try {
    body();
    return true;
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& error) {
    if (evaluation.error_score == ErrorScore::raise) throw;
    message = error.what();
    return false;
  }
}

Vector score_all(const Evaluation& e, Outcome& outcome, const Features& X, const Target& y,
                 const Vector& weights) {
  Vector scores = Vector::Constant(static_cast<Index>(e.scorers.size()), nan);
  Predictions predictions(*outcome.fitted, X);
  for (std::size_t m = 0; m < e.scorers.size(); ++m) {
    const Scorer& scorer = e.scorers[m];
    std::string message;
    const bool scored = attempt(e, message, [&] {
      scores[static_cast<Index>(m)] =
          scorer(predictions, y, scorer.takes_sample_weight() ? weights : Vector());
    });
    if (!scored && outcome.scoring_errors[m].empty())
      outcome.scoring_errors[m] = fmt::format("scorer '{}': {}", scorer.name(), message);
  }
  return scores;
}

Vector weights_of_rows(const FitContext& context, std::span<const Index> rows) {
  return context.has_weights() ? Vector(context.sample_weight(rows)) : Vector();
}

Outcome fit_and_score(const Evaluation& e, const Estimator& prototype, const Split& split) {
  Outcome outcome;
  const auto n_scorers = static_cast<Index>(e.scorers.size());
  outcome.test = Vector::Constant(n_scorers, nan);
  outcome.scoring_errors.resize(e.scorers.size());
  if (e.train_scores) outcome.train = outcome.test;

  const Features X_train = e.X.take(split.train);
  const Target y_train = e.y.take(split.train);
  const FitContext context = context_of_rows(prototype, e.context, split.train);
  outcome.fitted = std::shared_ptr<Estimator>(prototype.clone());
  const auto start = Clock::now();
  const bool fitted = attempt(e, outcome.fit_error,
                              [&] { fit_supervised(*outcome.fitted, X_train, y_train, context); });
  outcome.fit_time = seconds_since(start);
  if (fitted) {
    const auto scoring_start = Clock::now();
    outcome.test = score_all(e, outcome, e.X.take(split.test), e.y.take(split.test),
                             weights_of_rows(e.context, split.test));
    outcome.score_time = seconds_since(scoring_start);
    if (e.train_scores)
      outcome.train = score_all(e, outcome, X_train, y_train, context.sample_weight);
  }
  if (!fitted || !e.keep_estimators) outcome.fitted.reset();
  return outcome;
}

/// Whether errors left the fit without any score.
bool has_no_score(const Outcome& outcome) {
  if (!outcome.fit_error.empty()) return true;
  for (std::size_t m = 0; m < outcome.scoring_errors.size(); ++m)
    if (outcome.scoring_errors[m].empty() || !std::isnan(outcome.test[static_cast<Index>(m)]))
      return false;
  return true;
}

struct Failures {
  std::size_t fits = 0, scorings = 0;
  std::vector<std::pair<std::string_view, int>> counts;  // different errors, in order of appearance

  void count(std::string_view error) {
    const auto known =
        std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == error; });
    if (known == counts.end())
      counts.emplace_back(error, 1);
    else
      ++known->second;
  }

  std::string summary() const {
    constexpr std::size_t shown = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, counts.size()); ++i)
      text += fmt::format("\n  {} × {}", counts[i].second, counts[i].first);
    if (counts.size() > shown)
      text += fmt::format("\n  … and {} other errors", counts.size() - shown);
    return text;
  }
};

Failures failures_of(const std::vector<Outcome>& outcomes) {
  Failures failures;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.fit_error.empty()) {
      ++failures.fits;
      failures.count(outcome.fit_error);
    }
    for (const std::string& error : outcome.scoring_errors) {
      if (error.empty()) continue;
      ++failures.scorings;
      failures.count(error);
    }
  }
  return failures;
}

void report_failures(std::string_view task, const std::vector<Outcome>& outcomes) {
  const Failures failed = failures_of(outcomes);
  const std::size_t n = outcomes.size();
  if (failed.fits == n)
    throw InvalidInput(
        fmt::format("{}: all {} fits failed, so the estimator or its parameters do not suit the "
                    "data:{}",
                    task, n, failed.summary()));
  if (std::all_of(outcomes.begin(), outcomes.end(), has_no_score))
    throw InvalidInput(
        fmt::format("{}: none of the {} fits has a score, because {} fits and {} scorings failed, "
                    "so the scoring does not suit the estimator or the data:{}",
                    task, n, failed.fits, failed.scorings, failed.summary()));
  if (failed.fits == 0 && failed.scorings == 0) return;
  const std::size_t scorings = (n - failed.fits) * outcomes.front().scoring_errors.size();
  const std::string fits = fmt::format("{} of {} fits", failed.fits, n);
  const std::string scored = fmt::format("{} of {} scorings", failed.scorings, scorings);
  const std::string what = failed.scorings == 0 ? fits
                           : failed.fits == 0   ? scored
                                                : fits + " and " + scored;
  warn(WarningKind::fit_failed, std::string(task),
       fmt::format("{} failed; their scores are NaN. Set error_score to 'raise' to get the first "
                   "error:{}",
                   what, failed.summary()));
}

}  // namespace

std::string Outcome::error() const {
  std::string all = fit_error;
  for (const std::string& error : scoring_errors)
    if (!error.empty()) all += (all.empty() ? "" : "; ") + error;
  return all;
}

void FitCounter::count(double score) {
  const std::lock_guard lock(mutex_);
  context_.report({.task = task_,
                   .iteration = ++done_,
                   .total = total_,
                   .validation_score = score,
                   .elapsed = seconds_since(start_)});
}

std::vector<Outcome> evaluate(const Evaluation& evaluation,
                              std::span<const std::unique_ptr<Estimator>> prototypes,
                              FitCounter& counter) {
  const std::size_t n_splits = evaluation.splits.size();
  std::vector<Outcome> outcomes(prototypes.size() * n_splits);
  // A fit costs some hundred operations for each cell, so only the smallest data stay on one
  // thread.
  const double work = 100.0 * static_cast<double>(outcomes.size()) *
                      static_cast<double>(evaluation.X.rows()) *
                      static_cast<double>(evaluation.X.cols());
  parallel_for(static_cast<Index>(outcomes.size()), work, [&](Index task) {
    const auto i = static_cast<std::size_t>(task);
    evaluation.context.check_stop(evaluation.task);
    outcomes[i] =
        fit_and_score(evaluation, *prototypes[i / n_splits], evaluation.splits[i % n_splits]);
    counter.count(outcomes[i].test[0]);
  });
  report_failures(evaluation.task, outcomes);
  return outcomes;
}

void check_beside(std::string_view task, const Estimator& estimator, const Features& X,
                  const Target& y, const FitContext& context, bool splitter_uses_groups) {
  const auto check_length = [&](std::string_view name, Index size) {
    if (size != X.rows())
      throw InvalidInput(
          fmt::format("{}: X has {} samples, but {} has {}.", task, X.rows(), name, size));
  };
  if (estimator.role() != RoleKind::classifier && estimator.role() != RoleKind::regressor)
    throw NotSupported(
        fmt::format("{} needs a Classifier or a Regressor, got {}", task, estimator.to_string()));
  check_length("y", y.rows());
  const Tags tags = estimator.get_tags();
  if (context.has_weights()) {
    check_length("sample_weight", context.sample_weight.size());
    if (!tags.sample_weight)
      throw InvalidInput(
          fmt::format("{}: {} does not use sample_weight; nothing is dropped in silence.", task,
                      estimator.class_name()));
  }
  if (context.groups.size() > 0) {
    check_length("groups", context.groups.size());
    if (!splitter_uses_groups && !tags.groups)
      throw InvalidInput(
          fmt::format("{}: neither cv nor {} uses groups; nothing is dropped in silence.", task,
                      estimator.class_name()));
  }
}

FitContext context_of_rows(const Estimator& estimator, const FitContext& context,
                           std::span<const Index> rows) {
  FitContext result{.validation = context.validation, .stop = context.stop};
  result.sample_weight = weights_of_rows(context, rows);
  if (context.groups.size() > 0 && estimator.get_tags().groups)
    result.groups = context.groups(rows);
  return result;
}

void fit_supervised(Estimator& estimator, const Features& X, const Target& y,
                    const FitContext& context) {
  if (auto* classifier = dynamic_cast<Classifier*>(&estimator))
    classifier->fit(X, y, context);
  else
    dynamic_cast<Regressor&>(estimator).fit(X, y, context);
}

}  // namespace espalier::detail
