// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "core/instruction_set.hpp"

namespace espalier::detail {

/// How far a step goes: along the row, along the mean gradient, and by how much the row changes
/// that.
struct SagaStep {
  double along_row;
  double along_mean;
  double mean_change;
};

/// One proximal step on n coefficients z, n a multiple of 8, by a dense row x of T:
///
///     z ← soft(z − along_row·x − along_mean·mean, threshold)·shrink,   mean ← mean + mean_change·x
///
/// where soft(a, t) is a − min(max(a, −t), t), element by element. All is computed in double.
template <class T>
using SagaKernel = void (*)(const SagaStep& step, const T* x, const double* threshold,
                            const double* shrink, double* z, double* mean, std::size_t n);

/// That for the given instruction set, which the processor must have. Their last digits differ.
template <class T = double>
SagaKernel<T> saga_kernel(InstructionSet instructions = best_instruction_set());

}  // namespace espalier::detail
