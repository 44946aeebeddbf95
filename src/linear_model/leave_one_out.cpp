// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/leave_one_out.hpp"

#include <algorithm>
#include <utility>

#include <espalier/core/parallel.hpp>

#include "linalg/decompositions.hpp"
#include "linalg/eigenpairs.hpp"
#include "linear_model/least_squares.hpp"

namespace espalier::detail {
namespace {

/// Eigenvalues carry an error of about this part of the largest; where that is more than
/// `tolerated_error` of the smallest λ + α, singular values, which carry it themselves and not their
/// squares, are used.
constexpr double error_of_eigenvalues = 1e-15;
constexpr double tolerated_error = 1e-11;

}  // namespace

LeaveOneOut::LeaveOneOut(const CenteredData& data, std::span<const double> alphas) : data_(data) {
  const bool by_columns = data.cols() <= data.rows();
  const Vector eigenvalues =
      by_columns ? decompose_columns(*std::min_element(alphas.begin(), alphas.end()))
                 : decompose_rows();
  const auto n_alphas = static_cast<Index>(alphas.size());
  inverse_.resize(eigenvalues.size(), n_alphas);
  of_weights_ = Vector::Zero(n_alphas);
  for (Index a = 0; a < n_alphas; ++a) {
    const double alpha = alphas[static_cast<std::size_t>(a)];
    inverse_.col(a) = (eigenvalues.array() + alpha).inverse();
    if (data.centered()) of_weights_[a] = by_columns ? 1.0 : 1.0 / (eigenvalues.maxCoeff() + alpha);
  }
}

Vector LeaveOneOut::decompose_columns(double smallest_alpha) {
  const CenteredData::Moments m = data_.moments();
  linalg::Eigenpairs pairs = linalg::all_eigenpairs(m.gram);
  const double smallest = std::max(0.0, pairs.values.minCoeff()) + smallest_alpha;
  if (error_of_eigenvalues * pairs.values.maxCoeff() < tolerated_error * smallest) {
    vectors_ = std::move(pairs.vectors);
    rotated_ = vectors_.transpose() * m.xy;
    return pairs.values.cwiseMax(0.0);
  }
  const Reduced reduced(data_);
  linalg::SingularValues svd = linalg::singular_value_decomposition(reduced.A());
  vectors_ = std::move(svd.V);
  rotated_ = svd.values.asDiagonal() * (svd.U.transpose() * reduced.B());
  return svd.values.cwiseAbs2();
}

Vector LeaveOneOut::decompose_rows() {
  Matrix K = data_.kernel();
  if (data_.centered()) {
    // √w is an eigenvector for the eigenvalue 0, to which the targets are orthogonal: given a large
    // one it stays out of the sums.
    const Vector root =
        data_.root_weights().size() > 0 ? data_.root_weights() : Vector(Vector::Ones(data_.rows()));
    K.selfadjointView<Eigen::Lower>().rankUpdate(root, 2.0 * K.trace() / root.squaredNorm());
  }
  linalg::Eigenpairs pairs = linalg::all_eigenpairs(K);
  vectors_ = std::move(pairs.vectors);
  rotated_ = vectors_.transpose() * data_.targets();
  return pairs.values.cwiseMax(0.0);
}

Matrix LeaveOneOut::errors_by_columns(Index begin, Index end) const {
  const Index p = data_.cols(), n_alphas = inverse_.cols();
  const Matrix block = data_.rows_with_targets(begin, end);
  const Matrix Z = block.leftCols(p) * vectors_;
  const Matrix leverage = Z.cwiseAbs2() * inverse_;
  Matrix result(end - begin, columns());
  for (Index c = 0; c < data_.outputs(); ++c) {
    const Matrix fitted = Z * (rotated_.col(c).asDiagonal() * inverse_);
    for (Index a = 0; a < n_alphas; ++a)
      result.col(c * n_alphas + a) =
          (block.col(p + c) - fitted.col(a)).array() /
          (1.0 - leverage.col(a).array() - of_weights_[a] * shares(begin, end).array());
  }
  return result;
}

Matrix LeaveOneOut::errors_by_rows(Index begin, Index end) const {
  const Index n_alphas = inverse_.cols();
  const Matrix U = vectors_.middleRows(begin, end - begin);
  const Matrix diagonal = U.cwiseAbs2() * inverse_;
  Matrix result(end - begin, columns());
  for (Index c = 0; c < data_.outputs(); ++c) {
    const Matrix dual = U * (rotated_.col(c).asDiagonal() * inverse_);
    for (Index a = 0; a < n_alphas; ++a)
      result.col(c * n_alphas + a) =
          dual.col(a).array() /
          (diagonal.col(a).array() - of_weights_[a] * shares(begin, end).array());
  }
  return result;
}

Vector LeaveOneOut::shares(Index begin, Index end) const {
  if (data_.root_weights().size() == 0)
    return Vector::Constant(end - begin, 1.0 / data_.total_weight());
  return data_.root_weights().segment(begin, end - begin).cwiseAbs2() / data_.total_weight();
}

Matrix LeaveOneOut::errors(Index begin, Index end) const {
  return data_.cols() <= data_.rows() ? errors_by_columns(begin, end) : errors_by_rows(begin, end);
}

Blocks LeaveOneOut::blocks() const {
  const Index width = data_.cols() + columns();
  return {data_.rows(), std::clamp<Index>(65'536 / width, 64, 4096)};
}

double LeaveOneOut::work() const {
  return static_cast<double>(data_.rows()) * static_cast<double>(vectors_.rows()) *
         static_cast<double>(vectors_.cols() + columns());
}

Vector LeaveOneOut::mean_squares() const {
  const Vector sums = reduce_blocks(
      blocks(), work(), Vector(Vector::Zero(columns())),
      [&](Index begin, Index end) {
        return Vector(errors(begin, end).colwise().squaredNorm().transpose());
      },
      [](Vector& total, const Vector& part) { total += part; });
  return sums / static_cast<double>(data_.rows());
}

Matrix LeaveOneOut::all_errors() const {
  Matrix result(data_.rows(), columns());
  parallel_for_blocks(blocks(), work(), [&](Index begin, Index end) {
    result.middleRows(begin, end - begin) = errors(begin, end);
  });
  return result;
}

}  // namespace espalier::detail
