// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/features.hpp>

#include "linear_model/logistic_descent.hpp"

namespace espalier::detail {

/// Logistic regression with an L1 or elastic-net penalty. Minimises
///
///     (1/Σw) Σᵢ wᵢ·loss(yᵢ, C xᵢ + b) + l1·‖C‖₁ + ½ l2·‖C‖²
///
/// over C (k × p) and b, with the loss of LogisticRegression, binary for two classes and
/// multinomial for more; b is not penalised. X may be dense or sparse (n × p).
///
/// Newton's method with a line search: the quadratic model of the loss is minimised by coordinate
/// descent over a working set, the columns whose coefficients are not zero or should not be, with
/// the intercept at its best for each step. For K ≥ 3 one class after the other takes a step,
/// against the others as they are. A step costs one or two passes over X and some sweeps over the
/// working set: for a sparse X over its nonzeros, two halves of the columns at the same time, with
/// Anderson's extrapolation every fifth sweep; for a dense one over its columns, or, for up to 512
/// of them, over their weighted products. A dense X is not copied, a sparse one once, by columns.
/// The same bits for any number of threads.
///
/// `codes` are in [0, n_classes); `weights` may be empty: ones. `start` may be null: C = 0 and the
/// intercept of the best constant model; else its coef and intercept are where it begins. Squares
/// of X must not overflow.
///
/// @see Yuan, Ho & Lin, JMLR 13 (2012) 1999–2030; Friedman, Hastie & Tibshirani, J. Stat. Softw. 33
///      (2010) 1
LogisticDescentResult logistic_coordinate_descent(const Features& X, const Labels& codes,
                                                  Index n_classes, const Vector& weights,
                                                  const LogisticDescentOptions& options,
                                                  const LogisticDescentResult* start = nullptr);

}  // namespace espalier::detail
