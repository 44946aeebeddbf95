// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The inner loop of boosting: adds the derivatives of rows to the cells of their bins.
#pragma once

#include <cstddef>
#include <cstdint>

namespace espalier::hgb {

using Bin = std::uint8_t;

/// A row of the training data; tables have less than 2²⁸ rows.
using Row = std::uint32_t;

/// The derivatives of a row, or their sum over the rows of a bin: two whole numbers, so that a sum
/// has the same bits in any order. See FixedPoint for what they mean.
struct alignas(16) Cell {
  std::int64_t gradient = 0;
  std::int64_t hessian_count = 0;  ///< the Hessian above, the number of rows in the low bits
};

/// For i < n and each lane l < width: cells[l · stride + bin l of row i] += words[i], where the bins
/// of a row are `width` bytes at bins + width · rows[i], or + width · i when `rows` is null.
/// `width` and `stride` are those of a FeatureGroup.
void accumulate(const Bin* bins, int width, int stride, const Row* rows, std::size_t n,
                const Cell* words, Cell* cells);

}  // namespace espalier::hgb
