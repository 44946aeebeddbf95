// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// The absolute error, |y − raw|, for any real target: its best constant is the median, which a few
/// wild values do not move. The link is the identity.
struct AbsoluteError {
  /// The second derivative is 0 but for one point; 1 stands for it.
  static constexpr bool constant_hessian = true;
  static constexpr bool smooth = false;

  static double loss(double y, double raw) { return std::abs(y - raw); }
  /// 1 above y, −1 below and at y.
  static double gradient(double y, double raw) { return raw > y ? 1.0 : -1.0; }
  static GradientHessian gradient_hessian(double y, double raw) { return {gradient(y, raw), 1.0}; }
  static LossGradient loss_gradient(double y, double raw) {
    return {loss(y, raw), gradient(y, raw)};
  }

  static double link(double median) { return median; }
  static double inverse_link(double raw) { return raw; }

  /// The raw prediction of a model that is a constant: the (weighted) median of `y`.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  static double baseline(std::span<const double> y, std::span<const double> weights = {}) {
    return weighted_quantile(y, 0.5, weights);
  }
};

}  // namespace espalier
