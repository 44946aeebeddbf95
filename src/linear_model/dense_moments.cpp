// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/dense_moments.hpp"

#include <algorithm>
#include <utility>

#include <espalier/core/parallel.hpp>

#include "core/dense_view.hpp"
#include "linalg/products.hpp"
#include "linear_model/column_moments.hpp"

namespace espalier::detail {
namespace {

constexpr Index sampled_rows = 64;
constexpr Index matrices_in_flight = 16;
constexpr Index many_columns = 128;

/// The mean of some rows, exact for a constant column.
template <class View>
Vector guess_of_mean(const View& A) {
  const Index step = std::max<Index>(1, A.rows() / sampled_rows);
  Vector mean(A.cols());
  for (Index j = 0; j < A.cols(); ++j) {
    const double first = static_cast<double>(A(0, j));
    double sum = 0.0, rows = 0.0;
    for (Index i = 0; i < A.rows(); i += step, ++rows) sum += static_cast<double>(A(i, j)) - first;
    mean[j] = first + sum / rows;
  }
  return mean;
}

/// Rows begin … end − 1 of √w·[X − a, y − b, 1], where a and b are the parts of `shift`.
template <class View>
auto shifted_rows(const View& X, const Matrix& y, const Vector& root_weights, const Vector& shift,
                  Index begin, Index end) {
  using T = typename View::Scalar;
  const Index n = end - begin, p = X.cols(), k = y.cols();
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> block(n, p + k + 1);
  for (Index j = 0; j < p; ++j)
    block.col(j) = X.col(j).segment(begin, n).array() - static_cast<T>(shift[j]);
  for (Index j = 0; j < k; ++j)
    block.col(p + j) = (y.col(j).segment(begin, n).array() - shift[p + j]).template cast<T>();
  block.col(p + k).setOnes();
  if (root_weights.size() > 0)
    block.array().colwise() *= root_weights.segment(begin, n).template cast<T>().array();
  return block;
}

/// The products of the columns of shifted_rows, of all rows.
template <class View>
Matrix shifted_products(const View& X, const Matrix& y, const Vector& root_weights,
                        const Vector& shift) {
  const Index width = shift.size() + 1;
  // Long enough that adding up the partial matrices costs little beside making them.
  const Blocks blocks{X.rows(), std::max(std::clamp<Index>(32'768 / width, 256, 8192), 2 * width)};
  const double work = static_cast<double>(X.rows()) * static_cast<double>(width * width);
  return reduce_blocks(
      blocks, work, Matrix(Matrix::Zero(width, width)),
      [&](Index begin, Index end) {
        return linalg::gram(shifted_rows(X, y, root_weights, shift, begin, end));
      },
      [](Matrix& total, const Matrix& part) { total += part; }, matrices_in_flight);
}

/// In passes of their own, without a copy of blocks: of many columns products take far longer than
/// reading X again.
template <class View>
DenseMoments moments_of_many(const Features& X, const View& dense, const Matrix& y,
                             const Vector& root_weights, bool center) {
  const Index p = dense.cols(), k = y.cols();
  const Vector weights = root_weights.cwiseAbs2();
  const ColumnMoments of_X = column_moments(X, weights);
  DenseMoments result{of_X.total_weight, Vector::Zero(p + k), Matrix(p + k, p + k),
                      of_X.total_weight * (of_X.variance + of_X.mean.cwiseAbs2())};
  if (center) result.mean << of_X.mean, column_moments(Features(y), weights).mean;
  const Vector x_mean = result.mean.head(p);
  Matrix targets = y.rowwise() - result.mean.tail(k).transpose();
  if (weights.size() > 0) targets.array().colwise() *= weights.array();
  result.products.topLeftCorner(p, p) = linalg::gram(dense, x_mean, weights);
  parallel_for_blocks({p, 16}, numbers_in(X) * static_cast<double>(k), [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j)
      result.products.block(p, j, k, 1) =
          targets.transpose() * (dense.col(j).template cast<double>().array() - x_mean[j]).matrix();
  });
  return result;
}

template <class View>
DenseMoments moments_of(const View& X, const Matrix& y, const Vector& root_weights, bool center) {
  const Index p = X.cols(), width = p + y.cols();
  Vector shift = Vector::Zero(width);
  if (center) shift << guess_of_mean(X), guess_of_mean(y);
  // As far as the precision of X can hold them.
  shift.head(p) = shift.head(p).template cast<typename View::Scalar>().template cast<double>();
  for (bool again = center;; again = false) {
    Matrix products = shifted_products(X, y, root_weights, shift);
    const double total = products(width, width);
    Vector offset = Vector::Zero(width);
    if (center) offset = products.row(width).head(width).transpose() / total;
    const auto diagonal = products.diagonal().head(width).array();
    if (again && (total * offset.array().square() > 0.75 * diagonal).any()) {
      shift += offset;
      shift.head(p) = shift.head(p).template cast<typename View::Scalar>().template cast<double>();
      continue;
    }
    products.conservativeResize(width, width);
    products.selfadjointView<Eigen::Lower>().rankUpdate(offset, -total);
    const Vector mean = shift + offset;
    const Vector squares = products.diagonal().head(p) + total * mean.head(p).cwiseAbs2();
    return {total, mean, std::move(products), squares};
  }
}

}  // namespace

DenseMoments dense_moments(const Features& X, const Matrix& y, const Vector& root_weights,
                           bool center) {
  return with_dense(X, [&](const auto& dense) {
    return dense.cols() > many_columns ? moments_of_many(X, dense, y, root_weights, center)
                                       : moments_of(dense, y, root_weights, center);
  });
}

}  // namespace espalier::detail
