// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/saga_design.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "core/dense_view.hpp"
#include "linear_model/column_moments.hpp"

namespace espalier::detail {
namespace {

/// Some rows of X, as columns.
Matrix columns_of_rows(const Features& X, Index begin, Index n) {
  if (X.is_sparse()) return Matrix(X.sparse().middleRows(begin, n)).transpose();
  return with_dense(X, [&](const auto& dense) {
    return Matrix(dense.middleRows(begin, n).transpose().template cast<double>());
  });
}

}  // namespace

template <class T>
DenseSaga<T>::DenseSaga(const Features& X, const Vector& mean, const Vector& scale)
    : rows_(X.rows(), X.cols()), n_(static_cast<std::size_t>(rows_.stride())) {
  const Vector factor = scale.cwiseInverse();
  parallel_for_blocks(cache_blocks(X), static_cast<double>(X.rows() * X.cols()),
                      [&](Index begin, Index end) {
                        const Matrix block = columns_of_rows(X, begin, end - begin);
                        for (Index i = begin; i < end; ++i)
                          Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(rows_.row(i), X.cols()) =
                              (block.col(i - begin) - mean).cwiseProduct(factor).template cast<T>();
                      });
}

template <class T>
void DenseSaga<T>::products(Index i, const double* z, Index outputs, double* raw) const {
  for (Index c = 0; c < outputs; ++c)
    raw[c] = kernels_.dot(rows_.row(i), z + at(0, c, outputs), n_);
}

template <class T>
void DenseSaga<T>::add(Index i, const double* factors, Index outputs, double* sum) const {
  for (Index c = 0; c < outputs; ++c)
    kernels_.add(factors[c], rows_.row(i), sum + at(0, c, outputs), n_);
}

template <class T>
void DenseSaga<T>::step(Index i, const double* along_row, const double* mean_change, Index outputs,
                        const SagaPenalty& penalty, double* z, double* mean) const {
  for (Index c = 0; c < outputs; ++c) {
    const std::size_t first = at(0, c, outputs);
    kernel_({along_row[c], penalty.along_mean[0], mean_change[c]}, rows_.row(i),
            penalty.threshold.data(), penalty.shrink.data(), z + first, mean + first, n_);
  }
}

template class DenseSaga<double>;
template class DenseSaga<float>;

Vector SparseSaga::reach(const std::vector<double>& chances) const {
  Vector sum = Vector::Zero(X_.cols());
  for (Index i = 0; i < X_.rows(); ++i)
    for (SparseMatrix::InnerIterator it(X_, i); it; ++it)
      sum[it.col()] += chances[static_cast<std::size_t>(i)];
  return sum;
}

void SparseSaga::prefetch(Index i) const {
  const auto start = X_.outerIndexPtr()[i];
  __builtin_prefetch(X_.valuePtr() + start);
  __builtin_prefetch(X_.innerIndexPtr() + start);
}

double SparseSaga::squared_norm(Index i) const {
  double sum = 0.0;
  for (SparseMatrix::InnerIterator it(X_, i); it; ++it) sum += it.value() * it.value();
  return sum;
}

void SparseSaga::products(Index i, const double* z, Index outputs, double* raw) const {
  std::fill_n(raw, outputs, 0.0);
  for (SparseMatrix::InnerIterator it(X_, i); it; ++it) {
    const double* const of_column = z + at(it.col(), 0, outputs);
    for (Index c = 0; c < outputs; ++c) raw[c] += it.value() * of_column[c];
  }
}

void SparseSaga::add(Index i, const double* factors, Index outputs, double* sum) const {
  for (SparseMatrix::InnerIterator it(X_, i); it; ++it) {
    double* const of_column = sum + at(it.col(), 0, outputs);
    for (Index c = 0; c < outputs; ++c) of_column[c] += factors[c] * it.value();
  }
}

void SparseSaga::step(Index i, const double* along_row, const double* mean_change, Index outputs,
                      const SagaPenalty& penalty, double* z, double* mean) const {
  for (SparseMatrix::InnerIterator it(X_, i); it; ++it) {
    const auto j = static_cast<std::size_t>(it.col());
    const double threshold = penalty.threshold[j];
    double* const of_z = z + at(it.col(), 0, outputs);
    double* const of_mean = mean + at(it.col(), 0, outputs);
    for (Index c = 0; c < outputs; ++c) {
      const double a = of_z[c] - along_row[c] * it.value() - penalty.along_mean[j] * of_mean[c];
      of_z[c] = (a - std::min(std::max(a, -threshold), threshold)) * penalty.shrink[j];
      of_mean[c] += mean_change[c] * it.value();
    }
  }
}

}  // namespace espalier::detail
