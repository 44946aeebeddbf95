// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// Products of row-major matrices, on all threads; the same bits for any number of them.
///
/// C = A·B, to every row of which `bias` is added (null: nothing); with `relu` what is negative
/// becomes 0.
template <class T>
void multiply(ConstBatch<T> A, ConstBatch<T> B, const T* bias, Batch<T> C, bool relu = false);

/// C = Aᵀ·B. `scratch` is resized as needed.
template <class T>
void multiply_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C, Rows<T>& scratch);

/// C = A·Bᵀ. `scratch` is resized as needed.
template <class T>
void multiply_by_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C, Rows<T>& scratch);

}  // namespace espalier::nn
