// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

#include <espalier/detail/exponential.hpp>
#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// Half the Tweedie deviance with a power p between 1 (Poisson) and 2 (gamma),
/// e^((2−p)·raw)/(2 − p) − y·e^((1−p)·raw)/(1 − p) up to a term without raw: for targets y ≥ 0 that
/// are often exactly 0 and else positive, as the claims of an insured person in a year. Their
/// variance is proportional to the mean to the power p. The raw value is the logarithm of the mean.
/// @see Jørgensen, Journal of the Royal Statistical Society B 49 (1987) 127–162
struct HalfTweedie {
  static constexpr bool constant_hessian = false;

  double power = 1.5;  ///< p, in (1, 2)

  double loss(double y, double raw) const { return loss_gradient(y, raw).loss; }
  double gradient(double y, double raw) const { return gradient_hessian(y, raw).gradient; }
  /// a − y·b and (2 − p)·a + (p − 1)·y·b with a = e^((2−p)·raw), b = e^((1−p)·raw).
  GradientHessian gradient_hessian(double y, double raw) const {
    const double a = detail::exponential((2.0 - power) * raw);
    const double b = y * detail::exponential((1.0 - power) * raw);
    return {a - b, (2.0 - power) * a + (power - 1.0) * b};
  }
  LossGradient loss_gradient(double y, double raw) const {
    const double a = detail::exponential((2.0 - power) * raw);
    const double b = y * detail::exponential((1.0 - power) * raw);
    return {a / (2.0 - power) + b / (power - 1.0), a - b};
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
