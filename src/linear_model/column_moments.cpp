// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/column_moments.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "linear_model/dense_view.hpp"

namespace espalier::detail {
namespace {

constexpr Index numbers_per_block = 32'768;

/// Weighted sums of x − shift and (x − shift)² over some rows.
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

template <class View>
Sums dense_sums(const View& X, const Vector& weights, const Vector& shift, Index begin, Index end) {
  const Index n = end - begin;
  Sums sums{Vector(X.cols()), Vector(X.cols())};
  Vector x(n), wx(n);
  for (Index j = 0; j < X.cols(); ++j) {
    x = X.col(j).segment(begin, n).template cast<double>().array() - shift[j];
    if (weights.size() == 0) {
      sums.first[j] = x.sum();
      sums.second[j] = x.squaredNorm();
    } else {
      wx = weights.segment(begin, n).cwiseProduct(x);
      sums.first[j] = wx.sum();
      sums.second[j] = wx.dot(x);
    }
  }
  return sums;
}

}  // namespace

void refuse_overflow(std::string_view owner, const Features& X, const Vector& squares) {
  for (Index j = 0; j < squares.size(); ++j)
    if (!std::isfinite(squares[j]))
      throw InvalidInput(
          fmt::format("{}: X is too large, in column '{}': the squares of its values are not "
                      "finite. Divide it by a constant.",
                      owner, X.names_or_default()[static_cast<std::size_t>(j)]));
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
  return {blocks.n, std::max(blocks.size, 8 * X.cols() * outputs / per_row)};
}

double numbers_in(const Features& X) {
  if (X.is_sparse()) return static_cast<double>(X.sparse().nonZeros());
  return static_cast<double>(X.rows()) * static_cast<double>(X.cols());
}

ColumnMoments column_moments(const Features& X, const Vector& weights) {
  const Index p = X.cols();
  // Sums of x − (first row) lose no digits to a large mean; a sparse X is mostly zero, so its shift
  // is 0.
  Vector shift = Vector::Zero(p);
  if (!X.is_sparse())
    with_dense(X, [&](const auto& dense) { shift = dense.row(0).template cast<double>(); });
  const Sums sums = reduce_blocks(
      sum_blocks(X, 2), numbers_in(X), Sums{Vector::Zero(p), Vector::Zero(p)},
      [&](Index begin, Index end) {
        if (X.is_sparse()) return sparse_sums(X.sparse(), weights, begin, end);
        return with_dense(
            X, [&](const auto& dense) { return dense_sums(dense, weights, shift, begin, end); });
      },
      [](Sums& total, const Sums& part) {
        total.first += part.first;
        total.second += part.second;
      });
  const double total = weights.size() > 0 ? weights.sum() : static_cast<double>(X.rows());
  const Vector from_shift = sums.first / total;
  const Vector variance = sums.second / total - from_shift.cwiseAbs2();
  // Rounding may make it negative; where the squares overflow it is infinite or NaN, and stays so.
  return {total, shift + from_shift, (variance.array() < 0.0).select(0.0, variance)};
}

}  // namespace espalier::detail
