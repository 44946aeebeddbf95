// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The smooth linear models in one: a loss, an L2 penalty and a solver.
#pragma once

#include <string>
#include <string_view>

#include <espalier/core/features.hpp>
#include <espalier/core/fit_context.hpp>

#include "loss/block_loss.hpp"

namespace espalier::detail {

enum class LinearSolver { lbfgs, newton_cholesky, newton_cg };

/// What is minimised; see LinearObjective. All that it refers to must outlive it.
struct LinearProblem {
  std::string_view owner;  // for messages
  const Features& X;
  const BlockLoss& loss;
  const Vector& weights;  // those bound in `loss`, or empty
  double l2;
  bool fit_intercept;
  double curvature;  // an estimate of the second derivative of the loss by one raw value
};

/// Shapes: p features, k outputs of the loss.
struct LinearCoefficients {
  Matrix coef;       // k × p
  Vector intercept;  // k
};

struct LinearStop {
  double tol;
  int max_iter;
  double unit = 1.0;  // the gradient may be as long as tol·unit
};

struct LinearSolution {
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  int n_iter = 0;
  bool converged = false;
};

/// The quickest solver: Newton's method where the Hessian is small (p·k ≤ 256) and costs less than
/// the iterations that it saves, so not for an X of which less than a tenth is stored; else L-BFGS.
LinearSolver choose_solver(const Features& X, Index outputs);

/// Warns in the name of `owner` that a fit ended without having converged.
void warn_not_converged(std::string_view owner, int n_iter, std::string_view reason,
                        double gradient, double tol);

/// Minimises from `start` on. `tol` bounds the gradient in variables in which the objective has
/// about curvature 1 in every direction: √(gᵀH⁻¹g) for newton_cholesky, else the largest component
/// of the gradient by the variables of LinearObjective. Reports every iteration to `context`, and
/// warns when it does not converge.
///
/// newton_cholesky on many rows takes its first steps on an even sample of them, and only the last
/// ones, usually two, on all; only these are iterations. Where it finds no lower point it hands
/// over to lbfgs.
/// @throws InvalidInput  the squares of a column overflow
LinearSolution solve_linear(const LinearProblem& problem, LinearSolver solver,
                            const LinearCoefficients& start, const LinearStop& stop,
                            const FitContext& context);

}  // namespace espalier::detail
