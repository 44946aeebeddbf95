// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/elastic_net_search.hpp"

#include <fmt/format.h>

#include <chrono>
#include <mutex>

#include <espalier/core/parallel.hpp>
#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"
#include "core/folds.hpp"
#include "linalg/linear_predict.hpp"

namespace espalier::detail {
namespace {

/// Mean squared errors on one fold, r·A, and how many problems were not solved to the tolerance.
struct FoldScores {
  Vector mse;
  int unsolved = 0;
};

double mean_squared_error(const Vector& error, const Vector& weights) {
  if (weights.size() == 0) return error.squaredNorm() / static_cast<double>(error.size());
  return weights.dot(error.cwiseAbs2()) / weights.sum();
}

FoldScores scores_of_fold(const ElasticNetSearch& search, const Features& X, const Vector& y,
                          const Vector& weights, const Matrix& alphas,
                          const std::vector<Index>& train, const std::vector<Index>& test,
                          const ElasticNetControl& control) {
  const Features X_train = X.take(train), X_test = X.take(test);
  const Vector y_train = y(train), y_test = y(test);
  const Vector w_train = weights.size() > 0 ? Vector(weights(train)) : Vector();
  const Vector w_test = weights.size() > 0 ? Vector(weights(test)) : Vector();
  FoldScores scores{Vector(alphas.size()), 0};
  with_design(X_train, [&](const auto& columns) {
    with_design(X_test, [&](const auto& held_out) {
      const Vector no_mean = Vector::Zero(X.cols());
      ElasticNetSolver solver(columns, y_train, w_train, search.task.fit_intercept);
      for (Index r = 0; r < alphas.rows(); ++r) {
        if (r > 0) solver.start(no_mean);
        for (Index a = 0; a < alphas.cols(); ++a) {
          const ElasticNetResult solved =
              solver.solve(alphas(r, a), search.l1_ratios[static_cast<std::size_t>(r)], control);
          scores.unsolved += solved.converged() ? 0 : 1;
          std::vector<int> support;
          for (Index j = 0; j < X.cols(); ++j)
            if (solver.coef()[j] != 0.0) support.push_back(static_cast<int>(j));
          const Vector error =
              (y_test - combination(held_out, no_mean, support, solver.coef())).array() -
              solver.intercept();
          scores.mse[r * alphas.cols() + a] = mean_squared_error(error, w_test);
        }
      }
    });
  });
  return scores;
}

Matrix alphas_of(const ElasticNetSearch& search, const Features& X, const Vector& y,
                 const Vector& weights) {
  const auto mixes = static_cast<Index>(search.l1_ratios.size());
  Matrix alphas(mixes, search.alphas.count());
  with_design(X, [&](const auto& columns) {
    const ElasticNetSolver solver(columns, y, weights, search.task.fit_intercept);
    refuse_large(search.owner, X, solver.squares(), y);
    for (Index r = 0; r < mixes; ++r) {
      const double largest = search.alphas.is_given()
                                 ? 0.0
                                 : solver.alpha_max(search.l1_ratios[static_cast<std::size_t>(r)],
                                                    search.task.control.positive);
      const std::vector<double> row = search.alphas.from(largest, search.eps);
      alphas.row(r) = Eigen::RowVectorXd::Map(row.data(), alphas.cols());
    }
  });
  return alphas;
}

}  // namespace

ElasticNetCVState search_elastic_net(const ElasticNetSearch& search, const Features& X,
                                     const Vector& y, const FitContext& context) {
  const Index n = X.rows();
  if (n < search.folds)
    throw InvalidInput(fmt::format("{}: cv = {} is greater than the number of samples, {}.",
                                   search.owner, search.folds, n));
  const auto began = std::chrono::steady_clock::now();
  const Vector& weights = context.sample_weight;
  const Matrix alphas = alphas_of(search, X, y, weights);
  const std::vector<Index> fold_of_row = consecutive_folds(n, search.folds);
  Matrix mse(alphas.size(), search.folds);
  Index done = 0;
  int unsolved = 0;
  std::mutex mutex;
  ElasticNetControl control = search.task.control;
  if (is_watched(context)) control.report = [&](int, double) { context.check_stop(search.owner); };
  const double work = 1e9;  // never little: a fold is a path of solutions
  parallel_for(search.folds, work, [&](Index fold) {
    std::vector<Index> train, test;
    for (Index i = 0; i < n; ++i)
      (fold_of_row[static_cast<std::size_t>(i)] == fold ? test : train).push_back(i);
    const FoldScores scores = scores_of_fold(search, X, y, weights, alphas, train, test, control);
    mse.col(fold) = scores.mse;
    const std::lock_guard lock(mutex);
    unsolved += scores.unsolved;
    context.report({.task = search.owner,
                    .iteration = ++done,
                    .total = search.folds,
                    .elapsed = detail::seconds_since(began)});
  });
  if (unsolved > 0)
    warn(WarningKind::convergence, std::string(search.owner),
         fmt::format("{} of {} fits to parts of the rows did not reach the tolerance. Allow more "
                     "sweeps (max_iter), or a path of larger alphas (eps).",
                     unsolved, mse.size()));
  Index best = 0;
  (mse.rowwise().mean()).minCoeff(&best);
  ElasticNetTask task = search.task;
  task.alpha = alphas(best / alphas.cols(), best % alphas.cols());
  task.l1_ratio = search.l1_ratios[static_cast<std::size_t>(best / alphas.cols())];
  FitContext last = context;
  last.callback = {};
  const ElasticNetState fitted = fit_elastic_net(task, X, y, last, nullptr);
  return {task.alpha,         task.l1_ratio, alphas,          mse, fitted.coef, fitted.intercept,
          fitted.dual_gap[0], fitted.n_iter, fitted.converged};
}

void check_elastic_net_search(std::string_view owner, const ElasticNetCVState& state,
                              const Schema& schema) {
  check_linear_shapes(owner, state.coef, state.intercept, schema);
  if (state.coef.rows() != 1 || state.mse_path.rows() != state.alphas.size() || state.n_iter < 0)
    throw FormatError(
        fmt::format("{}: {} outputs, {} errors and {} iterations do not fit {} alphas", owner,
                    state.coef.rows(), state.mse_path.rows(), state.n_iter, state.alphas.size()));
}

}  // namespace espalier::detail
