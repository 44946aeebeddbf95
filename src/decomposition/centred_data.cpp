// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/centred_data.hpp"

#include <cmath>
#include <limits>
#include <type_traits>

#include <Eigen/QR>
#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier::detail {
namespace {

constexpr Index numbers_per_block = 65'536;  // half a megabyte of doubles

/// Partial results of short × short numbers that exist at a time.
constexpr Index matrices_in_flight = 16;

/// Σ w·(x − shift) and Σ w·(x − shift)² of one column, with the first value as the shift, which
/// loses no digits to a large mean. `root` may be empty: weights of one.
template <class Scalar>
std::pair<double, double> column_sums(const Scalar* x, const Vector& root, Index n, double shift) {
  constexpr Index chunk = 4096;
  double first = 0.0, second = 0.0;
  Vector d(chunk), wd(chunk);
  for (Index begin = 0; begin < n; begin += chunk) {
    const Index size = std::min(chunk, n - begin);
    const Eigen::Map<const Eigen::Matrix<Scalar, Eigen::Dynamic, 1>> part(x + begin, size);
    d.head(size) = part.template cast<double>().array() - shift;
    if (root.size() == 0) {
      first += d.head(size).sum();
      second += d.head(size).squaredNorm();
    } else {
      wd.head(size) = d.head(size).cwiseProduct(root.segment(begin, size).cwiseAbs2());
      first += wd.head(size).sum();
      second += wd.head(size).dot(d.head(size));
    }
  }
  return {first, second};
}

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
      squares_(X.cols()) {
  if (X.is_sparse()) {
    if (weights.size() > 0)
      sparse_ = root_weights_.asDiagonal() * X.sparse();
    else
      sparse_ = X.sparse();
    sparse_transposed_ = sparse_.transpose();
    measure_sparse(centre);
  } else {
    measure_dense(centre);
  }
  // Sums of Scalars must not overflow either, nor lose the means.
  constexpr auto largest = static_cast<double>(std::numeric_limits<Scalar>::max());
  for (Index j = 0; j < X.cols(); ++j)
    if (!(squares_[j] <= largest / static_cast<double>(X.cols()) && std::isfinite(mean_[j])))
      throw InvalidInput(
          fmt::format("{}: X is too large, in column '{}': the squares of its values are not "
                      "finite. Divide it by a constant.",
                      owner, X.names_or_default()[static_cast<std::size_t>(j)]));
}

template <class Scalar>
void CentredData<Scalar>::measure_dense(bool centre) {
  const ViewOf<Scalar> X = dense();
  parallel_for(X.cols(), 4.0 * numbers(), [&](Index j) {
    const double shift = centre ? static_cast<double>(X(0, j)) : 0.0;
    const auto [first, second] = column_sums(X.col(j).data(), root_weights_, X.rows(), shift);
    const double offset = centre ? first / total_weight_ : 0.0;
    mean_[j] = shift + offset;
    squares_[j] = std::max(0.0, second - offset * first);
  });
}

template <class Scalar>
void CentredData<Scalar>::measure_sparse(bool centre) {
  parallel_for(X_.cols(), 4.0 * numbers(), [&](Index j) {
    double first = 0.0, second = 0.0;
    for (SparseMatrix::InnerIterator it(sparse_transposed_, j); it; ++it) {
      first += (root_weights_.size() > 0 ? root_weights_[it.col()] : 1.0) * it.value();
      second += it.value() * it.value();
    }
    mean_[j] = centre ? first / total_weight_ : 0.0;
    squares_[j] = std::max(0.0, second - mean_[j] * (centre ? first : 0.0));
  });
}

template <class Scalar>
ViewOf<Scalar> CentredData<Scalar>::dense() const {
  return X_.dense();
}

template <class Scalar>
double CentredData<Scalar>::numbers() const {
  if (X_.is_sparse()) return static_cast<double>(sparse_.nonZeros());
  return static_cast<double>(X_.rows()) * static_cast<double>(X_.cols());
}

template <class Scalar>
Blocks CentredData<Scalar>::blocks(Index least) const {
  return {long_side(), std::max(least, numbers_per_block / std::max<Index>(1, short_side()))};
}

/// Rows of A, dense.
template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::rows(Index begin, Index end) const {
  const Index n = end - begin;
  Numbers block(n, short_side());
  if (X_.is_sparse()) {
    const SparseMatrix& A = is_wide() ? sparse_transposed_ : sparse_;
    block = Matrix(A.middleRows(begin, n)).template cast<Scalar>();
    const Vector root = root_weights_.size() > 0 ? root_weights_ : Vector::Ones(X_.rows());
    if (is_wide())
      block -= (mean_.segment(begin, n) * root.transpose()).template cast<Scalar>();
    else
      block -= (root.segment(begin, n) * mean_.transpose()).template cast<Scalar>();
    return block;
  }
  const ViewOf<Scalar> X = dense();
  const auto centred = [&](Index j, Index first, Index count) {
    return (X.col(j).segment(first, count).template cast<double>().array() - mean_[j])
        .template cast<Scalar>();
  };
  if (!is_wide()) {
    for (Index j = 0; j < X.cols(); ++j) block.col(j) = centred(j, begin, n);
    if (root_weights_.size() > 0)
      block.array().colwise() *= root_weights_.segment(begin, n).array().template cast<Scalar>();
  } else {
    for (Index j = begin; j < end; ++j)
      block.row(j - begin) = centred(j, 0, X.rows()).matrix().transpose();
    if (root_weights_.size() > 0)
      block.array().rowwise() *= root_weights_.array().template cast<Scalar>().transpose();
  }
  return block;
}

template <class Scalar>
Matrix CentredData<Scalar>::gram() const {
  if (X_.is_sparse()) return sparse_gram();
  const Index s = short_side();
  Matrix G = reduce_blocks(
      blocks(2 * s), numbers() * static_cast<double>(s), Matrix(Matrix::Zero(s, s)),
      [&](Index begin, Index end) {
        Numbers products = Numbers::Zero(s, s);
        products.template selfadjointView<Eigen::Lower>().rankUpdate(rows(begin, end).transpose());
        return products;
      },
      [](Matrix& total, const Numbers& part) { total += part.template cast<double>(); },
      matrices_in_flight);
  G.template triangularView<Eigen::StrictlyUpper>() = G.transpose();
  return G;
}

template <class Scalar>
Matrix CentredData<Scalar>::sparse_gram() const {
  const Index s = short_side();
  const Vector root = root_weights_.size() > 0 ? root_weights_ : Vector::Ones(X_.rows());
  if (is_wide()) {
    const Vector xm = sparse_ * mean_;
    Matrix K = Matrix(SparseMatrix(sparse_ * sparse_transposed_));
    K -= xm * root.transpose() + root * xm.transpose();
    K += mean_.squaredNorm() * root * root.transpose();
    return K;
  }
  // A column of XᵀX at a time: the rows in which it has a value, times their other values.
  Matrix G = Matrix::Zero(s, s);
  const double per_row = numbers() / static_cast<double>(X_.rows());
  parallel_for(s, numbers() * per_row, [&](Index j) {
    for (SparseMatrix::InnerIterator a(sparse_transposed_, j); a; ++a)
      for (SparseMatrix::InnerIterator b(sparse_, a.col()); b; ++b)
        G(b.col(), j) += a.value() * b.value();
    G.col(j) -= total_weight_ * mean_[j] * mean_;
  });
  return G;
}

/// X̃B or X̃ᵀB of a sparse X.
template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::sparse_times(const Numbers& B, bool transposed) const {
  const SparseMatrix& S = transposed ? sparse_transposed_ : sparse_;
  const Vector root = root_weights_.size() > 0 ? root_weights_ : Vector::Ones(X_.rows());
  const Vector& left = transposed ? mean_ : root;
  const Vector& right = transposed ? root : mean_;
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
      blocks(256), 4.0 * numbers() * static_cast<double>(B.cols()),
      Numbers(Numbers::Zero(B.rows(), B.cols())),
      [&](Index begin, Index end) {
        const Numbers A = rows(begin, end);
        return Numbers(A.transpose() * (A * B));
      },
      [](Numbers& total, const Numbers& part) { total += part; });
}

template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::times(const Numbers& B) const {
  if (X_.is_sparse()) return sparse_times(B, is_wide());
  Numbers result(long_side(), B.cols());
  parallel_for_blocks(blocks(256), 2.0 * numbers() * static_cast<double>(B.cols()),
                      [&](Index begin, Index end) {
                        result.middleRows(begin, end - begin).noalias() = rows(begin, end) * B;
                      });
  return result;
}

template <class Scalar>
MatrixOf<Scalar> CentredData<Scalar>::triangular() const {
  const Index s = short_side();
  return reduce_blocks(
      triangle_blocks(long_side(), s),
      2.0 * static_cast<double>(long_side()) * static_cast<double>(s * s), Numbers(0, s),
      [&](Index begin, Index end) { return upper_triangle_of_qr<Scalar>(rows(begin, end)); },
      [](Numbers& total, const Numbers& part) { total = joined_triangle<Scalar>(total, part); },
      matrices_in_flight);
}

template class CentredData<double>;
template MatrixOf<double> upper_triangle_of_qr<double>(MatrixOf<double>);
template MatrixOf<double> tall_triangle<double>(const MatrixOf<double>&);

}  // namespace espalier::detail
