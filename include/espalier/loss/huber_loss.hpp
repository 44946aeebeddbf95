// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// Huber's loss, for any real target: half the squared error up to a distance δ from y, and the
/// straight line that continues it, δ·(|y − raw| − δ/2), beyond. The link is the identity.
/// @see Huber, Annals of Mathematical Statistics 35 (1964) 73–101
struct HuberLoss {
  /// The second derivative is 1 up to δ and 0 beyond, where a Newton step would find nothing to
  /// divide by; 1 stands for both, which bounds the loss from above.
  static constexpr bool constant_hessian = true;
  static constexpr bool smooth = false;

  double delta = 1.0;  ///< δ > 0, in units of y

  double loss(double y, double raw) const {
    const double distance = std::abs(y - raw);
    const double near = std::min(distance, delta);
    return near * (distance - 0.5 * near);
  }
  /// raw − y, no further than δ from 0.
  double gradient(double y, double raw) const { return std::max(-delta, std::min(raw - y, delta)); }
  GradientHessian gradient_hessian(double y, double raw) const { return {gradient(y, raw), 1.0}; }
  LossGradient loss_gradient(double y, double raw) const {
    return {loss(y, raw), gradient(y, raw)};
  }

  static double link(double value) { return value; }
  static double inverse_link(double raw) { return raw; }

  /// The raw prediction of a model that is a constant, by one step from the (weighted) median of
  /// `y`: the median plus the (weighted) mean of the distances from it, none further than δ.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  /// @see Friedman, Annals of Statistics 29 (2001) 1189–1232, algorithm 4
  double baseline(std::span<const double> y, std::span<const double> weights = {}) const;
};

}  // namespace espalier
