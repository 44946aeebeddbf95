// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What Newton's method does with a block of rows that stays in the cache. Plain pointers; columns
/// are `stride` numbers apart.
///
/// A block holds its rows and, up to its stride, rows of zeros, so that no loop has a rest; the
/// stride is a multiple of block_padding. Sums over the rows are made in T and added to doubles, so
/// a block of floats should be short. The order of the additions, and so the last bits, follow the
/// instruction set.
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::detail {

/// Rows of a block are a multiple of this.
inline constexpr std::ptrdiff_t block_padding = 32;

template <class T>
struct BlockKernels {
  using Index = std::ptrdiff_t;

  /// out = rows of X less `shift`, one number a column; then zeros up to the stride.
  void (*center)(const T* X, Index X_stride, Index n, Index p, const T* shift, T* out,
                 Index stride);

  /// raw[i] = intercept + Σⱼ block(i, j)·coef[j], for all rows up to the stride.
  void (*multiply)(const T* block, Index stride, Index p, const T* coef, T intercept, T* raw);

  /// out(i, j) = weights[i]·block(i, j).
  void (*scale)(const T* block, Index stride, Index p, const T* weights, T* out);

  /// sums(i, j) += Σ_r a(r, i)·b(r, j), for all i < p and j < q; with `lower` for j ≤ i at least.
  void (*add_products)(const T* a, Index p, const T* b, Index q, Index stride, bool lower,
                       double* sums, Index sums_stride);
};

/// Of T = double or float.
template <class T>
const BlockKernels<T>& block_kernels(InstructionSet instructions = best_instruction_set());

}  // namespace espalier::detail
