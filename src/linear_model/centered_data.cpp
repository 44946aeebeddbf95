// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/centered_data.hpp"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <espalier/core/parallel.hpp>

#include "core/dense_view.hpp"
#include "linalg/linear_predict.hpp"
#include "linalg/products.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/dense_moments.hpp"

namespace espalier::detail {
namespace {

/// Partial results of p × p numbers that exist at a time.
constexpr Index matrices_in_flight = 16;

Matrix upper_triangle_of_qr(Matrix A) {
  const Index rows = std::min(A.rows(), A.cols());
  const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(A);  // in place
  return A.topRows(rows).triangularView<Eigen::Upper>();
}

/// Aᵀd. Rows that are summed apart number a few times the columns, so that adding up costs little.
Matrix sparse_transposed_times(const SparseMatrix& A, const Matrix& d) {
  const double work = static_cast<double>(A.nonZeros()) * static_cast<double>(d.cols());
  const double parts = work / (16.0 * static_cast<double>(A.cols() * d.cols()));
  const Index n_blocks = std::clamp<Index>(static_cast<Index>(parts), 1, 32);
  return reduce_blocks(
      Blocks{A.rows(), (A.rows() + n_blocks - 1) / n_blocks}, work,
      Matrix(Matrix::Zero(A.cols(), d.cols())),
      [&](Index begin, Index end) {
        Matrix sums = Matrix::Zero(A.cols(), d.cols());
        for (Index i = begin; i < end; ++i)
          for (SparseMatrix::InnerIterator it(A, i); it; ++it)
            sums.row(it.col()) += it.value() * d.row(i);
        return sums;
      },
      [](Matrix& total, const Matrix& part) { total += part; });
}

}  // namespace

CenteredData::CenteredData(const Features& X, const Matrix& y, const Vector& weights, bool center,
                           bool with_moments)
    : X_(X), y_(y), root_weights_(weights.cwiseSqrt()), centered_(center) {
  if (with_moments && !X.is_sparse()) {
    DenseMoments moments = dense_moments(X, y, root_weights_, center);
    total_weight_ = moments.total_weight;
    x_mean_ = moments.mean.head(X.cols());
    y_mean_ = moments.mean.tail(y.cols());
    squares_ = std::move(moments.squares);
    products_ = std::move(moments.products);
    return;
  }
  ColumnMoments moments = column_moments(X, weights);
  total_weight_ = moments.total_weight;
  squares_ = total_weight_ * (moments.variance + moments.mean.cwiseAbs2());
  x_mean_ = Vector::Zero(X.cols());
  y_mean_ = Vector::Zero(y.cols());
  if (center) {
    x_mean_ = std::move(moments.mean);
    y_mean_ = column_moments(y, weights).mean;
  }
  if (!X.is_sparse()) return;
  sparse_mean_ = x_mean_;
  const Vector root = weights.size() > 0 ? root_weights_ : Vector::Ones(X.rows());
  std::vector<Eigen::Triplet<double>> centred;
  for (Index j = 0; j < X.cols(); ++j)
    if (moments.variance[j] < 1e-4 * x_mean_[j] * x_mean_[j]) {
      for (Index i = 0; i < X.rows(); ++i) centred.emplace_back(i, j, -x_mean_[j]);
      sparse_mean_[j] = 0.0;
    }
  if (centred.empty()) {
    sparse_ = root.asDiagonal() * X.sparse();
    return;
  }
  SparseMatrix offsets(X.rows(), X.cols());
  offsets.setFromTriplets(centred.begin(), centred.end());
  sparse_ = root.asDiagonal() * SparseMatrix(X.sparse() + offsets);
}

Matrix CenteredData::targets() const {
  Matrix result = y_.rowwise() - y_mean_.transpose();
  if (root_weights_.size() > 0) result.array().colwise() *= root_weights_.array();
  return result;
}

Matrix CenteredData::rows_with_targets(Index begin, Index end) const {
  const Index n = end - begin, p = cols();
  Matrix block(n, p + outputs());
  if (X_.is_sparse()) {
    block.leftCols(p) = sparse_.middleRows(begin, n);
    for (Index i = 0; i < n; ++i)
      block.row(i).head(p) -=
          (root_weights_.size() > 0 ? root_weights_[begin + i] : 1.0) * sparse_mean_.transpose();
  } else {
    with_dense(X_, [&](const auto& dense) {
      for (Index j = 0; j < p; ++j)
        block.col(j) = dense.col(j).segment(begin, n).template cast<double>().array() - x_mean_[j];
    });
  }
  for (Index c = 0; c < outputs(); ++c)
    block.col(p + c) = y_.col(c).segment(begin, n).array() - y_mean_[c];
  if (root_weights_.size() > 0) {
    const Index first = X_.is_sparse() ? p : 0;  // a sparse X has its weights already
    block.rightCols(p + outputs() - first).array().colwise() *=
        root_weights_.segment(begin, n).array();
  }
  return block;
}

CenteredData::Moments CenteredData::moments() const {
  if (X_.is_sparse()) return sparse_moments();
  const Index p = cols();
  return {products_.topLeftCorner(p, p), products_.bottomLeftCorner(outputs(), p).transpose()};
}

CenteredData::Moments CenteredData::sparse_moments() const {
  const Index p = cols();
  const double per_row = numbers_in(X_) / static_cast<double>(rows());
  const double work = numbers_in(X_) * per_row;
  const double most_blocks =
      std::clamp(work / (4.0 * static_cast<double>(p) * static_cast<double>(p)), 1.0, 64.0);
  const Blocks blocks{rows(),
                      static_cast<Index>(std::ceil(static_cast<double>(rows()) / most_blocks))};
  Matrix gram = reduce_blocks(
      blocks, work, Matrix(Matrix::Zero(p, p)),
      [&](Index begin, Index end) {
        Matrix products = Matrix::Zero(p, p);
        for (Index i = begin; i < end; ++i)
          for (SparseMatrix::InnerIterator a(sparse_, i); a; ++a)
            for (SparseMatrix::InnerIterator b(sparse_, i); b && b.col() <= a.col(); ++b)
              products(a.col(), b.col()) += a.value() * b.value();
        return products;
      },
      [](Matrix& total, const Matrix& part) { total += part; }, matrices_in_flight);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(sparse_mean_, -total_weight_);
  return {std::move(gram), transposed_times(targets())};
}

Matrix CenteredData::triangular() const {
  const Index width = cols() + outputs();
  const Blocks blocks{rows(), std::max<Index>(1024, 16 * width)};
  return reduce_blocks(
      blocks, 2.0 * static_cast<double>(rows()) * static_cast<double>(width * width),
      Matrix(0, width),
      [&](Index begin, Index end) { return upper_triangle_of_qr(rows_with_targets(begin, end)); },
      [](Matrix& total, const Matrix& part) {
        Matrix both(total.rows() + part.rows(), part.cols());
        both << total, part;
        total = upper_triangle_of_qr(std::move(both));
      },
      matrices_in_flight);
}

Matrix CenteredData::dense_columns(Index begin, Index end) const {
  Matrix block = with_dense(X_, [&](const auto& dense) {
    return Matrix(dense.middleCols(begin, end - begin).template cast<double>());
  });
  block.rowwise() -= x_mean_.segment(begin, end - begin).transpose();
  if (root_weights_.size() > 0) block.array().colwise() *= root_weights_.array();
  return block;
}

Matrix CenteredData::kernel() const {
  const Index n = rows();
  if (X_.is_sparse()) {
    const Vector root = root_weights_.size() > 0 ? root_weights_ : Vector::Ones(n);
    const Vector xm = sparse_ * sparse_mean_;
    Matrix K = sparse_ * sparse_.transpose();
    K -= xm * root.transpose() + root * xm.transpose();
    K += sparse_mean_.squaredNorm() * root * root.transpose();
    return K;
  }
  Matrix K =
      with_dense(X_, [&](const auto& dense) { return linalg::gram_of_rows(dense, x_mean_); });
  if (root_weights_.size() > 0) K.array() *= (root_weights_ * root_weights_.transpose()).array();
  return K;
}

Matrix CenteredData::transposed() const {
  if (!X_.is_sparse()) return dense_columns(0, cols()).transpose();
  return rows_with_targets(0, rows()).leftCols(cols()).transpose();
}

Matrix CenteredData::times(const Matrix& v) const {
  if (X_.is_sparse()) {
    Matrix result = linear_predict(Features(sparse_), v.transpose(), Vector::Zero(v.cols()));
    const Eigen::RowVectorXd offset = sparse_mean_.transpose() * v;
    if (root_weights_.size() > 0) return result - root_weights_ * offset;
    return result.rowwise() - offset;
  }
  Matrix result = linear_predict(X_, v.transpose(), -(x_mean_.transpose() * v).transpose());
  if (root_weights_.size() > 0) result.array().colwise() *= root_weights_.array();
  return result;
}

Matrix CenteredData::transposed_times(const Matrix& d) const {
  Matrix result(cols(), d.cols());
  if (X_.is_sparse()) {
    const Vector sums = root_weights_.size() > 0 ? Vector(d.transpose() * root_weights_)
                                                 : Vector(d.colwise().sum());
    return sparse_transposed_times(sparse_, d) - sparse_mean_ * sums.transpose();
  }
  const Blocks blocks{cols(), std::max<Index>(1, 32'768 / rows())};
  parallel_for_blocks(
      blocks, numbers_in(X_) * static_cast<double>(d.cols()), [&](Index begin, Index end) {
        result.middleRows(begin, end - begin).noalias() = dense_columns(begin, end).transpose() * d;
      });
  return result;
}

}  // namespace espalier::detail
