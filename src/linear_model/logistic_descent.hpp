// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the solvers of logistic regression with any of the penalties are given and give.
#pragma once

#include <functional>

#include <espalier/core/types.hpp>

namespace espalier::detail {

struct LogisticDescentOptions {
  double l1 = 0.0;  ///< l1_ratio / (C·Σw)
  double l2 = 0.0;  ///< (1 − l1_ratio) / (C·Σw)
  bool fit_intercept = true;
  double tol = 1e-4;   ///< see LogisticDescentResult::optimality
  int max_iter = 100;  ///< steps of Newton, or epochs
  /// Called after every iteration with its number and the objective; what it throws comes out.
  std::function<void(int iteration, double objective)> report = {};
};

/// Shapes: p features, K classes; k = 1 if K = 2, else k = K.
struct LogisticDescentResult {
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  double objective = 0.0;
  /// The largest component of the smallest subgradient, by coefficients of columns scaled so that
  /// the objective at the start has curvature 1 along each.
  double optimality = 0.0;
  int n_iter = 0;
  bool converged = false;  ///< optimality ≤ tol
};

}  // namespace espalier::detail
