// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/ridge_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include <espalier/core/errors.hpp>

#include "core/clock.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/least_squares.hpp"
#include "linear_model/leave_one_out.hpp"
#include "linear_model/linear_fit.hpp"

namespace espalier::detail {
namespace {

Index count_alphas(const RidgeSearch& search) { return static_cast<Index>(search.alphas.size()); }

/// What the rows would have been predicted without themselves, n × (k · alphas), output by output.
Matrix predictions_left_out(const CenteredData& data, const LeaveOneOut& left_out, const Matrix& y,
                            Index n_alphas) {
  Matrix result = left_out.all_errors();
  if (data.root_weights().size() > 0) result.array().colwise() /= data.root_weights().array();
  for (Index c = 0; c < result.cols(); ++c) result.col(c) = y.col(c / n_alphas) - result.col(c);
  return result;
}

/// alphas × targets, or alphas × 1 where one alpha serves all targets.
Matrix scores_left_out(const CenteredData& data, const Matrix& y, const RidgeSearch& search,
                       Matrix& cv_results) {
  const LeaveOneOut left_out(data, search.alphas);
  const Index n_alphas = count_alphas(search), k = y.cols();
  if (!search.score) {
    if (search.store) cv_results = left_out.all_errors().cwiseAbs2();
    const Matrix squares = left_out.mean_squares().reshaped(n_alphas, k);
    return search.alpha_per_target ? Matrix(-squares) : Matrix(-squares.rowwise().mean());
  }
  const Matrix predictions = predictions_left_out(data, left_out, y, n_alphas);
  if (search.store) cv_results = predictions;
  const Index together = search.alpha_per_target ? 1 : k;
  Matrix scores(n_alphas, k / together);
  for (Index a = 0; a < n_alphas; ++a)
    for (Index first = 0; first < k; first += together) {
      Matrix of_alpha(y.rows(), together);
      for (Index c = 0; c < together; ++c)
        of_alpha.col(c) = predictions.col((first + c) * n_alphas + a);
      scores(a, first / together) = search.score(of_alpha, {}, first);
    }
  return scores;
}

/// alphas × 1: the mean over the folds. Models of all penalties are those of one problem with the
/// targets repeated, a penalty for each.
Matrix scores_of_folds(const Features& X, const Matrix& y, const Vector& weights,
                       const RidgeSearch& search, const FitContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const Index n_alphas = count_alphas(search), k = y.cols();
  const Index n_folds = 1 + *std::max_element(search.fold_of_row.begin(), search.fold_of_row.end());
  Vector alphas(n_alphas * k);
  for (Index a = 0; a < n_alphas; ++a)
    alphas.segment(a * k, k).setConstant(search.alphas[static_cast<std::size_t>(a)]);
  Vector sums = Vector::Zero(n_alphas);
  for (Index fold = 0; fold < n_folds; ++fold) {
    std::vector<Index> train, test;
    for (std::size_t i = 0; i < search.fold_of_row.size(); ++i)
      (search.fold_of_row[i] == fold ? test : train).push_back(static_cast<Index>(i));
    const Features train_X = X.take(train);
    const Matrix train_y = y(train, Eigen::all).replicate(1, n_alphas);
    const Vector train_weights = weights_of(weights, train);
    const CenteredData data(train_X, train_y, train_weights, search.fit_intercept,
                            train_X.cols() <= train_X.rows());
    const LinearFit fit = linear_fit(data, solve_ridge(data, alphas), search.owner);
    const Matrix predictions = linear_predict(X.take(test), fit.coef, fit.intercept);
    for (Index a = 0; a < n_alphas; ++a)
      sums[a] += search.score(predictions.middleCols(a * k, k), test, 0);
    context.report({.task = search.owner,
                    .iteration = fold + 1,
                    .total = n_folds,
                    .elapsed = detail::seconds_since(began)});
  }
  return sums / static_cast<double>(n_folds);
}

}  // namespace

RidgeSearchFit search_ridge(const Features& X, const Matrix& y, const Vector& weights,
                            const RidgeSearch& search, const FitContext& context) {
  const CenteredData data(X, y, weights, search.fit_intercept, X.cols() <= X.rows());
  refuse_overflow(search.owner, X, data.squares());
  RidgeSearchFit result;
  const Matrix scores = search.fold_of_row.empty()
                            ? scores_left_out(data, y, search, result.cv_results)
                            : scores_of_folds(X, y, weights, search, context);
  result.alpha.resize(scores.cols());
  result.best_score.resize(scores.cols());
  for (Index c = 0; c < scores.cols(); ++c) {
    Index best = 0;
    for (Index a = 1; a < scores.rows(); ++a)
      if (scores(a, c) > scores(best, c)) best = a;
    result.alpha[c] = search.alphas[static_cast<std::size_t>(best)];
    result.best_score[c] = scores(best, c);
  }
  const Vector chosen =
      scores.cols() == 1 ? Vector::Constant(y.cols(), result.alpha[0]) : result.alpha;
  LinearFit fit = linear_fit(data, solve_ridge(data, chosen), search.owner);
  result.coef = std::move(fit.coef);
  result.intercept = std::move(fit.intercept);
  return result;
}

bool is_given(const Scorer& scoring) { return scoring.name() != Scorer().name(); }

Vector weights_of(const Vector& weights, std::span<const Index> rows) {
  return rows.empty() || weights.size() == 0 ? weights : Vector(weights(rows));
}

void validate_ridge_search(std::string_view owner, std::span<const double> alphas,
                           const Scorer& scoring, const std::optional<int>& cv, bool store,
                           bool alpha_per_target) {
  if (alphas.empty())
    throw InvalidParameter(fmt::format("{}: alphas is empty; give the penalties to try.", owner));
  if (!cv && *std::min_element(alphas.begin(), alphas.end()) <= 0.0)
    throw InvalidParameter(fmt::format(
        "{}: leave-one-out needs alphas > 0; to try 0, give a number of folds (cv).", owner));
  if (cv && store)
    throw InvalidParameter(
        fmt::format("{}: store_cv_results needs leave-one-out; leave cv out.", owner));
  if (cv && alpha_per_target)
    throw InvalidParameter(
        fmt::format("{}: alpha_per_target needs leave-one-out; leave cv out.", owner));
  if (scoring.needs_estimator())
    throw InvalidParameter(
        fmt::format("{}: the scorer '{}' asks the estimator itself, but here are only its "
                    "predictions; use GridSearchCV.",
                    owner, scoring.name()));
}

}  // namespace espalier::detail
