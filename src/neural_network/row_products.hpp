// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// Products of row-major matrices, by linalg's kernels on all threads; the same bits for any number
/// of them. C = A·B, Aᵀ·B, A·Bᵀ.
template <class T>
void multiply(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C);
template <class T>
void multiply_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C);
template <class T>
void multiply_by_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C);

}  // namespace espalier::nn
