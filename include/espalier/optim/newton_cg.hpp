// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <limits>

#include <espalier/optim/result.hpp>
#include <espalier/optim/smooth_function.hpp>

namespace espalier {

/// A function whose Hessian is known by its products with vectors.
struct CurvedFunction {
  SmoothFunction evaluate;
  /// Writes H·v, with the Hessian H at the point evaluated last, or a positive semi-definite
  /// approximation of it. `product` has the size of v on entry and holds nothing of use.
  std::function<void(const Vector& v, Vector& product)> multiply;
};

struct NewtonCgOptions {
  int max_iter = 100;  ///< Newton steps

  /// Converged when no component of the gradient exceeds this.
  double gtol = 1e-6;

  /// Products with the Hessian that one Newton step may take.
  int max_inner_iter = 200;

  /// Evaluations that one line search may take. Almost all take one.
  int max_line_search = 30;

  /// Of f and its gradient, relative: what is smaller is rounding.
  double precision = std::numeric_limits<double>::epsilon();

  OptimCallback callback = {};
};

/// Minimises a convex function of many variables by Newton's method, beginning at `x0`; the steps
/// are found by conjugate gradients, only as exactly as pays: to a residual of min(½, √‖g‖)·‖g‖, or
/// until the quadratic model falls no more. A product with the Hessian costs about as much as an
/// evaluation, and there are a few per step at first and more near the minimum, where the step
/// length is 1 and convergence superlinear.
///
/// Conjugate gradients are quick when the curvatures of all directions are alike: scale the
/// variables first. No thread is created here. `gradient_norm` is max |∂f/∂xᵢ|.
///
/// @throws InvalidParameter  an option is out of range
/// @throws InvalidInput      f or its gradient is not finite at x0
/// @see Nocedal & Wright, Numerical Optimization (2006) §7.1; Nash, J. Comput. Appl. Math. 124
///      (2000) 45–59
OptimResult minimize_newton_cg(const CurvedFunction& f, Vector x0,
                               const NewtonCgOptions& options = {});

}  // namespace espalier
