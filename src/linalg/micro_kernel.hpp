// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The innermost loops of matrix products, one set for each instruction set.
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::linalg {

using detail::best_instruction_set;
using detail::InstructionSet;

/// A part of a column-major matrix, read as an operand of a product: `along_k` says whether the
/// index that is summed over runs down its columns (contiguous) or across them. What is read is
/// (x − centre of its column) · weight of its row; null: not subtracted, not multiplied. Weights
/// are for operands that are read along k.
template <class T>
struct Operand {
  const T* data;
  std::ptrdiff_t stride;  // between columns
  bool along_k;
  const T* centre = nullptr;
  const T* weight = nullptr;
};

/// Kernels for products of T whose results are added up in C.
///
/// The left operand is packed into panels of 1, 2 or 3 · `lanes` rows and the right one into panels
/// of `columns` columns, index k slowest, filled up with zeros. A tile of the result, one panel by
/// the other, stays in registers while k runs.
template <class T, class C>
struct MicroKernels {
  static constexpr int vectors = 3;  // in the widest panel of the left operand
  int lanes;
  int columns;

  /// Packs `width` rows and `k` values of each into one panel of whole vectors.
  void (*pack_left)(const Operand<T>& x, int width, std::ptrdiff_t k, T* panel);
  void (*pack_right)(const Operand<T>& x, int width, std::ptrdiff_t k, T* panel);

  /// c = beta · c + alpha · left · right, for the first `rows` × `cols` numbers of a tile. With a
  /// beta of 0, c is not read.
  void (*multiply)(std::ptrdiff_t k, const T* left, const T* right, int rows, int cols, C alpha,
                   C beta, C* c, std::ptrdiff_t stride);

  int panel_rows() const { return vectors * lanes; }
};

/// For <double, double>, <float, float> and <float, double>.
template <class T, class C>
const MicroKernels<T, C>& micro_kernels(InstructionSet instructions = best_instruction_set());

}  // namespace espalier::linalg
