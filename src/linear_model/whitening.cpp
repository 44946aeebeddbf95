// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/whitening.hpp"

#include <Eigen/Cholesky>

#include <algorithm>

#include "core/dense_view.hpp"

namespace espalier::detail {
namespace {

constexpr Index most_columns = 512;
constexpr Index rows_per_block = 256;

/// Keeps the factor of exactly dependent columns finite.
constexpr double ridge = 1e-8;

/// Correlations of the columns (about 0 without `center`) over evenly spread blocks of rows; 0
/// where a column does not vary in them. Only the lower triangle is set.
Matrix sampled_correlations(const Features& X, const Vector& weights, const Vector& mean) {
  const Index n = X.rows(), p = X.cols();
  const Index blocks = (n + rows_per_block - 1) / rows_per_block;
  const Index used = std::min(blocks, (4096 + 8 * p) / rows_per_block);
  const Matrix products = reduce_blocks(
      Blocks{used, 1}, static_cast<double>(used * rows_per_block * p * p),
      Matrix(Matrix::Zero(p, p)),
      [&](Index i, Index) {
        const Index begin = i * blocks / used * rows_per_block;
        const Index rows = std::min(rows_per_block, n - begin);
        Matrix block(rows, p);
        if (X.is_sparse())
          block = X.sparse().middleRows(begin, rows);
        else
          with_dense(X, [&](const auto& dense) {
            block = dense.middleRows(begin, rows).template cast<double>();
          });
        block.rowwise() -= mean.transpose();
        if (weights.size() > 0)
          block.array().colwise() *= weights.segment(begin, rows).array().sqrt();
        Matrix part = Matrix::Zero(p, p);
        part.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
        return part;
      },
      [](Matrix& total, const Matrix& part) { total += part; }, 16);
  Vector inverse = products.diagonal().cwiseSqrt();
  inverse = (inverse.array() > 0.0).select(inverse.cwiseInverse(), 0.0);
  return inverse.asDiagonal() * products * inverse.asDiagonal();
}

}  // namespace

Whitening::Whitening(const Features& X, const Vector& weights, const ColumnMoments& moments,
                     bool center, double curvature, double l2) {
  const Index p = X.cols();
  Vector square = moments.variance;
  if (!center) square += moments.mean.cwiseAbs2();
  scale_ = (curvature * square.array() + l2).sqrt();
  scale_ = (scale_.array() == 0.0).select(1.0, scale_);  // a constant column without a penalty
  if (p > most_columns || p == 1) return;
  const Vector mean = center ? moments.mean : Vector::Zero(p);
  const Vector part = (curvature * square.array()).sqrt() / scale_.array();
  factor_ = part.asDiagonal() * sampled_correlations(X, weights, mean) * part.asDiagonal();
  factor_.diagonal().setConstant(1.0 + ridge);
  const Eigen::LLT<Eigen::Ref<Matrix>> in_place(factor_);
}

Matrix Whitening::to_coef(Matrix Z) const {
  if (factor_.size() > 0) factor_.triangularView<Eigen::Lower>().adjoint().solveInPlace(Z);
  Z.array().colwise() /= scale_.array();
  return Z;
}

Matrix Whitening::from_coef(Matrix C) const {
  C.array().colwise() *= scale_.array();
  if (factor_.size() > 0) C = factor_.triangularView<Eigen::Lower>().adjoint() * C;
  return C;
}

Matrix Whitening::to_gradient(Matrix G) const {
  G.array().colwise() /= scale_.array();
  if (factor_.size() > 0) factor_.triangularView<Eigen::Lower>().solveInPlace(G);
  return G;
}

}  // namespace espalier::detail
