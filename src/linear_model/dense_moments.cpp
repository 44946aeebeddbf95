// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/dense_moments.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

namespace espalier::detail {
namespace {

constexpr Index sampled_rows = 64;
constexpr Index matrices_in_flight = 16;

/// The mean of some rows, exact for a constant column.
Vector guess_of_mean(const MatrixView& A) {
  const Index step = std::max<Index>(1, A.rows() / sampled_rows);
  Vector mean(A.cols());
  for (Index j = 0; j < A.cols(); ++j) {
    const double first = A(0, j);
    double sum = 0.0, rows = 0.0;
    for (Index i = 0; i < A.rows(); i += step, ++rows) sum += A(i, j) - first;
    mean[j] = first + sum / rows;
  }
  return mean;
}

/// Rows begin … end − 1 of √w·[X − a, y − b, 1], where a and b are the parts of `shift`.
Matrix shifted_rows(const MatrixView& X, const Matrix& y, const Vector& root_weights,
                    const Vector& shift, Index begin, Index end) {
  const Index n = end - begin, p = X.cols(), k = y.cols();
  Matrix block(n, p + k + 1);
  for (Index j = 0; j < p; ++j) block.col(j) = X.col(j).segment(begin, n).array() - shift[j];
  for (Index j = 0; j < k; ++j)
    block.col(p + j) = y.col(j).segment(begin, n).array() - shift[p + j];
  block.col(p + k).setOnes();
  if (root_weights.size() > 0) block.array().colwise() *= root_weights.segment(begin, n).array();
  return block;
}

/// The products of the columns of shifted_rows, of all rows.
Matrix shifted_products(const MatrixView& X, const Matrix& y, const Vector& root_weights,
                        const Vector& shift) {
  const Index width = shift.size() + 1;
  // Long enough that adding up the partial matrices costs little beside making them.
  const Blocks blocks{X.rows(), std::max(std::clamp<Index>(32'768 / width, 256, 8192), 2 * width)};
  const double work = static_cast<double>(X.rows()) * static_cast<double>(width * width);
  return reduce_blocks(
      blocks, work, Matrix(Matrix::Zero(width, width)),
      [&](Index begin, Index end) {
        const Matrix block = shifted_rows(X, y, root_weights, shift, begin, end);
        Matrix products = Matrix::Zero(width, width);
        products.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
        return products;
      },
      [](Matrix& total, const Matrix& part) { total += part; }, matrices_in_flight);
}

}  // namespace

DenseMoments dense_moments(const Features& X, const Matrix& y, const Vector& root_weights,
                           bool center) {
  const MatrixView dense = X.dense();
  const Index p = dense.cols(), width = p + y.cols();
  const MatrixView targets(y.data(), y.rows(), y.cols(), Eigen::OuterStride<>(y.rows()));
  Vector shift = Vector::Zero(width);
  if (center) shift << guess_of_mean(dense), guess_of_mean(targets);
  for (bool again = center;; again = false) {
    Matrix products = shifted_products(dense, y, root_weights, shift);
    const double total = products(width, width);
    const Vector offset = center ? Vector(products.row(width).head(width).transpose() / total)
                                 : Vector(Vector::Zero(width));
    const auto diagonal = products.diagonal().head(width).array();
    if (again && (total * offset.array().square() > 0.75 * diagonal).any()) {
      shift += offset;
      continue;
    }
    products.conservativeResize(width, width);
    products.selfadjointView<Eigen::Lower>().rankUpdate(offset, -total);
    const Vector mean = shift + offset;
    const Vector squares = products.diagonal().head(p) + total * mean.head(p).cwiseAbs2();
    return {total, mean, std::move(products), squares};
  }
}

}  // namespace espalier::detail
