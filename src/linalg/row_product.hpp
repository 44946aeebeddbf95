// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Products of row-major matrices without packing: what a neural network multiplies.
#pragma once

#include <espalier/core/types.hpp>

#include "core/instruction_set.hpp"

namespace espalier::linalg {

/// C = A·B, every row of it beginning at `bias` (null: 0); with `relu` what is negative becomes 0. B and C are row-major, their rows
/// `b_stride` and `c_stride` apart; A may lie either way: A(r, l) is a[r · a_row + l · a_step].
template <class T>
struct RowProduct {
  Index rows, cols, depth;
  const T* a;
  Index a_row, a_step;
  const T* b;
  Index b_stride;
  const T* bias;
  T* c;
  Index c_stride;
  bool relu = false;
};

/// Without packing: fast while a panel of B (48 columns of floats with AVX-512) stays in the
/// second-level cache. How a number of C is added up does not depend on the number of rows, so a row
/// has the same bits alone and among others. Cut by rows, in parallel. Allocates nothing.
template <class T>
void multiply_rows(const RowProduct<T>& product,
                   detail::InstructionSet instructions = detail::best_instruction_set());

extern template void multiply_rows(const RowProduct<float>&, detail::InstructionSet);
extern template void multiply_rows(const RowProduct<double>&, detail::InstructionSet);

}  // namespace espalier::linalg
