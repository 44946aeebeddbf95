// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/decompositions.hpp"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "linalg/eigenpairs.hpp"
#include "linalg/products.hpp"

namespace espalier::linalg {
namespace {

/// Columns of A·W no shorter than this part of the longest are orthogonal to about 100·ε.
constexpr double accurate_share = 0.01;

/// The last columns of A times W, in place.
void turn(Matrix& A, const Matrix& W) {
  Matrix turned(A.rows(), W.cols());
  multiply(A.rightCols(W.cols()), W, turned);
  A.rightCols(W.cols()) = turned;
}

/// Of an A with at least as many rows as columns, whose largest number is 1.
SingularValues decompose_tall(Matrix A) {
  const Index n = A.cols();
  Matrix V = Matrix::Identity(n, n);
  for (Index begin = 0; begin < n;) {
    const double largest = A.rightCols(n - begin).cwiseAbs().maxCoeff();
    if (largest <= std::numeric_limits<double>::epsilon()) break;  // rounding
    const Eigenpairs pairs = all_eigenpairs(gram(A.rightCols(n - begin) / largest));
    turn(A, pairs.vectors);
    turn(V, pairs.vectors);
    const double least = accurate_share * accurate_share * pairs.values[0];
    begin += std::max<Index>(1, (pairs.values.array() >= least).count());
  }
  const Vector lengths = A.colwise().norm();
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return lengths[a] > lengths[b]; });
  return {orthonormalised<Matrix>(A(Eigen::all, order)), lengths(order), V(Eigen::all, order)};
}

}  // namespace

SingularValues singular_value_decomposition(const Matrix& A) {
  const Index s = std::min(A.rows(), A.cols());
  if (s == 0) return {Matrix(A.rows(), 0), Vector(0), Matrix(A.cols(), 0)};
  const double scale = A.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (!std::isfinite(scale)) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {Matrix::Constant(A.rows(), s, nan), Vector::Constant(s, nan),
            Matrix::Constant(A.cols(), s, nan)};
  }
  const double unit = scale > 0.0 ? scale : 1.0;
  const bool is_wide = A.cols() > A.rows();
  SingularValues result = decompose_tall(is_wide ? Matrix(A.transpose() / unit) : Matrix(A / unit));
  if (is_wide) std::swap(result.U, result.V);
  result.values *= unit;
  return result;
}

template <class M>
M orthonormalised(M A, Vector* lengths) {
  const Index rows = A.rows(), cols = A.cols();
  const Eigen::HouseholderQR<Eigen::Ref<M>> qr(A);  // in place
  if (lengths != nullptr) *lengths = A.diagonal().template cast<double>().cwiseAbs();
  M Q = qr.householderQ() * M::Identity(rows, cols);
  for (Index j = 0; j < cols; ++j)
    if (A(j, j) < 0) Q.col(j) = -Q.col(j);
  return Q;
}

template Matrix orthonormalised<Matrix>(Matrix, Vector*);
template Eigen::MatrixXf orthonormalised<Eigen::MatrixXf>(Eigen::MatrixXf, Vector*);

}  // namespace espalier::linalg
