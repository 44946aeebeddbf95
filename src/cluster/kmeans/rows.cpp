// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/rows.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>

#include "cluster/kmeans/row_kernel.hpp"

namespace espalier::kmeans {
namespace {

std::size_t whole_tiles(Index n) {
  return static_cast<std::size_t>((n + tile_rows - 1) / tile_rows) * tile_rows;
}

}  // namespace

Blocks row_blocks(Index n) {
  constexpr Index least_rows = 1024, most_blocks = 64;
  const Index rows = std::max(least_rows, (n + most_blocks - 1) / most_blocks);
  return {n, (rows + tile_rows - 1) / tile_rows * tile_rows};
}

template <class T>
DenseRows<T>::DenseRows(const T* X, Index n, Index stride, const Vector& offset)
    : n_(n),
      p_(offset.size()),
      tiles_(
          detail::AlignedArray<T>::for_overwrite(whole_tiles(n) * static_cast<std::size_t>(p_))) {
  const Blocks blocks = row_blocks(n);
  parallel_for_blocks(blocks, static_cast<double>(n * p_), [&](Index begin, Index end) {
    for_tiles(begin, end, [&](Index first, Index count) {
      T* out = tiles_.data() + static_cast<std::size_t>(first * p_);
      for (Index j = 0; j < p_; ++j, out += tile_rows) {
        const T* x = X + j * stride + first;
        const double o = offset[j];
        for (Index i = 0; i < count; ++i) out[i] = static_cast<T>(static_cast<double>(x[i]) - o);
        std::fill(out + count, out + tile_rows, T{0});
      }
    });
  });
}

template <class T>
void DenseRows<T>::nearest(const Centers& centers, Index begin, Index count,
                           std::int32_t* label) const {
  alignas(64) T score[tile_rows];
  alignas(64) std::int32_t found[tile_rows];
  nearest_centers(tile(begin), centers.view(), count, score, found);
  std::copy_n(found, count, label);
}

template <class T>
void DenseRows<T>::two_nearest(const Centers& centers, const Index* numbers, Index count,
                               Scratch& scratch, std::int32_t* label, double* second,
                               double* norm) const {
  for (Index i = 0; i < count; ++i) {
    const T* x = tile(numbers[i]) + numbers[i] % tile_rows;
    double square = 0.0;
    for (Index j = 0; j < p_; ++j) {
      const T value = x[j * tile_rows];
      scratch[static_cast<std::size_t>(j * tile_rows + i)] = value;
      square += static_cast<double>(value) * static_cast<double>(value);
    }
    norm[i] = square;
  }
  alignas(64) T score[tile_rows];
  alignas(64) T next[tile_rows];
  alignas(64) std::int32_t found[tile_rows];
  two_nearest_centers(scratch.data(), centers.view(), count, score, found, next);
  for (Index i = 0; i < count; ++i) {
    label[i] = found[i];
    second[i] = 2.0 * static_cast<double>(next[i]) + norm[i];
  }
}

template <class T>
void DenseRows<T>::gathered_distances(const Centers& centers, Index count, const Scratch& scratch,
                                      T* distance) const {
  kmeans::squared_distances(scratch.data(), centers.view(), count, distance);
}

template <class T>
void DenseRows<T>::scores(const Centers& centers, Index i, const std::int32_t* groups, Index n,
                          T* score) const {
  scores_of_row(tile(i) + i % tile_rows, centers.view(), groups, n, score);
}

template <class T>
void DenseRows<T>::squared_distances(const Centers& centers, Index begin, Index count,
                                     T* distance) const {
  kmeans::squared_distances(tile(begin), centers.view(), count, distance);
}

template <class T>
void DenseRows<T>::norms(Index begin, Index count, double* norm) const {
  std::fill_n(norm, count, 0.0);
  const T* x = tile(begin);
  for (Index j = 0; j < p_; ++j, x += tile_rows)
    for (Index i = 0; i < count; ++i) {
      const auto value = static_cast<double>(x[i]);
      norm[i] += value * value;
    }
}

template <class T>
void DenseRows<T>::distances_to(const CenterMatrix& centers, const std::int32_t* label, Index begin,
                                Index count, double* distance) const {
  std::fill_n(distance, count, 0.0);
  const T* x = tile(begin);
  for (Index j = 0; j < p_; ++j, x += tile_rows) {
    const double* center = centers.data() + j;
    for (Index i = 0; i < count; ++i) {
      const double difference = static_cast<double>(x[i]) - center[label[i] * p_];
      distance[i] += difference * difference;
    }
  }
}

namespace {

/// ‖c‖²/2 − x·c of every centre c, for row i of X.
void sparse_scores(const SparseMatrix& X, Index i, const TransposedCenters& centers,
                   Eigen::RowVectorXd& score) {
  score = centers.half_norms.transpose();
  for (SparseMatrix::InnerIterator it(X, i); it; ++it)
    score -= it.value() * centers.values.row(it.col());
}

double sparse_norm(const SparseMatrix& X, Index i) {
  double norm = 0.0;
  for (SparseMatrix::InnerIterator it(X, i); it; ++it) norm += it.value() * it.value();
  return norm;
}

}  // namespace

void SparseRows::nearest(const Centers& centers, Index begin, Index count,
                         std::int32_t* label) const {
  Eigen::RowVectorXd score(centers.size());
  for (Index i = 0; i < count; ++i) {
    sparse_scores(X_, begin_ + begin + i, centers, score);
    const double* first = score.data();
    label[i] = static_cast<std::int32_t>(std::min_element(first, first + score.size()) - first);
  }
}

void SparseRows::two_nearest(const Centers& centers, const Index* numbers, Index count, Scratch&,
                             std::int32_t* label, double* second, double* norm) const {
  Eigen::RowVectorXd score(centers.size());
  for (Index i = 0; i < count; ++i) {
    sparse_scores(X_, begin_ + numbers[i], centers, score);
    double* first = score.data();
    double* best = std::min_element(first, first + score.size());
    label[i] = static_cast<std::int32_t>(best - first);
    *best = std::numeric_limits<double>::infinity();
    norm[i] = sparse_norm(X_, begin_ + numbers[i]);
    second[i] = 2.0 * score.minCoeff() + norm[i];
  }
}

void SparseRows::squared_distances(const Centers& centers, Index begin, Index count,
                                   double* distance) const {
  Eigen::RowVectorXd score(centers.size());
  for (Index i = 0; i < count; ++i) {
    sparse_scores(X_, begin_ + begin + i, centers, score);
    const double norm = sparse_norm(X_, begin_ + begin + i);
    for (Index c = 0; c < centers.size(); ++c)
      distance[tile_rows * c + i] = std::max(0.0, norm + 2.0 * score[c]);
  }
}

void SparseRows::norms(Index begin, Index count, double* norm) const {
  for (Index i = 0; i < count; ++i) norm[i] = sparse_norm(X_, begin_ + begin + i);
}

void SparseRows::distances_to(const CenterMatrix& centers, const std::int32_t* label, Index begin,
                              Index count, double* distance) const {
  for (Index i = 0; i < count; ++i)
    distance[i] = squared_distance(begin + i, centers.row(label[i]).data());
}

namespace {

template <class View>
Vector weighted_sums(const View& X, const Vector& weights) {
  const double* w = weights.size() > 0 ? weights.data() : nullptr;
  return reduce_blocks(
      row_blocks(X.rows()), static_cast<double>(X.size()), Vector(Vector::Zero(X.cols())),
      [&](Index begin, Index end) {
        Vector sums(X.cols());
        for (Index j = 0; j < X.cols(); ++j)
          sums[j] =
              weighted_sum(X.col(j).data() + begin, w == nullptr ? w : w + begin, end - begin);
        return sums;
      },
      [](Vector& total, const Vector& block) { total += block; });
}

}  // namespace

Vector without_ones(const Vector& weights) {
  return (weights.array() == 1.0).all() ? Vector() : weights;
}

Vector weighted_mean(const Features& X, const Vector& weights) {
  const double total = weights.size() > 0 ? weights.sum() : static_cast<double>(X.rows());
  if (X.is_float32()) return weighted_sums(X.dense32(), weights) / total;
  if (X.is_dense()) return weighted_sums(X.dense(), weights) / total;
  Vector sums = Vector::Zero(X.cols());
  const SparseRows rows(X.sparse(), 0, X.rows());
  for (Index i = 0; i < X.rows(); ++i)
    rows.add(i, weights.size() > 0 ? weights[i] : 1.0, sums.data());
  return sums / total;
}

template <class Rows>
double mean_variance(const Rows& rows, const Vector& weights, const Vector& mean,
                     std::string_view owner) {
  struct Sums {
    double weight = 0.0, square = 0.0, largest = 0.0;
  };
  const Sums sums = reduce_blocks(
      row_blocks(rows.rows()), static_cast<double>(rows.rows() * rows.cols()), Sums{},
      [&](Index begin, Index end) {
        Sums block;
        double norm[tile_rows];
        for_tiles(begin, end, [&](Index first, Index count) {
          rows.norms(first, count, norm);
          const double* w = weights.size() > 0 ? weights.data() + first : nullptr;
          block.weight +=
              w == nullptr ? static_cast<double>(count) : weights.segment(first, count).sum();
          block.square += weighted_sum(norm, w, count);
          block.largest = std::max(block.largest, Vector::Map(norm, count).maxCoeff());
        });
        return block;
      },
      [](Sums& total, const Sums& block) {
        total.weight += block.weight;
        total.square += block.square;
        total.largest = std::max(total.largest, block.largest);
      });
  // Twice the norm is the largest distance, whose square is four times the square.
  constexpr double limit = std::numeric_limits<typename Rows::Scalar>::max() / 8.0;
  if (!(sums.largest < limit) || !std::isfinite(sums.square))
    throw InvalidInput(
        fmt::format("{}: X has a row whose squared distance from the mean is {:.1e}, and the "
                    "arithmetic of its {} numbers overflows. Scale the columns.",
                    owner, sums.largest, sizeof(typename Rows::Scalar) == 4 ? "float" : "double"));
  const double variance = sums.square / sums.weight - mean.squaredNorm();
  return std::max(0.0, variance) / static_cast<double>(rows.cols());
}

#define ESPALIER_INSTANTIATE(Rows) \
  template double mean_variance(const Rows&, const Vector&, const Vector&, std::string_view);
ESPALIER_INSTANTIATE(DenseRows<float>)
ESPALIER_INSTANTIATE(DenseRows<double>)
ESPALIER_INSTANTIATE(SparseRows)
template class DenseRows<float>;
template class DenseRows<double>;

}  // namespace espalier::kmeans
