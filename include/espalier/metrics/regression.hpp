// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Scores of predicted numbers.
///
/// `y_true` and `y_pred` are vectors, or matrices with a column an output; over outputs the plain
/// mean is taken (scikit-learn's `uniform_average`). Options, weights and errors are as in
/// classification.hpp; NaN and infinity are refused too. Time O(n) for n numbers.
#pragma once

#include <espalier/core/types.hpp>

namespace espalier {

struct RegressionLossOptions {
  Vector sample_weight = {};
};

/// Mean of (y − ŷ)², in squared units of y.
double mean_squared_error(const Eigen::Ref<const Matrix>& y_true,
                          const Eigen::Ref<const Matrix>& y_pred,
                          const RegressionLossOptions& options = {});

/// Square root of the mean of (y − ŷ)², in units of y; the mean over outputs is taken of the roots.
double root_mean_squared_error(const Eigen::Ref<const Matrix>& y_true,
                               const Eigen::Ref<const Matrix>& y_pred,
                               const RegressionLossOptions& options = {});

/// Mean of |y − ŷ|, in units of y.
double mean_absolute_error(const Eigen::Ref<const Matrix>& y_true,
                           const Eigen::Ref<const Matrix>& y_pred,
                           const RegressionLossOptions& options = {});

struct R2Options {
  Vector sample_weight = {};
  /// A constant `y_true` makes the score 0 / 0 or −infinity: take 1 for a perfect prediction and 0
  /// otherwise, so that a search over many models can average it. False gives NaN and −infinity.
  bool force_finite = true;
};

/// The share of the variance of y that is explained, 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 is perfect, 0 is
/// what the mean of `y_true` scores, and it has no lower bound. NaN for fewer than two rows.
double r2_score(const Eigen::Ref<const Matrix>& y_true, const Eigen::Ref<const Matrix>& y_pred,
                const R2Options& options = {});

/// 1 − Var(y − ŷ) / Var(y): r2_score without punishment for a constant error.
double explained_variance_score(const Eigen::Ref<const Matrix>& y_true,
                                const Eigen::Ref<const Matrix>& y_pred,
                                const R2Options& options = {});

}  // namespace espalier
