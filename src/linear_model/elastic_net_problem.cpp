// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/elastic_net_problem.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <espalier/core/parallel.hpp>

#include "linalg/products.hpp"

namespace espalier::detail {
namespace {

/// Columns that are read by one task, of about a quarter of a million numbers.
template <class T>
Blocks blocks_of_columns(const DesignColumns<T>& X, Index columns) {
  const Index per_column =
      X.is_sparse() ? std::max<Index>(1, X.sparse.nonZeros() / std::max<Index>(1, X.cols)) : X.rows;
  return {columns, std::max<Index>(1, 262'144 / per_column)};
}

template <class T>
double work_of(const DesignColumns<T>& X, Index columns) {
  return static_cast<double>(X.is_sparse() ? X.sparse.nonZeros() / std::max<Index>(1, X.cols)
                                           : X.rows) *
         static_cast<double>(columns);
}

}  // namespace

template <class T>
DesignColumns<T> design_columns(const Features& X) {
  if (X.is_sparse()) return {X.rows(), X.cols(), nullptr, 0, sparse_columns(X.sparse())};
  const auto view = [&] {
    if constexpr (std::is_same_v<T, float>)
      return X.dense32();
    else
      return X.dense();
  }();
  return {X.rows(), X.cols(), view.data(), view.outerStride(), {}};
}

template <class T>
DesignMoments design_moments(const DesignColumns<T>& X, const Vector& s, const Vector& v,
                             bool fit_intercept) {
  const Index n = X.rows, p = X.cols;
  const double total = s.size() > 0 ? s.sum() : static_cast<double>(n), v_sum = v.sum();
  const double* const weights = s.size() > 0 ? s.data() : nullptr;
  DesignMoments moments{Vector::Zero(p), Vector(p), Vector(p)};
  parallel_for_blocks(blocks_of_columns(X, p), 3.0 * work_of(X, p), [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j) {
      if (X.is_sparse()) {
        const Index at = X.sparse.outerIndexPtr()[j];
        const double* const values = X.sparse.valuePtr() + at;
        const int* const rows = X.sparse.innerIndexPtr() + at;
        const ColumnSpread spread =
            sparse_column_spread(values, rows, X.nonzeros(j), n, weights, 1, total, fit_intercept);
        if (fit_intercept) moments.mean[j] = spread.mean;
        moments.norm[j] = spread.norm;
        moments.with_v[j] =
            sparse_dot(values, rows, X.nonzeros(j), v.data()) - moments.mean[j] * v_sum;
        continue;
      }
      const double shift = static_cast<double>(X.column(j)[0]);
      const ColumnSums sums = column_sums(X.column(j), weights, v.data(), n);
      const double offset = sums.first / total;  // mean − shift
      if (fit_intercept) moments.mean[j] = shift + offset;
      const double centred = not_negative(sums.second - total * offset * offset);
      const double mean = shift + offset;
      moments.norm[j] = fit_intercept ? centred : centred + total * mean * mean;
      moments.with_v[j] = sums.with_v - (moments.mean[j] - shift) * v_sum;
    }
  });
  return moments;
}

template <class T>
void correlations(const DesignColumns<T>& X, const Vector& mean, std::span<const int> which,
                  const Vector& v, Vector& out) {
  const double v_sum = v.sum();
  const Eigen::Matrix<T, Eigen::Dynamic, 1> rounded = v.cast<T>();
  const auto columns = static_cast<Index>(which.size());
  parallel_for_blocks(
      blocks_of_columns(X, columns), work_of(X, columns), [&](Index begin, Index end) {
        for (Index k = begin; k < end; ++k) {
          const Index j = which[static_cast<std::size_t>(k)];
          double sum = 0.0;
          if (X.is_sparse()) {
            const Index first = X.sparse.outerIndexPtr()[j];
            sum = sparse_dot(X.sparse.valuePtr() + first, X.sparse.innerIndexPtr() + first,
                             X.nonzeros(j), v.data());
          } else {
            sum = dot(X.column(j), rounded.data(), X.rows);
          }
          out[j] = sum - mean[j] * v_sum;
        }
      });
}

template <class T>
Vector combination(const DesignColumns<T>& X, const Vector& mean, std::span<const int> which,
                   const Vector& w) {
  double constant = 0.0;
  for (const int j : which) constant += w[j] * mean[j];
  Vector sum = Vector::Constant(X.rows, -constant);
  if (X.is_sparse()) {
    for (const int j : which)
      for (SparseColumns::InnerIterator it(X.sparse, j); it; ++it)
        sum[it.row()] += w[j] * it.value();
    return sum;
  }
  parallel_for_blocks({X.rows, 1024}, work_of(X, static_cast<Index>(which.size())),
                      [&](Index begin, Index end) {
                        for (const int j : which) {
                          const T* const x = X.column(j);
                          const double wj = w[j];
                          for (Index i = begin; i < end; ++i)
                            sum[i] += wj * static_cast<double>(x[i]);
                        }
                      });
  return sum;
}

template <class T>
typename GrowingGram<T>::Numbers GrowingGram<T>::centred(Index first_row, Index end_row) const {
  const Index n = end_row - first_row;
  Numbers panel(n, size());
  parallel_for_blocks({size(), 32}, static_cast<double>(panel.size()), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Index j = columns_[static_cast<std::size_t>(k)];
      const T* const x = X_.column(j) + first_row;
      const T mean = static_cast<T>(mean_[j]);
      T* const out = panel.col(k).data();
      for (Index i = 0; i < n; ++i) out[i] = x[i] - mean;
    }
  });
  return panel;
}

/// The columns [first, size) of the products over some rows, each down to its diagonal at least.
template <class T>
Matrix GrowingGram<T>::products_of(Index first_row, Index end_row, Index first) const {
  const Numbers panel = centred(first_row, end_row);
  Numbers result(size(), size() - first);
  const Blocks tiles{size() - first, 512};
  for (Index k = 0; k < tiles.count(); ++k) {
    const Index begin = tiles.begin(k), width = tiles.end(k) - begin, last = first + tiles.end(k);
    Numbers some = panel.middleCols(first + begin, width);
    if (s_.size() > 0)
      some.array().colwise() *=
          s_.segment(first_row, end_row - first_row).template cast<T>().array();
    linalg::multiply_transposed(panel.leftCols(last), some, result.block(0, begin, last, width));
  }
  return result.template cast<double>();
}

template <class T>
void GrowingGram<T>::add(std::span<const int> columns) {
  if (columns.empty()) return;
  const Index before = size(), m = before + static_cast<Index>(columns.size());
  columns_.insert(columns_.end(), columns.begin(), columns.end());
  if (products_.rows() < m) {
    const Index capacity = std::min(X_.cols, std::max<Index>(m + m / 2, 128));
    Matrix larger(capacity, capacity);
    larger.topLeftCorner(before, before) = products_.topLeftCorner(before, before);
    products_.swap(larger);
  }
  // A few rows: one block, whose products are made in parallel; many: blocks in parallel.
  const Index rows = X_.rows <= 32'768 ? X_.rows : std::max<Index>(4096, 16 * m);
  const double work =
      static_cast<double>(X_.rows) * static_cast<double>(m) * static_cast<double>(columns.size());
  const Matrix sum = reduce_blocks(
      {X_.rows, rows}, work, Matrix(Matrix::Zero(m, m - before)),
      [&](Index begin, Index end) { return products_of(begin, end, before); },
      [](Matrix& total, const Matrix& part) { total += part; }, 16);
  for (Index k = before; k < m; ++k) {
    products_.col(k).head(k + 1) = sum.col(k - before).head(k + 1);
    products_.row(k).head(k) = sum.col(k - before).head(k).transpose();
  }
}

#define ESPALIER_INSTANTIATE(T)                                                                \
  template DesignColumns<T> design_columns(const Features&);                                   \
  template DesignMoments design_moments(const DesignColumns<T>&, const Vector&, const Vector&, \
                                        bool);                                                 \
  template void correlations(const DesignColumns<T>&, const Vector&, std::span<const int>,     \
                             const Vector&, Vector&);                                          \
  template Vector combination(const DesignColumns<T>&, const Vector&, std::span<const int>,    \
                              const Vector&);                                                  \
  template class GrowingGram<T>;
ESPALIER_INSTANTIATE(double)
ESPALIER_INSTANTIATE(float)
#undef ESPALIER_INSTANTIATE

}  // namespace espalier::detail
