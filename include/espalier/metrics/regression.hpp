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

struct TweedieOptions {
  Vector sample_weight = {};
  double power = 0.0;  ///< p: 0 squared error, 1 Poisson, 2 gamma, 3 inverse Gaussian
};

/// Mean deviance of a Tweedie distribution, whose variance is proportional to its mean to the power
/// p: 0 is perfect. With y for `y_true` and μ for `y_pred`, it is the mean of (y − μ)² for p = 0,
/// 2(y·log(y/μ) − y + μ) for 1, 2(log(μ/y) + y/μ − 1) for 2, and else of
///
///     2(max(y, 0)^(2−p) / ((1−p)(2−p)) − y·μ^(1−p) / (1−p) + μ^(2−p) / (2−p))
///
/// @throws InvalidParameter  p is between 0 and 1, or not finite
/// @throws InvalidInput      unless p is 0: μ ≤ 0; y < 0 for p ≥ 1; y = 0 for p ≥ 2
double mean_tweedie_deviance(const Eigen::Ref<const Matrix>& y_true,
                             const Eigen::Ref<const Matrix>& y_pred,
                             const TweedieOptions& options = {});

/// D², the share of the deviance that is explained: 1 − mean_tweedie_deviance(y, ŷ) over that of the
/// mean of y. R² is this with the power 0. NaN for fewer than two rows; one output only.
double d2_tweedie_score(const Eigen::Ref<const Matrix>& y_true,
                        const Eigen::Ref<const Matrix>& y_pred, const TweedieOptions& options = {});

}  // namespace espalier
