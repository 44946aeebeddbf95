// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/ridge_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "linear_model/column_moments.hpp"
#include "linear_model/conjugate_gradient.hpp"
#include "linear_model/least_squares.hpp"
#include "linear_model/linear_fit.hpp"

namespace espalier::detail {

RidgeState fit_ridge(const Features& X, const Matrix& y, const Vector& weights,
                     const RidgeParams& params, std::string_view owner, const FitContext& context) {
  const Vector alphas = params.alpha.of_targets(y.cols(), owner, "alpha");
  RidgeSolver solver = params.solver;
  if (solver == RidgeSolver::automatic)
    solver =
        is_large_and_sparse(X) && !params.positive ? RidgeSolver::sparse_cg : RidgeSolver::cholesky;
  const bool needs_moments =
      params.positive || (solver == RidgeSolver::cholesky && X.cols() <= X.rows());
  const CenteredData data(X, y, weights, params.fit_intercept, needs_moments);
  refuse_overflow(owner, X, data.squares());
  Matrix coef;
  int n_iter = 1;
  if (params.positive) {
    coef = solve_nonnegative_ridge(data, alphas);
  } else if (solver == RidgeSolver::sparse_cg) {
    const Index most = params.max_iter ? *params.max_iter : 10 * std::min(X.rows(), X.cols());
    ConjugateGradientFit fit =
        solve_conjugate_gradient(data, alphas, params.tol, most, context, owner);
    if (!fit.converged) warn_not_converged(fit, params.tol, owner);
    coef = std::move(fit.coef);
    n_iter = std::max(1, fit.n_iter.maxCoeff());
  } else {
    coef = solver == RidgeSolver::svd ? solve_ridge_svd(data, alphas) : solve_ridge(data, alphas);
  }
  if (solver != RidgeSolver::sparse_cg) context.report({.task = owner, .iteration = 1, .total = 1});
  LinearFit fit = linear_fit(data, coef, owner);
  return {std::move(fit.coef), std::move(fit.intercept), n_iter};
}

void validate_ridge(bool positive, RidgeSolver solver, std::string_view owner) {
  if (positive && solver != RidgeSolver::automatic)
    throw InvalidParameter(
        fmt::format("{}: positive=true has a solver of its own; set solver to 'auto'.", owner));
}

}  // namespace espalier::detail
