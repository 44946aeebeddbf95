// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

#include <espalier/detail/exponential.hpp>
#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// Half the binomial deviance, log(1 + eʳᵃʷ) − y·raw: the log loss of a binary classifier whose raw
/// value is the log-odds of the second class. `y` is 0 or 1, or any probability in between.
///
/// All functions are accurate to a few ulp for any finite raw value; none overflows.
struct HalfBinomial {
  static constexpr bool constant_hessian = false;

  static double loss(double y, double raw) { return log_one_plus_exp(raw) - y * raw; }

  /// p − y with p = inverse_link(raw).
  static double gradient(double y, double raw) { return gradient_hessian(y, raw).gradient; }

  /// p − y and p(1 − p). Of p and 1 − p the smaller is e/(1 + e) and the larger 1/(1 + e) with
  /// e = exp(−|raw|), and p − y is (1 − y)·p − y·(1 − p), in which nothing cancels when y is 0 or 1.
  static GradientHessian gradient_hessian(double y, double raw) {
    const double e = detail::exponential(-std::abs(raw));
    const double larger = 1.0 / (1.0 + e);
    const double smaller = e * larger;
    const double p = raw > 0.0 ? larger : smaller;
    const double q = raw > 0.0 ? smaller : larger;
    return {(1.0 - y) * p - y * q, smaller * larger};
  }

  static LossGradient loss_gradient(double y, double raw) {
    return {loss(y, raw), gradient(y, raw)};
  }

  /// The log-odds of a probability.
  static double link(double probability) { return std::log(probability / (1.0 - probability)); }

  /// The probability of the second class, 1 / (1 + e⁻ʳᵃʷ).
  static double inverse_link(double raw) { return 1.0 / (1.0 + std::exp(-raw)); }

  /// The raw prediction of a model that is a constant: the log-odds of the (weighted) share of
  /// ones, kept 10 machine epsilons away from 0 and 1, so that it is finite when one class is
  /// absent.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  static double baseline(std::span<const double> y, std::span<const double> weights = {});
};

}  // namespace espalier
