// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <limits>

#include <espalier/optim/result.hpp>
#include <espalier/optim/smooth_function.hpp>

namespace espalier {

struct LbfgsOptions {
  int max_iter = 1000;

  /// Converged when no component of the gradient exceeds this. The default suits functions whose
  /// variables and values are of the order of 1.
  double gtol = 1e-6;

  /// Converged when an iteration lowers f by no more than ftol·max(|f|, 1). 0: only the gradient
  /// decides, since a short step in a narrow valley looks the same as the end.
  double ftol = 0.0;

  /// How many steps the approximation of the Hessian remembers; memory is 2·history vectors. More
  /// than 20 rarely saves iterations (Liu & Nocedal 1989).
  int history = 10;

  /// Evaluations that one line search may take. Almost all take one or two; a wrong gradient needs
  /// all.
  int max_line_search = 50;

  /// Of f and its gradient, relative: what is smaller is rounding.
  double precision = std::numeric_limits<double>::epsilon();

  OptimCallback callback = {};
};

/// Minimises a smooth function by the limited-memory BFGS method, beginning at `x0`.
///
/// Each iteration multiplies the gradient by an approximation of the inverse Hessian, made of the
/// last few steps in O(history·n), and searches along that direction for a point that satisfies the
/// strong Wolfe conditions; the first step has the length 1. Iterations and evaluations are those of
/// scipy's L-BFGS-B without bounds, to rounding, which grows from iteration to iteration where f is
/// not convex. Near the minimum, where differences of f drown in rounding, the slope decides instead
/// (the approximate condition of Hager & Zhang), so gradients far below √ε can be reached. When even
/// that gives no lower point and the decrease still expected is below the rounding of f, the result
/// counts as converged.
///
/// The method is not invariant to the scale of single variables: bring them to similar curvature
/// first. The same function and start give the same bits; no thread is created here. `gradient_norm`
/// is max |∂f/∂xᵢ|.
///
/// @throws InvalidParameter  an option is out of range
/// @throws InvalidInput      f or its gradient is not finite at x0
/// @see Liu & Nocedal, Mathematical Programming 45 (1989) 503–528;
///      Moré & Thuente, ACM TOMS 20 (1994) 286–307;
///      Hager & Zhang, SIAM J. Optim. 16 (2005) 170–192;
///      Nocedal & Wright, Numerical Optimization (2006) §3.5 and §7.2
OptimResult minimize_lbfgs(const SmoothFunction& f, Vector x0, const LbfgsOptions& options = {});

}  // namespace espalier
