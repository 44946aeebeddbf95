// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// The pinball loss, q·(y − raw) where y is above the prediction and (1 − q)·(raw − y) where it is
/// below, for any real target: its best constant is the q-quantile. Half the absolute error for
/// q = ½. The link is the identity.
/// @see Koenker and Bassett, Econometrica 46 (1978) 33–50
struct PinballLoss {
  /// The second derivative is 0 but for one point; 1 stands for it.
  static constexpr bool constant_hessian = true;
  static constexpr bool smooth = false;

  double quantile = 0.5;  ///< q, in (0, 1)

  double loss(double y, double raw) const { return gradient(y, raw) * (raw - y); }
  /// 1 − q above y, −q below and at y.
  double gradient(double y, double raw) const { return raw > y ? 1.0 - quantile : -quantile; }
  GradientHessian gradient_hessian(double y, double raw) const { return {gradient(y, raw), 1.0}; }
  LossGradient loss_gradient(double y, double raw) const {
    return {loss(y, raw), gradient(y, raw)};
  }

  static double link(double value) { return value; }
  static double inverse_link(double raw) { return raw; }

  /// The raw prediction of a model that is a constant: the (weighted) q-quantile of `y`.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  double baseline(std::span<const double> y, std::span<const double> weights = {}) const {
    return weighted_quantile(y, quantile, weights);
  }
};

}  // namespace espalier
