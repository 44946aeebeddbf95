// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The rows of X as k-means reads them: dense rows in tiles, or sparse rows. Both have the same
/// functions, so that the algorithms are written once. They work on up to 64 rows at a time,
/// beginning at a multiple of 64.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <espalier/core/features.hpp>
#include <espalier/core/parallel.hpp>

#include "cluster/kmeans/centers.hpp"

namespace espalier::kmeans {

/// A cut of n rows into blocks that are tiles apart: enough of them for many threads, few enough
/// that the sums of a block cost little beside its distances.
Blocks row_blocks(Index n);

/// Dense rows less `offset`, as numbers of type T.
template <class T>
class DenseRows {
 public:
  using Scalar = T;
  using Centers = PackedCenters<T>;
  using Scratch = detail::AlignedArray<T>;
  static constexpr bool measures_by_center = true;  // has scores() and gathered_distances()

  /// Copies n rows of a column-major matrix whose columns are `stride` apart.
  DenseRows(const T* X, Index n, Index stride, const Vector& offset);

  Index rows() const { return n_; }
  Index cols() const { return p_; }

  /// label[i] ← the nearest centre to row begin + i, for `count` rows.
  void nearest(const Centers& centers, Index begin, Index count, std::int32_t* label) const;
  /// distance[64·c + i] ← the squared distance of row begin + i to centre c.
  void squared_distances(const Centers& centers, Index begin, Index count, T* distance) const;
  /// distance[i] ← the squared distance of row begin + i to centre label[i], summed as double.
  void distances_to(const CenterMatrix& centers, const std::int32_t* label, Index begin,
                    Index count, double* distance) const;
  /// norm[i] ← ‖row begin + i‖², summed as double.
  void norms(Index begin, Index count, double* norm) const;
  /// Of `count` ≤ 64 rows with those numbers: label[i] ← the nearest centre, second[i] ← the squared
  /// distance to the second nearest, and norm[i] ← ‖x‖². The second is wrong by less than
  /// 2·(p + 4)·ε·(norm[i] + ‖c‖²).
  void two_nearest(const Centers& centers, const Index* numbers, Index count, Scratch& scratch,
                   std::int32_t* label, double* second, double* norm) const;
  Scratch scratch() const { return Scratch(static_cast<std::size_t>(tile_rows * p_)); }
  /// As squared_distances, of the rows that two_nearest has left in `scratch`.
  void gathered_distances(const Centers& centers, Index count, const Scratch& scratch,
                          T* distance) const;
  /// score[c] ← ‖c‖²/2 − x·c of row i for the centres c of `n` groups of four, with the bits by
  /// which nearest() chooses.
  void scores(const Centers& centers, Index i, const std::int32_t* groups, Index n, T* score) const;
  /// Row i to a centre, as distances_to.
  double squared_distance(Index i, const double* center) const {
    const T* x = tile(i) + i % tile_rows;
    double sum = 0.0;
    for (Index j = 0; j < p_; ++j) {
      const double difference = static_cast<double>(x[j * tile_rows]) - center[j];
      sum += difference * difference;
    }
    return sum;
  }
  /// sum ← sum + weight · row i.
  void add(Index i, double weight, double* sum) const {
    const T* x = tile(i) + i % tile_rows;
    for (Index j = 0; j < p_; ++j) sum[j] += weight * static_cast<double>(x[j * tile_rows]);
  }

 private:
  const T* tile(Index row) const {
    return tiles_.data() + static_cast<std::size_t>(row / tile_rows * tile_rows * p_);
  }

  Index n_, p_;
  detail::AlignedArray<T> tiles_;
};

/// Rows [begin, begin + n) of a sparse matrix, which is borrowed.
class SparseRows {
 public:
  using Scalar = double;
  using Centers = TransposedCenters;
  struct Scratch {};
  static constexpr bool measures_by_center = false;  // a sparse row meets all centres at once

  SparseRows(const SparseMatrix& X, Index begin, Index n) : X_(X), begin_(begin), n_(n) {}

  Index rows() const { return n_; }
  Index cols() const { return X_.cols(); }

  void nearest(const Centers& centers, Index begin, Index count, std::int32_t* label) const;
  void squared_distances(const Centers& centers, Index begin, Index count, double* distance) const;
  void distances_to(const CenterMatrix& centers, const std::int32_t* label, Index begin,
                    Index count, double* distance) const;
  void two_nearest(const Centers& centers, const Index* numbers, Index count, Scratch& scratch,
                   std::int32_t* label, double* second, double* norm) const;
  void norms(Index begin, Index count, double* norm) const;
  Scratch scratch() const { return {}; }
  double squared_distance(Index i, const double* center) const {
    double sum = Eigen::Map<const Vector>(center, cols()).squaredNorm();
    for (SparseMatrix::InnerIterator it(X_, begin_ + i); it; ++it)
      sum += it.value() * (it.value() - 2.0 * center[it.col()]);
    return std::max(0.0, sum);
  }
  void add(Index i, double weight, double* sum) const {
    for (SparseMatrix::InnerIterator it(X_, begin_ + i); it; ++it)
      sum[it.col()] += weight * it.value();
  }

 private:
  const SparseMatrix& X_;
  Index begin_, n_;
};

/// Calls `body(begin, count)` for every tile of [begin, end).
template <class Body>
void for_tiles(Index begin, Index end, const Body& body) {
  for (Index first = begin; first < end; first += tile_rows)
    body(first, std::min<Index>(tile_rows, end - first));
}

/// Calls `body` with rows [begin, begin + n) of X less `offset`, which sparse rows do not heed.
template <class Body>
auto with_rows(const Features& X, Index begin, Index n, const Vector& offset, const Body& body) {
  if (X.is_sparse()) return body(SparseRows(X.sparse(), begin, n));
  if (X.is_float32()) {
    const MatrixView32 dense = X.dense32();
    return body(DenseRows<float>(dense.data() + begin, n, dense.outerStride(), offset));
  }
  const MatrixView dense = X.dense();
  return body(DenseRows<double>(dense.data() + begin, n, dense.outerStride(), offset));
}

/// The weights, or none at all where each is 1: then the same rows are drawn as without weights.
Vector without_ones(const Vector& weights);

/// Σ w·x over n values; `w` may be null: ones. Sixteen sums side by side, in registers: the order of
/// the additions does not depend on where the values are in memory.
template <class T>
double weighted_sum(const T* x, const double* w, Index n) {
  typedef double Four __attribute__((vector_size(4 * sizeof(double))));
  typedef T FourOfX __attribute__((vector_size(4 * sizeof(T))));
  constexpr Index lanes = 16;
  Four sum[4] = {};
  Index i = 0;
  for (; i + lanes <= n; i += lanes)
    for (Index q = 0; q < 4; ++q) {
      FourOfX value;
      std::memcpy(&value, x + i + 4 * q, sizeof value);
      const Four number = __builtin_convertvector(value, Four);
      Four weight = Four{} + 1.0;
      if (w != nullptr) std::memcpy(&weight, w + i + 4 * q, sizeof weight);
      sum[q] += weight * number;
    }
  const Four folded = (sum[0] + sum[2]) + (sum[1] + sum[3]);
  double total = (folded[0] + folded[2]) + (folded[1] + folded[3]);
  for (; i < n; ++i) total += (w == nullptr ? 1.0 : w[i]) * static_cast<double>(x[i]);
  return total;
}

/// Σ w·x / Σ w, by blocks of rows; `weights` may be empty: ones.
Vector weighted_mean(const Features& X, const Vector& weights);

/// The mean over the columns of their variance, where `mean` is that of the rows as they are here.
/// @throws InvalidInput  naming `owner`: squared distances would overflow
template <class Rows>
double mean_variance(const Rows& rows, const Vector& weights, const Vector& mean,
                     std::string_view owner);

}  // namespace espalier::kmeans
