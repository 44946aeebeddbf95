// SPDX-License-Identifier: BSD-3-Clause
#include "model_selection/search.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include <espalier/core/errors.hpp>
#include <espalier/core/warnings.hpp>

#include "model_selection/evaluation.hpp"

namespace espalier::detail {
namespace {

/// One unfitted estimator a candidate.
std::vector<std::unique_ptr<Estimator>> configure(const Estimator& estimator,
                                                  const std::vector<ParamList>& candidates) {
  std::vector<std::unique_ptr<Estimator>> configured;
  for (const ParamList& params : candidates) {
    configured.push_back(estimator.clone());
    configured.back()->set_params(params);
  }
  return configured;
}

SearchResults collect(std::vector<ParamList> candidates, const SearchOptions& options,
                      const std::vector<Outcome>& outcomes) {
  SearchResults results;
  results.params = std::move(candidates);
  results.metrics = options.scoring.names();
  const Index m = results.size(), s = static_cast<Index>(outcomes.size()) / m;
  const std::vector<Matrix> table(results.metrics.size(), Matrix(m, s));
  results.test_scores = table;
  if (options.return_train_score) results.train_scores = table;
  results.fit_time.resize(m, s);
  results.score_time.resize(m, s);
  bool failed = false;
  for (Index i = 0; i < m * s; ++i) {
    const Outcome& outcome = outcomes[static_cast<std::size_t>(i)];
    const Index c = i / s, split = i % s;
    for (std::size_t k = 0; k < table.size(); ++k) {
      results.test_scores[k](c, split) = outcome.test[static_cast<Index>(k)];
      if (options.return_train_score)
        results.train_scores[k](c, split) = outcome.train[static_cast<Index>(k)];
    }
    results.fit_time(c, split) = outcome.fit_time;
    results.score_time(c, split) = outcome.score_time;
    results.errors.push_back(outcome.error());
    failed = failed || !results.errors.back().empty();
  }
  if (!failed) results.errors.clear();
  return results;
}

}  // namespace

SearchFindings search(std::string_view task, const Estimator& estimator,
                      std::vector<ParamList> candidates, const SearchOptions& options,
                      const Features& X, const Target& y, const FitContext& context) {
  const auto splits =
      options.cv.split(X.rows(), y, context.groups, estimator.role() == RoleKind::classifier, task);
  const auto configured = configure(estimator, candidates);
  const bool refit = options.refit.on();
  FitCounter counter(task, static_cast<Index>(configured.size() * splits.size()) + (refit ? 1 : 0),
                     context);
  const Evaluation evaluation{task,
                              X,
                              y,
                              splits,
                              options.scoring.scorers(),
                              context,
                              options.error_score,
                              options.return_train_score,
                              false};
  const auto outcomes = evaluate(evaluation, configured, counter);

  SearchFindings found{collect(std::move(candidates), options, outcomes), 0, 0.0, nullptr,
                       std::numeric_limits<double>::quiet_NaN()};
  // With one scorer its scores are called "score", whatever its own name is.
  const std::string decisive = options.scoring.scorers().size() == 1 ? "" : options.refit.metric();
  const Vector means = found.results.mean_test_score(decisive);
  if (means.array().isNaN().all())
    warn(WarningKind::data, std::string(task),
         fmt::format("no candidate has a mean test score{}, so the first one counts as the best.",
                     decisive.empty() ? "" : fmt::format(" by '{}'", decisive)));
  else if (found.results.errors.empty() && !means.allFinite())
    warn(WarningKind::data, std::string(task),
         "some test scores are not finite, although no fit failed.");
  const Labels rank = found.results.rank_test_score(decisive);
  found.best_index = std::find(rank.begin(), rank.end(), 1) - rank.begin();
  found.best_score = means[found.best_index];
  if (!refit) return found;

  std::shared_ptr<Estimator> best = configured[static_cast<std::size_t>(found.best_index)]->clone();
  FitContext all_rows{.sample_weight = context.sample_weight,
                      .validation = context.validation,
                      .stop = context.stop};
  if (best->get_tags().groups) all_rows.groups = context.groups;
  const auto start = std::chrono::steady_clock::now();
  fit_supervised(*best, X, y, all_rows);
  found.refit_time = seconds_since(start);
  found.best_estimator = std::move(best);
  counter.count(found.best_score);
  return found;
}

void check_search_options(std::string_view task, const Estimator& estimator,
                          const SearchOptions& options) {
  options.cv.validate(task);
  options.scoring.validate(task, estimator);
  const auto names = options.scoring.names();
  const std::string& metric = options.refit.metric();
  const bool known = std::find(names.begin(), names.end(), metric) != names.end() ||
                     (names.size() == 1 && options.scoring.scorers().front().name() == metric);
  if (!metric.empty() && !known)
    throw InvalidParameter(
        fmt::format("The 'refit' parameter of {} is '{}', which is not among its scorers: {}.",
                    task, metric, fmt::join(names, ", ")));
}

void refuse_without_refit(std::string_view task) {
  throw NotFitted(fmt::format(
      "{} was fitted with refit=false, so it has results, but no estimator that could predict. "
      "Set refit to true.",
      task));
}

}  // namespace espalier::detail
