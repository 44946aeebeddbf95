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
  /// time.
  virtual double loss_gradient(Index begin, Matrix& raw) const = 0;
};

/// HalfBinomial of `codes` that are 0 or 1. `weights` may be empty: ones.
std::unique_ptr<BlockLoss> half_binomial_blocks(const Labels& codes, Vector weights);

/// HalfMultinomial of `codes` in [0, n_classes). `weights` may be empty: ones.
std::unique_ptr<BlockLoss> half_multinomial_blocks(Labels codes, Index n_classes, Vector weights);

}  // namespace espalier::detail
