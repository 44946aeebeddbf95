// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What algorithms that go through X row by row do to a row: products and sums of short vectors.
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::linalg {

/// Kernels on vectors whose length n is a multiple of 8. Sums are made in 16 lanes, which are added
/// up in a fixed order, so that every instruction set gives the same bits.
struct VectorKernels {
  /// Σ aᵢbᵢ
  double (*dot)(const double* a, const double* b, std::size_t n);
  /// b += c·a; returns Σ bᵢ² of the new b.
  double (*add)(double c, const double* a, double* b, std::size_t n);
};

/// Those for the given instruction set, which the processor must have.
const VectorKernels& vector_kernels(
    detail::InstructionSet instructions = detail::best_instruction_set());

}  // namespace espalier::linalg
