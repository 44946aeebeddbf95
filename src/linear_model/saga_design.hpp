// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The rows of X in the variables in which SAGA takes its steps, dense and sparse.
#pragma once

#include <vector>

#include "linalg/row_matrix.hpp"
#include "linalg/vector_kernels.hpp"
#include "linear_model/saga_kernels.hpp"

namespace espalier::detail {

/// What a step needs to know of the penalty on each variable; see SagaKernel.
struct SagaPenalty {
  std::vector<double> along_mean;  ///< by how much to go along the mean gradient
  std::vector<double> threshold;
  std::vector<double> shrink;
};

/// Rows of a dense X in variables about the means of their columns, divided by their scales:
/// x̃ = (x − mean)/scale, kept as T. The k·p variables lie output by output, each filled up with
/// zeros to the length of a row.
template <class T>
class DenseSaga {
 public:
  DenseSaga(const Features& X, const Vector& mean, const Vector& scale);

  Index rows() const { return rows_.rows(); }
  double numbers() const { return static_cast<double>(rows_.rows() * rows_.cols()); }
  std::size_t size(Index outputs) const { return n_ * static_cast<std::size_t>(outputs); }
  std::size_t at(Index j, Index output, Index) const {
    return n_ * static_cast<std::size_t>(output) + static_cast<std::size_t>(j);
  }
  /// How often, on average over the steps, a variable is reached.
  Vector reach(const std::vector<double>&) const { return Vector::Ones(rows_.cols()); }
  void prefetch(Index i) const { rows_.prefetch(i); }
  double squared_norm(Index i) const { return kernels_.squared_norm(rows_.row(i), n_); }
  /// Writes the k products of a row with the variables.
  void products(Index i, const double* z, Index outputs, double* raw) const;
  /// Adds the row to `sum`, times the factor of each output.
  void add(Index i, const double* factors, Index outputs, double* sum) const;
  void step(Index i, const double* along_row, const double* mean_change, Index outputs,
            const SagaPenalty& penalty, double* z, double* mean) const;

 private:
  linalg::RowMatrixOf<T> rows_;
  std::size_t n_;  // numbers a row takes
  const linalg::VectorKernelsOf<T>& kernels_ = linalg::vector_kernels<T>();
  SagaKernel<T> kernel_ = saga_kernel<T>();
};

/// Rows of a sparse X whose columns are divided by `scale`. A step reaches the variables of the
/// row's numbers only: those go along the mean gradient and the penalty by as much more as they are
/// reached less often, which on average is the same. The outputs of a column lie side by side.
/// @see Pedregosa, Leblond & Lacoste-Julien, NIPS (2017) 55–64
class SparseSaga {
 public:
  SparseSaga(const SparseMatrix& X, const Vector& scale)
      : X_(X * scale.cwiseInverse().asDiagonal()) {}

  Index rows() const { return X_.rows(); }
  double numbers() const { return static_cast<double>(X_.nonZeros()); }
  std::size_t size(Index outputs) const { return static_cast<std::size_t>(X_.cols() * outputs); }
  std::size_t at(Index j, Index output, Index outputs) const {
    return static_cast<std::size_t>(j * outputs + output);
  }
  Vector reach(const std::vector<double>& chances) const;
  void prefetch(Index i) const;
  double squared_norm(Index i) const;
  void products(Index i, const double* z, Index outputs, double* raw) const;
  void add(Index i, const double* factors, Index outputs, double* sum) const;
  void step(Index i, const double* along_row, const double* mean_change, Index outputs,
            const SagaPenalty& penalty, double* z, double* mean) const;

 private:
  SparseMatrix X_;
};

}  // namespace espalier::detail
