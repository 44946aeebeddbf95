// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What algorithms that go through X row by row do to a row: products and sums of short vectors.
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::linalg {

/// Kernels on a row, of `double` or `float`, and vectors of `double`, whose length n is a multiple
/// of 8. All is computed in double. Sums are made in 16 lanes, which are added up in a fixed order,
/// so that every instruction set gives the same bits.
template <class T>
struct VectorKernelsOf {
  /// Σ aᵢbᵢ
  double (*dot)(const T* a, const double* b, std::size_t n);
  /// Σ aᵢ²
  double (*squared_norm)(const T* a, std::size_t n);
  /// b += c·a; returns Σ bᵢ² of the new b.
  double (*add)(double c, const T* a, double* b, std::size_t n);
};
using VectorKernels = VectorKernelsOf<double>;

/// Those for the given instruction set, which the processor must have.
template <class T = double>
const VectorKernelsOf<T>& vector_kernels(
    detail::InstructionSet instructions = detail::best_instruction_set());

}  // namespace espalier::linalg
