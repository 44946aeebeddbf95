// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// Half the squared error, ½(raw − y)², for any real target. The link is the identity: what the
/// model adds up is the prediction itself.
struct HalfSquaredError {
  /// The second derivative is 1 everywhere, so nobody needs to store it.
  static constexpr bool constant_hessian = true;

  static double loss(double y, double raw) { return 0.5 * (raw - y) * (raw - y); }
  static double gradient(double y, double raw) { return raw - y; }
  static GradientHessian gradient_hessian(double y, double raw) { return {raw - y, 1.0}; }
  static LossGradient loss_gradient(double y, double raw) { return {loss(y, raw), raw - y}; }

  static double link(double mean) { return mean; }
  static double inverse_link(double raw) { return raw; }

  /// The raw prediction of a model that is a constant: the (weighted) mean of `y`.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  static double baseline(std::span<const double> y, std::span<const double> weights = {}) {
    return weighted_mean(y, weights);
  }
};

}  // namespace espalier
