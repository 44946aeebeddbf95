// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the losses share.
///
/// A loss is a struct of functions of one target `y` and one raw prediction `raw` (the number that a
/// linear model or a sum of trees yields, before the inverse link turns it into a mean); they are
/// static where the loss has no parameters of its own:
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
/// Losses of several raw values (HalfMultinomial) take spans instead of numbers. The functions have
/// no branches and call nothing that is not inline, so that loops over them become vector code.
///
/// A loss whose second derivative is of no use, because it is 0 where it exists, says
/// `smooth = false` and gives 1 for it. That is no curvature, but makes a Newton step a gradient
/// step; whoever takes one finds its best length as `baseline(y − raw, weights)`, for these losses
/// depend on y − raw alone.
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

/// log(Σ wᵢ yᵢ / Σ wᵢ), where the mean is taken to be 10 machine epsilons at least.
/// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
double log_of_mean(std::span<const double> y, std::span<const double> weights = {});

/// The q-quantile, 0 ≤ q ≤ 1. Without weights by linear interpolation between the two nearest
/// values (numpy's default, type 7 of Hyndman and Fan 1996); with weights the smallest value at
/// which the sum of the weights, in ascending order of the values, reaches a share q of them all
/// (type 1). As in scikit-learn, so weights of 1 do not give what no weights give. O(n).
/// @throws InvalidInput  `y` is empty, `weights` has another length, or the weights sum to zero
double weighted_quantile(std::span<const double> y, double q, std::span<const double> weights = {});

/// Whether the second derivative of a loss is what Newton's method needs.
template <class Loss>
constexpr bool is_smooth() {
  if constexpr (requires { Loss::smooth; })
    return Loss::smooth;
  else
    return true;
}

}  // namespace espalier
