// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/column_moments.hpp"

#include <algorithm>
#include <cmath>

#include "core/dense_view.hpp"
#include "core/input_checks.hpp"
#include "linalg/column_moments.hpp"

namespace espalier::detail {
namespace {

constexpr Index numbers_per_block = 32'768;

/// Weighted sums of x and x² over some rows.
struct Sums {
  Vector first, second;
};

Sums sparse_sums(const SparseMatrix& X, const Vector& weights, Index begin, Index end) {
  Sums sums{Vector::Zero(X.cols()), Vector::Zero(X.cols())};
  for (Index i = begin; i < end; ++i) {
    const double w = weights.size() > 0 ? weights[i] : 1.0;
    for (SparseMatrix::InnerIterator it(X, i); it; ++it) {
      sums.first[it.col()] += w * it.value();
      sums.second[it.col()] += w * it.value() * it.value();
    }
  }
  return sums;
}

ColumnMoments sparse_moments(const Features& X, const Vector& weights, double total) {
  const Index p = X.cols();
  const Sums sums = reduce_blocks(
      cache_blocks(X), numbers_in(X), Sums{Vector::Zero(p), Vector::Zero(p)},
      [&](Index begin, Index end) { return sparse_sums(X.sparse(), weights, begin, end); },
      [](Sums& sum, const Sums& part) {
        sum.first += part.first;
        sum.second += part.second;
      });
  const Vector mean = sums.first / total;
  const Vector variance = sums.second / total - mean.cwiseAbs2();
  // Rounding may make it negative; where the squares overflow it is infinite or NaN, and stays so.
  return {total, mean, (variance.array() < 0.0).select(0.0, variance)};
}

}  // namespace

void refuse_overflow(std::string_view owner, const Features& X, const Vector& squares) {
  for (Index j = 0; j < squares.size(); ++j)
    if (!std::isfinite(squares[j])) refuse_too_large(owner, X, j);
}

Blocks cache_blocks(const Features& X) {
  const Index n = X.rows();
  const Index per_row = X.is_sparse() ? std::max<Index>(1, X.sparse().nonZeros() / n) : X.cols();
  return {n, std::clamp<Index>(numbers_per_block / per_row, 256, 8192)};
}

Blocks sum_blocks(const Features& X, Index outputs) {
  const Blocks blocks = cache_blocks(X);
  if (!X.is_sparse()) return blocks;
  const Index per_row = std::max<Index>(1, X.sparse().nonZeros() / X.rows());
  return {blocks.n, std::max(blocks.size, 20 * X.cols() * outputs / per_row)};
}

double numbers_in(const Features& X) {
  if (X.is_sparse()) return static_cast<double>(X.sparse().nonZeros());
  return static_cast<double>(X.rows()) * static_cast<double>(X.cols());
}

ColumnMoments column_moments(const Features& X, const Vector& weights) {
  const double total = weights.size() > 0 ? weights.sum() : static_cast<double>(X.rows());
  if (X.is_sparse()) return sparse_moments(X, weights, total);
  ColumnMoments result{total, Vector(X.cols()), Vector(X.cols())};
  Index j = 0;
  const auto moments =
      with_dense(X, [&](const auto& dense) { return linalg::column_moments(dense, weights); });
  for (const linalg::ColumnMoments& m : moments) {
    result.mean[j] = m.mean;
    result.variance[j++] = m.squares / total;
  }
  return result;
}

}  // namespace espalier::detail
