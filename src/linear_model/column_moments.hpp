// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include <espalier/core/features.hpp>
#include <espalier/core/parallel.hpp>

namespace espalier::detail {

/// Weighted mean and variance of each column of a dense or sparse X.
struct ColumnMoments {
  double total_weight;
  Vector mean;      // p
  Vector variance;  // p, biased: divided by the total weight; not finite where squares overflow
};

/// One pass over X, in blocks. `weights` may be empty: ones. The variance of a column is accurate
/// to about ε times itself; of a sparse X, to ε·mean².
ColumnMoments column_moments(const Features& X, const Vector& weights);

/// @throws InvalidInput  naming `owner` and a column: one of the squares is not finite, so the
/// numbers of that column are beyond some 1e150
void refuse_overflow(std::string_view owner, const Features& X, const Vector& squares);

/// Blocks of rows of X of about 256 KiB, which stay in the second-level cache from one use to the
/// next; at least 256 rows, so that columns are read in runs.
Blocks cache_blocks(const Features& X);

/// The same for sums of p·outputs numbers: of a sparse X they hold at least twenty times as many
/// numbers as a sum has, so that adding up the partial sums costs little.
Blocks sum_blocks(const Features& X, Index outputs);

/// The numbers that a pass over X touches.
double numbers_in(const Features& X);

}  // namespace espalier::detail
