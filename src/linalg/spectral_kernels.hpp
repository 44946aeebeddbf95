// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The inner loops of the symmetric eigenproblem.
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::linalg {

using detail::best_instruction_set;
using detail::InstructionSet;

/// Σ weight[i] / (pole[i] − x) over some poles, and its derivative by x.
struct PoleSums {
  double value, slope;
};

struct SpectralKernels {
  /// y += A·x for the part of a symmetric A (n × n, its columns `stride` apart) that the lower
  /// triangle's columns [begin, end) hold: these numbers and their mirror images.
  void (*symmetric_columns)(std::ptrdiff_t n, const double* a, std::ptrdiff_t stride,
                            std::ptrdiff_t begin, std::ptrdiff_t end, const double* x, double* y);

  /// Over n poles; each is (pole[i] − origin), x is relative to `origin` as well.
  PoleSums (*pole_sums)(std::ptrdiff_t n, const double* pole, const double* weight, double origin,
                        double x);
};

const SpectralKernels& spectral_kernels(InstructionSet instructions = best_instruction_set());

}  // namespace espalier::linalg
