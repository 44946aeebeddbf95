// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What is done to the numbers of one column: moments, and bringing them to another scale.
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::linalg {

using detail::best_instruction_set;
using detail::InstructionSet;

/// Of some numbers with weights: Σw, the mean, and Σw(x − mean)². Nothing of weight has mean 0.
struct ColumnMoments {
  double weight = 0.0, mean = 0.0, squares = 0.0;
};

/// Kernels for numbers of type T (double, float); all arithmetic is in double, in 8 lanes.
template <class T>
struct ColumnKernels {
  /// Of the numbers that are not NaN; `weights` may be null: ones. The numbers are read twice, so n
  /// should be a part of a column that stays in the cache.
  ColumnMoments (*moments)(const T* x, const double* weights, std::ptrdiff_t n);

  /// to = (x − mean) / scale
  void (*standardise)(const T* x, std::ptrdiff_t n, double mean, double scale, T* to);
  /// to = x · scale + mean
  void (*restore)(const T* x, std::ptrdiff_t n, double mean, double scale, T* to);
};

/// For double and float.
template <class T>
const ColumnKernels<T>& column_kernels(InstructionSet instructions = best_instruction_set());

}  // namespace espalier::linalg
