// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the losses share.
///
/// A loss is a struct of static functions of one target `y` and one raw prediction `raw` (the
/// number that a linear model or a sum of trees yields, before the inverse link turns it into a
/// mean):
///
///     loss(y, raw)               the loss of one sample
///     gradient(y, raw)           its derivative by raw
///     gradient_hessian(y, raw)   the first and the second derivative
///     loss_gradient(y, raw)      loss and derivative
///     link(mean), inverse_link(raw)
///     baseline(y, weights)       the raw prediction of a constant model
///
/// It knows nothing of models, weights or regularisation: whoever sums it multiplies by the
/// weights. So one loss serves L-BFGS, Newton's method, stochastic gradients and boosted trees.
/// Losses of several raw values (HalfMultinomial) take spans instead of numbers.
#pragma once

#include <cmath>
#include <span>

namespace espalier {

struct GradientHessian {
  double gradient;
  double hessian;
};

struct LossGradient {
  double loss;
  double gradient;
};

/// log(1 + eˣ) to full precision and without overflow.
/// @see Mächler, "Accurately computing log(1 − exp(−|a|))", R package Rmpfr (2012), eq. 10
inline double log_one_plus_exp(double x) {
  if (x <= 18.0) return std::log1p(std::exp(x));
  if (x <= 33.3) return x + std::exp(-x);
  return x;
}

/// Σ wᵢ yᵢ / Σ wᵢ; the plain mean without weights. Summed in blocks: the same bits for any number
/// of threads.
/// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
double weighted_mean(std::span<const double> y, std::span<const double> weights = {});

}  // namespace espalier
