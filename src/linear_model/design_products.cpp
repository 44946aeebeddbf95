// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/design_products.hpp"

#include <cmath>
#include <vector>

#include <espalier/core/parallel.hpp>

namespace espalier::detail {
namespace {

Blocks blocks_of(const Features& X) { return {X.rows(), 1024}; }

double size_of(const Features& X) {
  return X.is_sparse() ? static_cast<double>(X.sparse().nonZeros())
                       : static_cast<double>(X.rows()) * static_cast<double>(X.cols());
}

}  // namespace

Vector DesignProducts::times(const Vector& w) const {
  const Index p = X_.cols();
  Vector result(X_.rows());
  parallel_for_blocks(blocks_of(X_), size_of(X_), [&](Index begin, Index end) {
    const Index n = end - begin;
    if (X_.is_sparse())
      result.segment(begin, n) = X_.sparse().middleRows(begin, n) * w.head(p);
    else
      result.segment(begin, n).noalias() = X_.dense().middleRows(begin, n) * w.head(p);
    if (with_ones_) result.segment(begin, n).array() += w[p];
  });
  return result;
}

Vector DesignProducts::transposed_times(const Vector& v) const {
  const Index p = X_.cols();
  return reduce_blocks(
      blocks_of(X_), size_of(X_), Vector(Vector::Zero(cols())),
      [&](Index begin, Index end) {
        const Index n = end - begin;
        Vector part(cols());
        if (X_.is_sparse())
          part.head(p) = X_.sparse().middleRows(begin, n).transpose() * v.segment(begin, n);
        else
          part.head(p).noalias() =
              X_.dense().middleRows(begin, n).transpose() * v.segment(begin, n);
        if (with_ones_) part[p] = v.segment(begin, n).sum();
        return part;
      },
      [](Vector& total, const Vector& part) { total += part; });
}

/// √q·A of the rows in [begin, end) whose q is not 0.
Matrix DesignProducts::block(Index begin, Index end, const Vector& q) const {
  std::vector<Index> rows;
  for (Index i = begin; i < end; ++i)
    if (q[i] > 0.0) rows.push_back(i);
  const Index p = X_.cols();
  Matrix block = Matrix::Zero(static_cast<Index>(rows.size()), cols());
  if (X_.is_sparse()) {
    for (std::size_t r = 0; r < rows.size(); ++r)
      for (SparseMatrix::InnerIterator it(X_.sparse(), rows[r]); it; ++it)
        block(static_cast<Index>(r), it.col()) = it.value();
  } else {
    block.leftCols(p) = X_.dense()(rows, Eigen::all);
  }
  if (with_ones_) block.col(p).setOnes();
  for (std::size_t r = 0; r < rows.size(); ++r)
    block.row(static_cast<Index>(r)) *= std::sqrt(q[rows[r]]);
  return block;
}

Matrix DesignProducts::gram(const Vector& q) const {
  return reduce_blocks(
      blocks_of(X_), size_of(X_) * static_cast<double>(cols()),
      Matrix(Matrix::Zero(cols(), cols())),
      [&](Index begin, Index end) {
        const Matrix rows = block(begin, end, q);
        Matrix part = Matrix::Zero(cols(), cols());
        part.selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
        return part;
      },
      [](Matrix& total, const Matrix& part) { total += part; }, 16);
}

Vector DesignProducts::row(Index i) const {
  Vector result(cols());
  if (X_.is_sparse())
    result.head(X_.cols()) = X_.sparse().row(i).transpose();
  else
    result.head(X_.cols()) = X_.dense().row(i).transpose();
  if (with_ones_) result[X_.cols()] = 1.0;
  return result;
}

Vector DesignProducts::squares() const {
  const Index p = X_.cols();
  Vector result(cols());
  if (X_.is_sparse()) {
    result.setZero();
    for (Index i = 0; i < X_.rows(); ++i)
      for (SparseMatrix::InnerIterator it(X_.sparse(), i); it; ++it)
        result[it.col()] += it.value() * it.value();
  } else {
    result.head(p) = X_.dense().colwise().squaredNorm().transpose();
  }
  if (with_ones_) result[p] = static_cast<double>(X_.rows());
  return result;
}

}  // namespace espalier::detail
