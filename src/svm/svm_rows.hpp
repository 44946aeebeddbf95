// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "linalg/row_matrix.hpp"
#include "linalg/vector_kernels.hpp"
#include "svm/linear_svm.hpp"

namespace espalier::detail {

/// X for those who go through it row by row: copied by rows if dense, as it is if sparse.
class SvmRows {
 public:
  explicit SvmRows(const Features& X) : X_(X), squared_norms_(X.rows()) {
    if (!X.is_sparse()) dense_.emplace(X.dense());
    for (Index i = 0; i < X.rows(); ++i)
      squared_norms_[i] = dense_ ? kernels_.dot(dense_->row(i), dense_->row(i), stride())
                                 : X.sparse().row(i).squaredNorm();
  }

  Index rows() const { return X_.rows(); }
  Index cols() const { return X_.cols(); }
  double squared_norm(Index i) const { return squared_norms_[i]; }
  double dot(Index i, const double* w) const {
    if (dense_) return kernels_.dot(dense_->row(i), w, stride());
    double sum = 0.0;
    for (SparseMatrix::InnerIterator it(X_.sparse(), i); it; ++it) sum += it.value() * w[it.col()];
    return sum;
  }
  /// w += c·xᵢ
  void add(Index i, double c, double* w) const {
    if (dense_) {
      kernels_.add(c, dense_->row(i), w, stride());
      return;
    }
    for (SparseMatrix::InnerIterator it(X_.sparse(), i); it; ++it) w[it.col()] += c * it.value();
  }

 private:
  std::size_t stride() const { return static_cast<std::size_t>(dense_->stride()); }
  const Features& X_;
  Vector squared_norms_;
  std::optional<linalg::RowMatrix> dense_;
  const linalg::VectorKernels& kernels_ = linalg::vector_kernels();
};

}  // namespace espalier::detail
