// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/logistic_regression_cv.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <utility>

#include <espalier/core/parallel.hpp>
#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"
#include "core/folds.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/logistic_fit.hpp"
#include "metrics/scorer_checks.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = LogisticRegressionCV::type_name;
using Params = LogisticRegressionCVParams;

/// Data of more numbers than this are fitted one fold after the other.
constexpr double numbers_side_by_side = 1e6;

Vector take(const Vector& v, const std::vector<Index>& rows) {
  return v.size() > 0 ? Vector(v(rows)) : v;
}

struct Data {
  const Features& X;
  const EncodedLabels& y;
  const Vector& sample_weight;  // maybe empty
  const Vector& weights;        // times those of the classes; maybe empty
};

/// What comes of one fold.
struct Fold {
  Matrix path;  // (m·k) × d, for m candidates
  Vector scores, n_iter;
};

Index candidates(const Params& params) {
  return static_cast<Index>(params.Cs.size() * params.l1_ratios.size());
}

LogisticRegressionParams params_for(const Params& params, double C, double l1_ratio) {
  return {.C = C,
          .l1_ratio = l1_ratio,
          .tol = params.tol,
          .fit_intercept = params.fit_intercept,
          .random_state = params.random_state,
          .solver = params.solver,
          .max_iter = params.max_iter};
}

Matrix joined(const Matrix& coef, const Vector& intercept, bool fit_intercept) {
  Matrix all(coef.rows(), coef.cols() + (fit_intercept ? 1 : 0));
  all.leftCols(coef.cols()) = coef;
  if (fit_intercept) all.rightCols(1) = intercept;
  return all;
}

detail::LinearCoefficients parted(const Matrix& all, Index p) {
  return {all.leftCols(p), all.cols() > p ? Vector(all.col(p)) : Vector(Vector::Zero(all.rows()))};
}

/// The rows that a fold learns from, and those that it is scored on.
struct Split {
  const Labels& classes;
  Features X_train, X_test;
  Labels codes;    // to learn from
  Vector weights;  // the same; maybe empty
  Target y_test;
  Vector test_weight;  // maybe empty
};

Split split_rows(const Data& data, const std::vector<Index>& fold_of_row, Index fold) {
  std::vector<Index> train, test;
  for (std::size_t i = 0; i < fold_of_row.size(); ++i)
    (fold_of_row[i] == fold ? test : train).push_back(static_cast<Index>(i));
  const Labels y_test = data.y.classes(Labels(data.y.codes(test)));
  return {data.y.classes,
          data.X.take(train),
          data.X.take(test),
          data.y.codes(train),
          take(data.weights, train),
          y_test,
          take(data.sample_weight, test)};
}

/// Fits and scores one C after the other.
void fit_path(const Split& split, std::size_t ratio, const Params& params,
              const FitContext& context, Fold& result) {
  const Index n_classes = split.classes.size(), k = n_classes == 2 ? 1 : n_classes;
  detail::LinearCoefficients at;
  for (std::size_t c = 0; c < params.Cs.size(); ++c) {
    const auto i = static_cast<Index>(c * params.l1_ratios.size() + ratio);
    const detail::LinearSolution solution = detail::fit_logistic(
        name, {split.X_train, split.codes, n_classes, split.weights},
        params_for(params, params.Cs[c], params.l1_ratios[ratio]), c > 0 ? &at : nullptr, context);
    at = {solution.coef, solution.intercept};
    result.n_iter[i] = solution.n_iter;
    result.path.middleRows(i * k, k) = joined(at.coef, at.intercept, params.fit_intercept);
    Matrix decisions = detail::linear_predict(split.X_test, at.coef, at.intercept);
    Matrix proba = detail::logistic_probabilities(decisions);
    Predictions predictions =
        Predictions::of_classifier(split.classes, std::move(decisions), std::move(proba));
    result.scores[i] = params.scoring(predictions, split.y_test, split.test_weight);
  }
}

Fold fit_fold(const Data& data, const std::vector<Index>& fold_of_row, Index fold,
              const Params& params, const FitContext& context) {
  const Split split = split_rows(data, fold_of_row, fold);
  const Index n_classes = split.classes.size(), k = n_classes == 2 ? 1 : n_classes;
  const Index m = candidates(params), d = data.X.cols() + (params.fit_intercept ? 1 : 0);
  Fold result{Matrix(m * k, d), Vector(m), Vector(m)};
  for (std::size_t ratio = 0; ratio < params.l1_ratios.size(); ++ratio)
    fit_path(split, ratio, params, context, result);
  return result;
}

std::vector<Fold> fit_folds(const Data& data, const Params& params, const FitContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const std::vector<Index> fold_of_row = detail::stratified_folds(data.y.codes, params.cv);
  const FitContext quiet{.stop = context.stop};
  std::vector<Fold> folds(static_cast<std::size_t>(params.cv));
  std::mutex reporting;
  Index done = 0;
  const double numbers = detail::numbers_in(data.X);
  parallel_for(params.cv, numbers <= numbers_side_by_side ? 1000.0 * numbers : 0.0, [&](Index f) {
    folds[static_cast<std::size_t>(f)] = fit_fold(data, fold_of_row, f, params, quiet);
    const std::lock_guard lock(reporting);
    context.report({.task = name,
                    .iteration = ++done,
                    .total = params.cv,
                    .elapsed = detail::seconds_since(began)});
  });
  return folds;
}

void check_class_sizes(const EncodedLabels& y, int n_folds) {
  Labels sizes = Labels::Zero(y.classes.size());
  for (const int code : y.codes) ++sizes[code];
  Index smallest = 0;
  if (sizes.minCoeff(&smallest) < 2)
    throw InvalidInput(fmt::format(
        "{}: class {} has one row only; without it, the other folds could not learn the class.",
        name, y.classes[smallest]));
  if (sizes.maxCoeff() < n_folds)
    throw InvalidInput(
        fmt::format("{}: cv={} is greater than the number of rows of every class; the largest has "
                    "{}.",
                    name, n_folds, sizes.maxCoeff()));
  if (sizes.minCoeff() < n_folds)
    warn(WarningKind::data, std::string(name),
         fmt::format("the smallest class of y has {} rows, fewer than cv={}; some folds lack it.",
                     sizes.minCoeff(), n_folds));
}

/// The coefficients to begin with or to take: with refit, C is the best of all folds together and
/// they are the means of the folds there; without, each fold has its own best C, and these are
/// averaged. The same for l1_ratio.
struct Choice {
  double C = 0.0;
  double l1_ratio = 0.0;
  detail::LinearCoefficients mean;
};

Choice choose(const std::vector<Fold>& folds, const LogisticRegressionCVState& state,
              Index features, bool together) {
  const Index ratios = state.l1_ratios.size();
  const Index k = folds.front().path.rows() / (state.Cs.size() * ratios);
  const auto n = static_cast<double>(folds.size());
  Index best = 0;
  state.scores.colwise().sum().maxCoeff(&best);
  Choice choice;
  Matrix sum = Matrix::Zero(k, folds.front().path.cols());
  for (const Fold& fold : folds) {
    Index at = best;
    if (!together) fold.scores.maxCoeff(&at);
    sum += fold.path.middleRows(at * k, k);
    choice.C += state.Cs[at / ratios] / n;
    choice.l1_ratio += state.l1_ratios[at % ratios] / n;
  }
  if (together) {
    choice.C = state.Cs[best / ratios];
    choice.l1_ratio = state.l1_ratios[best % ratios];
  }
  choice.mean = parted(sum / n, features);
  return choice;
}

}  // namespace

std::vector<double> LogisticRegressionCVParams::default_Cs() {
  std::vector<double> Cs;
  for (int i = 0; i < 10; ++i) Cs.push_back(std::pow(10.0, -4.0 + 8.0 * i / 9.0));
  return Cs;
}

void LogisticRegressionCVState::check(const Schema& schema) const {
  detail::check_logistic_state(name, classes, coef, intercept, schema);
  const auto folds = static_cast<Index>(coefs_paths.size());
  const auto is_of_folds = [&](const Matrix& m) {
    return m.rows() == folds && m.cols() == Cs.size() * l1_ratios.size();
  };
  const bool paths_fit = std::all_of(coefs_paths.begin(), coefs_paths.end(), [&](const Matrix& m) {
    return m.rows() == Cs.size() * l1_ratios.size() * coef.rows() &&
           (m.cols() == coef.cols() || m.cols() == coef.cols() + 1);
  });
  if (!is_of_folds(scores) || !is_of_folds(n_iter_path) || !paths_fit)
    throw FormatError(
        fmt::format("{}: scores, n_iter_path and coefs_paths do not fit {} folds, {} "
                    "values of C and {} of l1_ratio",
                    name, folds, Cs.size(), l1_ratios.size()));
}

void LogisticRegressionCV::do_validate() const {
  if (params().Cs.empty() || params().l1_ratios.empty())
    throw InvalidParameter(fmt::format("The '{}' parameter of {} is empty.",
                                       params().Cs.empty() ? "Cs" : "l1_ratios", name));
  for (const double C : params().Cs)
    for (const double l1_ratio : params().l1_ratios)
      detail::check_logistic_solver(name, params().solver, C, l1_ratio);
  detail::check_scorer_role(name, params().scoring, RoleKind::classifier, std::string(name));
  if (params().scoring.needs_estimator())
    throw InvalidParameter(fmt::format(
        "The 'scoring' parameter of {} must be a measure of predictions, but '{}' asks for an "
        "estimator; GridSearchCV takes it.",
        name, params().scoring.name()));
}

LogisticRegressionCVState LogisticRegressionCV::do_fit(const Features& X, const Target& y,
                                                       const FitContext& context) const {
  const EncodedLabels encoded = detail::encode_classes(name, y.labels());
  check_class_sizes(encoded, params().cv);
  const Vector weights = class_weighted(params().class_weight, encoded, context.sample_weight, name,
                                        detail::names_of_classes(encoded.classes, y.class_names()));
  const std::vector<Fold> folds =
      fit_folds({X, encoded, context.sample_weight, weights}, params(), context);
  State state;
  state.classes = encoded.classes;
  state.Cs = Vector::Map(params().Cs.data(), static_cast<Index>(params().Cs.size()));
  state.l1_ratios =
      Vector::Map(params().l1_ratios.data(), static_cast<Index>(params().l1_ratios.size()));
  state.scores.resize(params().cv, candidates(params()));
  state.n_iter_path.resize(params().cv, candidates(params()));
  for (Index f = 0; f < params().cv; ++f) {
    const Fold& fold = folds[static_cast<std::size_t>(f)];
    state.scores.row(f) = fold.scores;
    state.n_iter_path.row(f) = fold.n_iter;
    state.coefs_paths.push_back(fold.path);
  }
  state.n_iter = static_cast<int>(state.n_iter_path.sum());
  Choice choice = choose(folds, state, X.cols(), params().refit);
  state.C = choice.C;
  state.l1_ratio = choice.l1_ratio;
  if (params().refit) {
    const detail::LinearSolution solution = detail::fit_logistic(
        name, {X, encoded.codes, encoded.classes.size(), weights},
        params_for(params(), choice.C, choice.l1_ratio), &choice.mean, {.stop = context.stop});
    choice.mean = {solution.coef, solution.intercept};
    state.n_iter += solution.n_iter;
  }
  state.coef = std::move(choice.mean.coef);
  state.intercept = std::move(choice.mean.intercept);
  return state;
}

Matrix LogisticRegressionCV::do_decision_function(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

Matrix LogisticRegressionCV::do_predict_proba(const State& state, const Features& X) const {
  return detail::logistic_probabilities(do_decision_function(state, X));
}

void LogisticRegressionCV::do_compile(const State& state, RowBuilder& builder) const {
  detail::compile_logistic(state.coef, state.intercept, builder);
}

template class Implements<LogisticRegressionCV, Classifier, LogisticRegressionCVParams,
                          LogisticRegressionCVState>;

}  // namespace espalier
