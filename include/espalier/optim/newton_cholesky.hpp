// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <limits>

#include <espalier/optim/result.hpp>

namespace espalier {

/// Returns f(x) and writes ∇f(x) and the lower triangle of ∇²f(x), or of a positive semi-definite
/// approximation of it; both have their sizes on entry and hold nothing of use. May return infinity
/// or NaN outside its domain, but not at the start.
using TwiceSmoothFunction =
    std::function<double(const Vector& x, Vector& gradient, Matrix& hessian)>;

struct NewtonCholeskyOptions {
  int max_iter = 100;

  /// Converged when √(gᵀH⁻¹g), the length of the gradient in variables in which the Hessian is the
  /// identity, is no more than this; half its square is about how far f lies above its minimum.
  double tol = 1e-6;

  /// Evaluations that one line search may take. Almost all take one.
  int max_line_search = 30;

  /// Of f and its gradient, relative: what is smaller is rounding.
  double precision = std::numeric_limits<double>::epsilon();

  OptimCallback callback = {};
};

/// Minimises a convex function of a moderate number of variables by Newton's method, beginning at
/// `x0`.
///
/// The Hessian, brought to a diagonal of ones, is factored by Cholesky; where that fails or loses
/// all digits, because the function does not bend in some direction, a multiple of the identity
/// just large enough is added. So neither the scale of the variables nor dependence among them
/// matters. The step is searched along its direction as in minimize_lbfgs; near the minimum the
/// full step is taken and the digits that are right double with each. O(p³) an iteration beside the
/// evaluation; no thread is created here. `gradient_norm` is √(gᵀH⁻¹g).
///
/// Ends without having converged when no lower point is found along a step.
///
/// @throws InvalidParameter  an option is out of range
/// @throws InvalidInput      f or a derivative is not finite at x0
/// @see Nocedal & Wright, Numerical Optimization (2006) §3.4; Boyd & Vandenberghe, Convex
///      Optimization (2004) §9.5
OptimResult minimize_newton_cholesky(const TwiceSmoothFunction& f, Vector x0,
                                     const NewtonCholeskyOptions& options = {});

}  // namespace espalier
