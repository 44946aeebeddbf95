// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/cross_validation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <ostream>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "core/labels_of.hpp"
#include "model_selection/evaluation.hpp"

namespace espalier {
namespace {

template <class Options>
FitContext context_of(const Options& options) {
  return {.sample_weight = options.sample_weight,
          .groups = options.groups,
          .callback = options.callback,
          .stop = options.stop,
          .n_threads = options.n_threads};
}

bool stratifies(const Estimator& estimator) { return estimator.role() == RoleKind::classifier; }

const CrossValidation::Scores& find(const CrossValidation& result, std::string_view name) {
  std::string names;
  for (const auto& scores : result.scores) {
    if (name.empty() || scores.name == name) return scores;
    names += (names.empty() ? "" : ", ") + scores.name;
  }
  throw InvalidParameter(
      fmt::format("CrossValidation has no score '{}'; there are: {}", name, names));
}

double mean_of(const Vector& scores) { return scores.mean(); }

double std_of(const Vector& scores) {
  return std::sqrt((scores.array() - scores.mean()).square().mean());
}

CrossValidation collect(const Scoring& scoring, std::vector<detail::Outcome> outcomes, bool train,
                        bool estimators) {
  const auto n = static_cast<Index>(outcomes.size());
  const std::vector<std::string> names = scoring.names();
  CrossValidation result;
  result.fit_time.resize(n);
  result.score_time.resize(n);
  for (const std::string& name : names)
    result.scores.push_back({name, Vector(n), Vector(train ? n : 0)});
  for (Index i = 0; i < n; ++i) {
    detail::Outcome& outcome = outcomes[static_cast<std::size_t>(i)];
    for (std::size_t m = 0; m < names.size(); ++m) {
      result.scores[m].test[i] = outcome.test[static_cast<Index>(m)];
      if (train) result.scores[m].train[i] = outcome.train[static_cast<Index>(m)];
    }
    result.fit_time[i] = outcome.fit_time;
    result.score_time[i] = outcome.score_time;
    result.errors.push_back(outcome.error());
    if (estimators) result.estimators.emplace_back(std::move(outcome.fitted));
  }
  const auto well = [](const std::string& error) { return error.empty(); };
  if (std::all_of(result.errors.begin(), result.errors.end(), well)) result.errors.clear();
  return result;
}

/// Fits a clone on each split and hands it to `use(fitted, X_test, rows)`, from many threads at
/// once.
template <class Use>
void predict_by_splits(std::string_view task, const Estimator& estimator, const Features& X,
                       const Target& y, const CrossValPredictOptions& options, const Use& use) {
  const FitContext context = context_of(options);
  detail::check_beside(task, estimator, X, y, context, options.cv.uses_groups());
  const auto splits = options.cv.split(X.rows(), y, options.groups, stratifies(estimator), task);
  std::vector<int> tested(static_cast<std::size_t>(X.rows()));
  for (const Split& split : splits)
    for (const Index i : split.test) ++tested[static_cast<std::size_t>(i)];
  const auto wrong =
      std::find_if(tested.begin(), tested.end(), [](int times) { return times != 1; });
  if (wrong != tested.end())
    throw InvalidInput(
        fmt::format("{}: row {} is in {} test sets; every row must be in exactly one.", task,
                    wrong - tested.begin(), *wrong));

  const ThreadLimit limit(options.n_threads);
  detail::FitCounter counter(task, static_cast<Index>(splits.size()), context);
  const double work =
      100.0 * static_cast<double>(splits.size()) * static_cast<double>(X.rows() * X.cols());
  parallel_for(static_cast<Index>(splits.size()), work, [&](Index s) {
    context.check_stop(task);
    const Split& split = splits[static_cast<std::size_t>(s)];
    const auto fitted = estimator.clone();
    detail::fit_supervised(*fitted, X.take(split.train), y.take(split.train),
                           detail::context_of_rows(estimator, context, split.train));
    use(*fitted, X.take(split.test), split.test);
    counter.count(std::numeric_limits<double>::quiet_NaN());
  });
}

}  // namespace

const Vector& CrossValidation::test_score(std::string_view name) const {
  return find(*this, name).test;
}

const Vector& CrossValidation::train_score(std::string_view name) const {
  const Scores& found = find(*this, name);
  if (found.train.size() == 0)
    throw InvalidParameter(
        "CrossValidation has no train scores; set return_train_score to have them");
  return found.train;
}

double CrossValidation::mean(std::string_view name) const { return mean_of(test_score(name)); }

double CrossValidation::std(std::string_view name) const { return std_of(test_score(name)); }

DataFrame CrossValidation::to_table() const {
  std::vector<Column> columns;
  columns.push_back(Column::numeric(
      "split", Vector::LinSpaced(fit_time.size(), 0.0, static_cast<double>(fit_time.size() - 1))));
  for (const Scores& s : scores) columns.push_back(Column::numeric("test_" + s.name, s.test));
  for (const Scores& s : scores)
    if (s.train.size() > 0) columns.push_back(Column::numeric("train_" + s.name, s.train));
  columns.push_back(Column::numeric("fit_time", fit_time));
  columns.push_back(Column::numeric("score_time", score_time));
  return DataFrame(std::move(columns));
}

std::string CrossValidation::to_string() const {
  const auto tenths_of_ms = [](const Vector& seconds) -> Vector {
    return (seconds * 1e4).array().round() / 1e4;
  };
  std::string text = to_table()
                         .with(Column::numeric("fit_time", tenths_of_ms(fit_time)))
                         .with(Column::numeric("score_time", tenths_of_ms(score_time)))
                         .renamed("fit_time", "fit_time (s)")
                         .renamed("score_time", "score_time (s)")
                         .to_string();
  for (const Scores& s : scores) {
    text += fmt::format("\ntest_{}: {:.4f} ± {:.4f}", s.name, mean_of(s.test), std_of(s.test));
    if (s.train.size() > 0)
      text +=
          fmt::format("   train_{}: {:.4f} ± {:.4f}", s.name, mean_of(s.train), std_of(s.train));
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const CrossValidation& result) {
  return out << result.to_string() << '\n';
}

CrossValidation cross_validate(const Estimator& estimator, const Features& X, const Target& y,
                               const CrossValidateOptions& options) {
  constexpr std::string_view task = "cross_validate";
  const FitContext context = context_of(options);
  detail::check_beside(task, estimator, X, y, context, options.cv.uses_groups());
  options.scoring.validate(task, estimator);
  const auto splits = options.cv.split(X.rows(), y, options.groups, stratifies(estimator), task);
  const ThreadLimit limit(options.n_threads);
  detail::FitCounter counter(task, static_cast<Index>(splits.size()), context);
  const detail::Evaluation evaluation{task,
                                      X,
                                      y,
                                      splits,
                                      options.scoring.scorers(),
                                      context,
                                      options.error_score,
                                      options.return_train_score,
                                      options.return_estimator};
  const std::unique_ptr<Estimator> prototype = estimator.clone();
  return collect(options.scoring, detail::evaluate(evaluation, {&prototype, 1}, counter),
                 options.return_train_score, options.return_estimator);
}

Vector cross_val_score(const Estimator& estimator, const Features& X, const Target& y,
                       const CrossValidateOptions& options) {
  if (options.scoring.scorers().size() > 1)
    throw InvalidParameter(
        fmt::format("cross_val_score takes one scorer, got {}; cross_validate takes several",
                    options.scoring.scorers().size()));
  return cross_validate(estimator, X, y, options).test_score();
}

Labels cross_val_predict(const Classifier& estimator, const Features& X, const Target& y,
                         const CrossValPredictOptions& options) {
  Labels predicted(X.rows());
  predict_by_splits(
      "cross_val_predict", estimator, X, y, options,
      [&](const Estimator& fitted, const Features& X_test, const std::vector<Index>& rows) {
        predicted(rows) = dynamic_cast<const Classifier&>(fitted).predict(X_test);
      });
  return predicted;
}

Vector cross_val_predict(const Regressor& estimator, const Features& X, const Target& y,
                         const CrossValPredictOptions& options) {
  Vector predicted(X.rows());
  predict_by_splits(
      "cross_val_predict", estimator, X, y, options,
      [&](const Estimator& fitted, const Features& X_test, const std::vector<Index>& rows) {
        predicted(rows) = dynamic_cast<const Regressor&>(fitted).predict(X_test);
      });
  return predicted;
}

Matrix cross_val_predict_proba(const Classifier& estimator, const Features& X, const Target& y,
                               const CrossValPredictOptions& options) {
  constexpr std::string_view task = "cross_val_predict_proba";
  const Labels classes = encode_labels(detail::labels_of(y, task)).classes;
  Matrix predicted = Matrix::Zero(X.rows(), classes.size());
  predict_by_splits(
      task, estimator, X, y, options,
      [&](const Estimator& fitted, const Features& X_test, const std::vector<Index>& rows) {
        const auto& classifier = dynamic_cast<const Classifier&>(fitted);
        const Matrix proba = classifier.predict_proba(X_test);
        for (Index k = 0; k < proba.cols(); ++k) {
          const auto place =
              std::lower_bound(classes.begin(), classes.end(), classifier.classes()[k]);
          predicted(rows, place - classes.begin()) = proba.col(k);
        }
      });
  return predicted;
}

Matrix cross_val_decision_function(const Classifier& estimator, const Features& X, const Target& y,
                                   const CrossValPredictOptions& options) {
  constexpr std::string_view task = "cross_val_decision_function";
  const Labels classes = encode_labels(detail::labels_of(y, task)).classes;
  Matrix predicted(X.rows(), classes.size() == 2 ? 1 : classes.size());
  predict_by_splits(
      task, estimator, X, y, options,
      [&](const Estimator& fitted, const Features& X_test, const std::vector<Index>& rows) {
        const auto& classifier = dynamic_cast<const Classifier&>(fitted);
        if (classifier.classes().size() != classes.size())
          throw InvalidInput(
              fmt::format("{}: a training set has {} of the {} classes of y, and decision "
                          "values of classes that are missing do not exist.",
                          task, classifier.classes().size(), classes.size()));
        predicted(rows, Eigen::all) = classifier.decision_function(X_test);
      });
  return predicted;
}

}  // namespace espalier
