// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include <espalier/core/features.hpp>
#include <espalier/core/types.hpp>

namespace espalier::detail {

struct LogisticDescentOptions {
  double l1 = 0.0;  ///< l1_ratio / (C·Σw)
  double l2 = 0.0;  ///< (1 − l1_ratio) / (C·Σw)
  bool fit_intercept = true;
  double tol = 1e-4;   ///< see LogisticDescentResult::optimality
  int max_iter = 100;  ///< Newton steps; for K ≥ 3, rounds over the classes
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

/// Logistic regression with an L1 or elastic-net penalty. Minimises
///
///     (1/Σw) Σᵢ wᵢ·loss(yᵢ, C xᵢ + b) + l1·‖C‖₁ + ½ l2·‖C‖²
///
/// over C (k × p) and b, with the loss of LogisticRegression, binary for two classes and multinomial
/// for more; b is not penalised. X may be dense or sparse (n × p).
///
/// `codes` are in [0, n_classes); `weights` may be empty: ones. `start` may be null: C = 0 and the
/// intercept of the best constant model; else its coef and intercept are where it begins.
LogisticDescentResult logistic_coordinate_descent(const Features& X, const Labels& codes,
                                                  Index n_classes, const Vector& weights,
                                                  const LogisticDescentOptions& options,
                                                  const LogisticDescentResult* start = nullptr);

}  // namespace espalier::detail
