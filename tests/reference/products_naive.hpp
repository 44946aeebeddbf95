// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Products of matrices by their definitions.
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::reference {

/// α·A·B + β·C in double precision.
inline Matrix multiply(const Matrix& A, const Matrix& B, const Matrix& C, double alpha,
                       double beta) {
  Matrix result(A.rows(), B.cols());
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < B.cols(); ++j) {
      double sum = 0.0;
      for (Index k = 0; k < A.cols(); ++k) sum += A(i, k) * B(k, j);
      result(i, j) = alpha * sum + (beta == 0.0 ? 0.0 : beta * C(i, j));
    }
  return result;
}

/// Σᵢ wᵢ (xᵢ − c)(xᵢ − c)ᵀ; an empty centre is 0, empty weights are 1.
inline Matrix gram(const Matrix& X, const Vector& centre, const Vector& weights) {
  Matrix result = Matrix::Zero(X.cols(), X.cols());
  const auto x = [&](Index i, Index j) { return X(i, j) - (centre.size() > 0 ? centre[j] : 0.0); };
  for (Index i = 0; i < X.rows(); ++i)
    for (Index a = 0; a < X.cols(); ++a)
      for (Index b = 0; b < X.cols(); ++b)
        result(a, b) += (weights.size() > 0 ? weights[i] : 1.0) * x(i, a) * x(i, b);
  return result;
}

}  // namespace espalier::reference
