// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <espalier/core/types.hpp>
#include <espalier/loss/pointwise.hpp>

namespace espalier {

/// Half the multinomial deviance, log Σₖ e^rawₖ − raw_y: the log loss of a classifier with K ≥ 2
/// classes whose K raw values are unnormalised log-probabilities. `y` is the code of a class, in
/// [0, K).
///
/// Every function takes the K raw values of one sample; spans that are written have K elements and
/// may be the ones that are read. O(K) each, without allocation.
struct HalfMultinomial {
  static constexpr bool constant_hessian = false;

  static double loss(Index y, std::span<const double> raw);

  /// pₖ − [k = y], with p = inverse_link(raw).
  static void gradient(Index y, std::span<const double> raw, std::span<double> gradient);

  /// The gradient, and the diagonal of the Hessian, pₖ(1 − pₖ).
  static void gradient_hessian(Index y, std::span<const double> raw, std::span<double> gradient,
                               std::span<double> hessian);

  /// The loss, and its gradient.
  static double loss_gradient(Index y, std::span<const double> raw, std::span<double> gradient);

  /// The raw values of given probabilities, centred: log pₖ − mean(log p).
  static void link(std::span<const double> probabilities, std::span<double> raw);

  /// The probabilities, e^rawₖ / Σ e^raw (softmax).
  static void inverse_link(std::span<const double> raw, std::span<double> probabilities);

  /// The raw prediction of a model that is a constant: the link of the (weighted) shares of the
  /// `n_classes` classes, kept one machine epsilon away from 0 and 1. `y` holds class codes.
  /// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
  static Vector baseline(std::span<const double> y, Index n_classes,
                         std::span<const double> weights = {});
};

}  // namespace espalier
