// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Losses of a block of rows at a time: what solvers that sweep over all rows need. The same
/// functions as the pointwise losses, vectorised, with targets and weights bound to them.
#pragma once

#include <memory>

#include <espalier/core/types.hpp>

namespace espalier::detail {

class BlockLoss {
 public:
  virtual ~BlockLoss() = default;

  /// How many raw values a row has.
  virtual Index outputs() const = 0;

  /// Of the rows [begin, begin + raw.rows()): returns Σ wᵢ·loss(yᵢ, rawᵢ) and overwrites each row
  /// of `raw` with its gradient by the raw values, times wᵢ. Blocks may be evaluated at the same
  /// time. Outside the domain of the loss the sum is infinite and the gradients are of no use.
  double loss_gradient(Index begin, Eigen::Ref<Matrix> raw) const {
    return do_evaluate(begin, raw, nullptr);
  }

  /// The same, and writes the curvature to `curvature`, of the same shape as `raw`. With one output
  /// c that is the second derivative, or its expectation where the loss is not convex, times wᵢ.
  /// With more, the Hessian of a row by its raw values is diag(c) − ccᵀ/Σc: c are the probabilities
  /// times wᵢ, all that it takes to know it.
  double loss_gradient_curvature(Index begin, Eigen::Ref<Matrix> raw,
                                 Eigen::Ref<Matrix> curvature) const {
    return do_evaluate(begin, raw, &curvature);
  }

 private:
  virtual double do_evaluate(Index begin, Eigen::Ref<Matrix>& raw,
                             Eigen::Ref<Matrix>* curvature) const = 0;
};

/// HalfBinomial of `codes` that are 0 or 1. `weights` may be empty: ones.
std::unique_ptr<BlockLoss> half_binomial_blocks(const Labels& codes, Vector weights);

/// HalfMultinomial of `codes` in [0, n_classes). `weights` may be empty: ones.
std::unique_ptr<BlockLoss> half_multinomial_blocks(Labels codes, Index n_classes, Vector weights);

/// The half Tweedie deviance of `power`, up to a term without the raw values: the squared error for
/// 0, HalfPoisson for 1, HalfGamma for 2, HalfTweedie in between. `log_link`: the raw value is the
/// logarithm of the mean, else the mean itself, which must then be positive unless the power is 0.
/// The curvature is the expected one but for powers 0, and 1 to 2 with the log link, where the loss
/// is convex.
std::unique_ptr<BlockLoss> half_tweedie_blocks(Vector y, double power, bool log_link,
                                               Vector weights);

}  // namespace espalier::detail
