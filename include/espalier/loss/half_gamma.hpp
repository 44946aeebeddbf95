// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

#include <espalier/detail/exponential.hpp>
#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// Half the gamma deviance, raw + y·e⁻ʳᵃʷ up to a term without raw, for targets y > 0 whose standard
/// deviation is proportional to their mean: amounts, durations. The raw value is the logarithm of
/// the mean.
struct HalfGamma {
  static constexpr bool constant_hessian = false;

  static double loss(double y, double raw) { return raw + y * detail::exponential(-raw); }
  static double gradient(double y, double raw) { return gradient_hessian(y, raw).gradient; }
  /// 1 − y·e⁻ʳᵃʷ and y·e⁻ʳᵃʷ.
  static GradientHessian gradient_hessian(double y, double raw) {
    const double ratio = y * detail::exponential(-raw);
    return {1.0 - ratio, ratio};
  }
  static LossGradient loss_gradient(double y, double raw) {
    const double ratio = y * detail::exponential(-raw);
    return {raw + ratio, 1.0 - ratio};
  }

  static double link(double mean) { return std::log(mean); }
  static double inverse_link(double raw) { return detail::exponential(raw); }

  /// The raw prediction of a model that is a constant: the logarithm of the (weighted) mean of `y`,
  /// kept 10 machine epsilons above 0.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  static double baseline(std::span<const double> y, std::span<const double> weights = {}) {
    return log_of_mean(y, weights);
  }
};

}  // namespace espalier
