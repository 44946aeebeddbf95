// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/centred_data.hpp"

#include <cmath>
#include <limits>

#include <Eigen/QR>

#include "core/input_checks.hpp"
#include "linalg/column_moments.hpp"
#include "linalg/products.hpp"

namespace espalier::detail {
namespace {

/// Partial results of short × short numbers that exist at a time.
constexpr Index matrices_in_flight = 16;

template <class Scalar>
MatrixOf<Scalar> joined_triangle(const MatrixOf<Scalar>& top, const MatrixOf<Scalar>& bottom) {
  MatrixOf<Scalar> both(top.rows() + bottom.rows(), bottom.cols());
  both << top, bottom;
  return upper_triangle_of_qr<Scalar>(std::move(both));
}

Blocks triangle_blocks(Index rows, Index cols) { return {rows, std::max<Index>(1024, 16 * cols)}; }

}  // namespace

template <class Scalar>
MatrixOf<Scalar> upper_triangle_of_qr(MatrixOf<Scalar> A) {
  const Index rows = std::min(A.rows(), A.cols());
  const Eigen::HouseholderQR<Eigen::Ref<MatrixOf<Scalar>>> qr(A);  // in place
  return A.topRows(rows).template triangularView<Eigen::Upper>();
}

template <class Scalar>
MatrixOf<Scalar> tall_triangle(const MatrixOf<Scalar>& A) {
  return reduce_blocks(
      triangle_blocks(A.rows(), A.cols()),
      2.0 * static_cast<double>(A.size()) * static_cast<double>(A.cols()),
      MatrixOf<Scalar>(0, A.cols()),
      [&](Index begin, Index end) {
        return upper_triangle_of_qr<Scalar>(A.middleRows(begin, end - begin));
      },
      [](MatrixOf<Scalar>& total, const MatrixOf<Scalar>& part) {
        total = joined_triangle<Scalar>(total, part);
      },
      matrices_in_flight);
}

template <class Scalar>
CentredData<Scalar>::CentredData(const Features& X, const Vector& weights, bool centre,
                                 std::string_view owner)
    : X_(X),
      root_weights_(weights.cwiseSqrt()),
      total_weight_(weights.size() > 0 ? weights.sum() : static_cast<double>(X.rows())),
      mean_(X.cols()),
      variation_(X.cols()) {
  if (X.is_sparse()) {
    if (weights.size() > 0)
      sparse_ = root_weights_.asDiagonal() * X.sparse();
    else
      sparse_ = X.sparse();
    sparse_transposed_ = sparse_.transpose();
    measure_sparse();
  } else {
    measure(weights);
  }
  squares_ = variation_;
  if (!centre) {
    squares_ += total_weight_ * mean_.cwiseAbs2();
    mean_.setZero();
  }
  // Sums of Scalars must not overflow either, nor lose the means.
  constexpr auto largest = static_cast<double>(std::numeric_limits<Scalar>::max());
  for (Index j = 0; j < X.cols(); ++j)
    if (!(squares_[j] <= largest / static_cast<double>(X.cols()) && std::isfinite(mean_[j])))
      refuse_too_large(owner, X, j);
  choose_unit();
}

template <class Scalar>
void CentredData<Scalar>::choose_unit() {
  constexpr int most = std::numeric_limits<Scalar>::max_exponent;
  const double largest = squares_.maxCoeff();
  const int exponent = largest > 0.0 ? std::ilogb(std::sqrt(largest)) : 0;
  if (std::abs(exponent) <= most / 6) return;
  unit_ = std::ldexp(1.0, std::clamp(exponent, -most / 3, most / 3));
  sparse_ /= unit_;
  sparse_transposed_ /= unit_;
}

/// mean_ and variation_.
template <class Scalar>
void CentredData<Scalar>::measure(const Vector& weights) {
  Index j = 0;
  for (const linalg::ColumnMoments& m : linalg::column_moments(dense_of<Scalar>(X_), weights)) {
    mean_[j] = m.mean;
    variation_[j++] = m.squares;
  }
}

template <class Scalar>
void CentredData<Scalar>::measure_sparse() {
  const auto root = [&](Index i) { return root_weights_.size() > 0 ? root_weights_[i] : 1.0; };
  parallel_for(X_.cols(), 4.0 * numbers(), [&](Index j) {
    double sum = 0.0, weight = 0.0, variation = 0.0;
    for (SparseMatrix::InnerIterator it(sparse_transposed_, j); it; ++it) {
      sum += root(it.col()) * it.value();
      weight += root(it.col()) * root(it.col());
    }
    const double mean = sum / total_weight_;
    for (SparseMatrix::InnerIterator it(sparse_transposed_, j); it; ++it) {
      const double difference = it.value() - root(it.col()) * mean;
      variation += difference * difference;
    }
    mean_[j] = mean;
    variation_[j] = variation + std::max(0.0, total_weight_ - weight) * mean * mean;
  });
}

template <class Scalar>
double CentredData<Scalar>::numbers() const {
  if (X_.is_sparse()) return static_cast<double>(sparse_.nonZeros());
  return static_cast<double>(X_.rows()) * static_cast<double>(X_.cols());
}

/// Of the rows of A: about two megabytes of them, so that products work on some hundred rows.
template <class Scalar>
Blocks CentredData<Scalar>::blocks() const {
  return {long_side(), std::max<Index>(256, 262'144 / short_side())};
}

/// Rows of A as they lie in X: rows of X̃, or columns of a wide one.
template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::block(Index begin, Index end) const {
  const Index n = end - begin;
  const Index row = is_wide() ? 0 : begin, rows = is_wide() ? X_.rows() : n;
  const Index column = is_wide() ? begin : 0, columns = is_wide() ? n : X_.cols();
  if (X_.is_sparse()) {
    Matrix filled = (is_wide() ? sparse_transposed_ : sparse_).middleRows(begin, n);
    if (is_wide()) filled.transposeInPlace();
    const Vector root = root_weights_.size() > 0 ? root_weights_ : Vector::Ones(X_.rows());
    filled.noalias() -=
        root.segment(row, rows) * (mean_.segment(column, columns) / unit_).transpose();
    return filled.template cast<Scalar>();
  }
  const auto X = dense_of<Scalar>(X_);
  Numbers result(rows, columns);
  for (Index j = 0; j < columns; ++j)
    result.col(j) = ((X.col(column + j).segment(row, rows).template cast<double>().array() -
                      mean_[column + j]) /
                     unit_)
                        .template cast<Scalar>();
  if (root_weights_.size() > 0)
    result.array().colwise() *= root_weights_.segment(row, rows).array().template cast<Scalar>();
  return result;
}

template <class Scalar>
Matrix CentredData<Scalar>::gram() const {
  return X_.is_sparse() ? sparse_gram() : dense_gram();
}

template <class Scalar>
Matrix CentredData<Scalar>::dense_gram() const {
  const auto X = dense_of<Scalar>(X_);
  // linalg takes the means in the precision of X, which moves them by this much.
  const Vector moved = mean_ - mean_.template cast<Scalar>().template cast<double>();
  if (!is_wide()) {
    Vector weights = root_weights_.cwiseAbs2();
    if (unit_ != 1.0 && weights.size() == 0) weights = Vector::Ones(X_.rows());
    Matrix G = linalg::gram(X, mean_, weights / (unit_ * unit_));
    if (!moved.isZero(0.0)) G -= total_weight_ / (unit_ * unit_) * moved * moved.transpose();
    return G;
  }
  if (unit_ == 1.0 && moved.isZero(0.0)) {
    Matrix K = linalg::gram_of_rows(X, mean_);
    if (root_weights_.size() > 0) K = root_weights_.asDiagonal() * K * root_weights_.asDiagonal();
    return K;
  }
  Matrix K = Matrix::Zero(short_side(), short_side());
  const Blocks parts{long_side(), 4096};
  for (Index part = 0; part < parts.count(); ++part)
    K += linalg::gram_of_rows(block(parts.begin(part), parts.end(part)));
  return K;
}

template <class Scalar>
Matrix CentredData<Scalar>::sparse_gram() const {
  const Index s = short_side();
  const Vector root = root_weights_.size() > 0 ? root_weights_ : Vector::Ones(X_.rows());
  const Vector mean = mean_ / unit_;
  if (is_wide()) {
    const Vector xm = sparse_ * mean;
    Matrix K = Matrix(SparseMatrix(sparse_ * sparse_transposed_));
    K -= xm * root.transpose() + root * xm.transpose();
    K += mean.squaredNorm() * root * root.transpose();
    return K;
  }
  // A column of XᵀX at a time: the rows in which it has a value, times their other values.
  Matrix G = Matrix::Zero(s, s);
  const double per_row = numbers() / static_cast<double>(X_.rows());
  parallel_for(s, numbers() * per_row, [&](Index j) {
    for (SparseMatrix::InnerIterator a(sparse_transposed_, j); a; ++a)
      for (SparseMatrix::InnerIterator b(sparse_, a.col()); b; ++b)
        G(b.col(), j) += a.value() * b.value();
    G.col(j) -= total_weight_ * mean[j] * mean;
  });
  return G;
}

/// X̃B or X̃ᵀB of a sparse X.
template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::sparse_times(const Numbers& B, bool transposed) const {
  const SparseMatrix& S = transposed ? sparse_transposed_ : sparse_;
  const Vector root = root_weights_.size() > 0 ? root_weights_ : Vector::Ones(X_.rows());
  const Vector mean = mean_ / unit_;
  const Vector& left = transposed ? mean : root;
  const Vector& right = transposed ? root : mean;
  const Matrix right_B = right.transpose() * B.template cast<double>();
  Numbers result(S.rows(), B.cols());
  parallel_for_blocks({S.rows(), 512}, 2.0 * numbers() * static_cast<double>(B.cols()),
                      [&](Index begin, Index end) {
                        const Index n = end - begin;
                        const Matrix part = S.middleRows(begin, n) * B.template cast<double>() -
                                            left.segment(begin, n) * right_B;
                        result.middleRows(begin, n) = part.template cast<Scalar>();
                      });
  return result;
}

template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::gram_times(const Numbers& B) const {
  if (X_.is_sparse()) return sparse_times(sparse_times(B, is_wide()), !is_wide());
  return reduce_blocks(
      blocks(), 4.0 * numbers() * static_cast<double>(B.cols()),
      Numbers(Numbers::Zero(B.rows(), B.cols())),
      [&](Index begin, Index end) {
        const Numbers part = block(begin, end);
        Numbers image(end - begin, B.cols()), result(B.rows(), B.cols());
        if (is_wide()) {
          linalg::multiply_transposed(part, B, image);
          linalg::multiply(part, image, result);
        } else {
          linalg::multiply(part, B, image);
          linalg::multiply_transposed(part, image, result);
        }
        return result;
      },
      [](Numbers& total, const Numbers& part) { total += part; }, matrices_in_flight);
}

template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::times(const Numbers& B) const {
  if (X_.is_sparse()) return sparse_times(B, is_wide());
  Numbers result(long_side(), B.cols());
  parallel_for_blocks(
      blocks(), 2.0 * numbers() * static_cast<double>(B.cols()), [&](Index begin, Index end) {
        const Numbers part = block(begin, end);
        if (is_wide())
          linalg::multiply_transposed(part, B, result.middleRows(begin, end - begin));
        else
          linalg::multiply(part, B, result.middleRows(begin, end - begin));
      });
  return result;
}

template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::triangular() const {
  const Index s = short_side();
  return reduce_blocks(
      triangle_blocks(long_side(), s),
      2.0 * static_cast<double>(long_side()) * static_cast<double>(s * s), Numbers(0, s),
      [&](Index begin, Index end) {
        const Numbers part = block(begin, end);
        return upper_triangle_of_qr<Scalar>(is_wide() ? Numbers(part.transpose()) : part);
      },
      [](Numbers& total, const Numbers& part) { total = joined_triangle<Scalar>(total, part); },
      matrices_in_flight);
}

template class CentredData<double>;
template class CentredData<float>;
template MatrixOf<double> upper_triangle_of_qr<double>(MatrixOf<double>);
template MatrixOf<float> upper_triangle_of_qr<float>(MatrixOf<float>);
template MatrixOf<double> tall_triangle<double>(const MatrixOf<double>&);
template MatrixOf<float> tall_triangle<float>(const MatrixOf<float>&);

}  // namespace espalier::detail
