// SPDX-License-Identifier: BSD-3-Clause
#include "neural_network/row_products.hpp"

#include "linalg/row_product.hpp"
#include "linalg/transpose.hpp"

namespace espalier::nn {
namespace {

/// Columns that fill the vectors of the kernels; with fewer it pays to turn the product around.
constexpr Index few_columns = 16;

}  // namespace

template <class T>
void multiply(ConstBatch<T> A, ConstBatch<T> B, const T* bias, Batch<T> C, bool relu) {
  linalg::multiply_rows<T>({C.rows(), C.cols(), A.cols(), A.data(), A.cols(), 1, B.data(), B.cols(),
                            bias, C.data(), C.cols(), relu});
}

template <class T>
void multiply_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C, Rows<T>& scratch) {
  if (B.cols() < few_columns && A.cols() > B.cols()) {
    scratch.resize(C.cols(), C.rows());
    linalg::multiply_rows<T>({B.cols(), A.cols(), A.rows(), B.data(), 1, B.cols(), A.data(),
                              A.cols(), nullptr, scratch.data(), scratch.cols()});
    linalg::transpose_rows(scratch.data(), scratch.rows(), scratch.cols(), C.data());
    return;
  }
  linalg::multiply_rows<T>({C.rows(), C.cols(), A.rows(), A.data(), 1, A.cols(), B.data(), B.cols(),
                            nullptr, C.data(), C.cols()});
}

template <class T>
void multiply_by_transposed(ConstBatch<T> A, ConstBatch<T> B, Batch<T> C, Rows<T>& scratch) {
  scratch.resize(B.cols(), B.rows());
  linalg::transpose_rows(B.data(), B.rows(), B.cols(), scratch.data());
  multiply<T>(A, view(scratch), nullptr, C);
}

template void multiply(ConstBatch<float>, ConstBatch<float>, const float*, Batch<float>, bool);
template void multiply(ConstBatch<double>, ConstBatch<double>, const double*, Batch<double>, bool);
template void multiply_transposed(ConstBatch<float>, ConstBatch<float>, Batch<float>, Rows<float>&);
template void multiply_transposed(ConstBatch<double>, ConstBatch<double>, Batch<double>,
                                  Rows<double>&);
template void multiply_by_transposed(ConstBatch<float>, ConstBatch<float>, Batch<float>,
                                     Rows<float>&);
template void multiply_by_transposed(ConstBatch<double>, ConstBatch<double>, Batch<double>,
                                     Rows<double>&);

}  // namespace espalier::nn
