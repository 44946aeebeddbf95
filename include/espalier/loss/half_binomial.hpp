// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <span>

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
  static double gradient(double y, double raw) {
    if (raw <= negligible_odds) return std::exp(raw) - y;
    return gradient_from(y, std::exp(-raw));
  }

  /// p − y and p(1 − p).
  static GradientHessian gradient_hessian(double y, double raw) {
    if (raw <= negligible_odds) {
      const double p = std::exp(raw);
      return {p - y, p};
    }
    const double e = std::exp(-raw);
    return {gradient_from(y, e), e / ((1.0 + e) * (1.0 + e))};
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

 private:
  /// Below this e^raw is the probability to the last bit, and e^−raw is about to overflow.
  static constexpr double negligible_odds = -37.0;

  /// p − y for p = 1 / (1 + e), written so that nothing cancels when y is 0 or 1.
  static double gradient_from(double y, double e) { return ((1.0 - y) - y * e) / (1.0 + e); }
};

}  // namespace espalier
