// SPDX-License-Identifier: BSD-3-Clause
#include "model_selection/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/warnings.hpp>

namespace espalier::detail {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Runs `body`; what it throws is recorded in `outcome`, or comes out if the search is to end.
template <class Body>
bool attempt(const Evaluation& evaluation, Outcome& outcome, std::string_view what,
             const Body& body) {
  try {
    body();
    return true;
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& error) {
    if (evaluation.error_score == ErrorScore::raise) throw;
    if (outcome.error.empty()) outcome.error = fmt::format("{}{}", what, error.what());
    return false;
  }
}

Vector score_all(const Evaluation& e, Outcome& outcome, const Features& X, const Target& y,
                 const Vector& weights) {
  Vector scores(static_cast<Index>(e.scorers.size()));
  Predictions predictions(*outcome.fitted, X);
  for (Index m = 0; m < scores.size(); ++m) {
    const Scorer& scorer = e.scorers[static_cast<std::size_t>(m)];
    const auto score = [&] {
      scores[m] = scorer(predictions, y, scorer.takes_sample_weight() ? weights : Vector());
    };
    if (!attempt(e, outcome, fmt::format("scorer '{}': ", scorer.name()), score)) scores[m] = nan;
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
  if (e.train_scores) outcome.train = outcome.test;

  const Features X_train = e.X.take(split.train);
  const Target y_train = e.y.take(split.train);
  const FitContext context = context_of_rows(prototype, e.context, split.train);
  outcome.fitted = std::shared_ptr<Estimator>(prototype.clone());
  const auto start = Clock::now();
  const bool fitted =
      attempt(e, outcome, "", [&] { fit_supervised(*outcome.fitted, X_train, y_train, context); });
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

/// The different errors with the number of times they came, in order of first appearance.
std::string summary(const std::vector<Outcome>& outcomes) {
  std::vector<std::pair<std::string_view, int>> counts;
  for (const Outcome& outcome : outcomes) {
    if (outcome.error.empty()) continue;
    const auto known = std::find_if(counts.begin(), counts.end(),
                                    [&](const auto& c) { return c.first == outcome.error; });
    if (known == counts.end())
      counts.emplace_back(outcome.error, 1);
    else
      ++known->second;
  }
  constexpr std::size_t shown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, counts.size()); ++i)
    text += fmt::format("\n  {} × {}", counts[i].second, counts[i].first);
  if (counts.size() > shown)
    text += fmt::format("\n  … and {} other errors", counts.size() - shown);
  return text;
}

void report_failures(std::string_view task, const std::vector<Outcome>& outcomes) {
  const auto failed = std::count_if(outcomes.begin(), outcomes.end(),
                                    [](const Outcome& o) { return !o.error.empty(); });
  if (failed == static_cast<std::ptrdiff_t>(outcomes.size()))
    throw InvalidInput(fmt::format(
        "{}: all {} fits failed, so the estimator, its parameters or the scoring do not suit "
        "the data:{}",
        task, failed, summary(outcomes)));
  if (failed > 0)
    warn(WarningKind::fit_failed, std::string(task),
         fmt::format("{} of {} fits failed; their scores are NaN. Set error_score to 'raise' to "
                     "get the first error:{}",
                     failed, outcomes.size(), summary(outcomes)));
}

}  // namespace

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

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace espalier::detail
