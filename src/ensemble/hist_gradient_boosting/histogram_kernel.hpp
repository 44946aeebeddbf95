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
/// has the same bits in any order. See FixedPoint for what they mean. (`Cell{}` is zero; `Cell x[256]`
/// takes no time.)
struct alignas(16) Cell {
  std::int64_t gradient;
  std::int64_t hessian_count;  ///< the Hessian above, the number of rows in the low bits
};

/// Rows to add, and where their bins are: those of row r at bins + (r << row_bits).
struct KernelRows {
  const Bin* bins;
  int row_bits;
  const Row* rows;  ///< null: 0, 1, 2, …
  std::size_t n;
  const Cell* words;  ///< their derivatives, in their order
};

/// For each row and each lane l < width: cells[l · stride + bin l of the row] += its word. `width`
/// and `stride` are those of a FeatureGroup.
void accumulate(const KernelRows& rows, int width, int stride, Cell* cells);

}  // namespace espalier::hgb
