// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

#include <espalier/detail/exponential.hpp>
#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// Half the Poisson deviance, eʳᵃʷ − y·raw up to a term without raw, for counts and other targets
/// y ≥ 0 whose variance is proportional to their mean. The raw value is the logarithm of the mean.
struct HalfPoisson {
  static constexpr bool constant_hessian = false;

  static double loss(double y, double raw) { return detail::exponential(raw) - y * raw; }
  static double gradient(double y, double raw) { return gradient_hessian(y, raw).gradient; }
  /// eʳᵃʷ − y and eʳᵃʷ.
  static GradientHessian gradient_hessian(double y, double raw) {
    const double mean = detail::exponential(raw);
    return {mean - y, mean};
  }
  static LossGradient loss_gradient(double y, double raw) {
    const double mean = detail::exponential(raw);
    return {mean - y * raw, mean - y};
  }

  static double link(double mean) { return std::log(mean); }
  static double inverse_link(double raw) { return detail::exponential(raw); }

  /// The raw prediction of a model that is a constant: the logarithm of the (weighted) mean of `y`,
  /// kept 10 machine epsilons above 0, so that it is finite when all `y` are 0.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  static double baseline(std::span<const double> y, std::span<const double> weights = {}) {
    return log_of_mean(y, weights);
  }
};

}  // namespace espalier
