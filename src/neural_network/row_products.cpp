// SPDX-License-Identifier: BSD-3-Clause
#include "neural_network/row_products.hpp"

#include "linalg/blocked_product.hpp"

namespace espalier::nn {
namespace {

/// A row-major C is the transpose of a column-major one, Cᵀ = right · left: `left` and `right` are
/// the factors of that.
template <class T>
void multiply_into(Index k, const linalg::Operand<T>& left, const linalg::Operand<T>& right,
                   Batch<T> C) {
  linalg::multiply(
      linalg::Product<T, T>{C.cols(), C.rows(), k, left, right, T(1), T(0), C.data(), C.cols()});
}

}  // namespace

template <class T>
void multiply(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C) {
  multiply_into<T>(A.cols(), {B.data(), B.cols(), false}, {A.data(), A.cols(), true}, C);
}

template <class T>
void multiply_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C) {
  multiply_into<T>(A.rows(), {B.data(), B.cols(), false}, {A.data(), A.cols(), false}, C);
}

template <class T>
void multiply_by_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C) {
  multiply_into<T>(A.cols(), {B.data(), B.cols(), true}, {A.data(), A.cols(), true}, C);
}

template void multiply(ConstBatch<float>, ConstBatch<float>, Batch<float>);
template void multiply(ConstBatch<double>, ConstBatch<double>, Batch<double>);
template void multiply_transposed(ConstBatch<float>, ConstBatch<float>, Batch<float>);
template void multiply_transposed(ConstBatch<double>, ConstBatch<double>, Batch<double>);
template void multiply_by_transposed(ConstBatch<float>, ConstBatch<float>, Batch<float>);
template void multiply_by_transposed(ConstBatch<double>, ConstBatch<double>, Batch<double>);

}  // namespace espalier::nn
