// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/eigenpairs.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "linalg/block_lanczos.hpp"
#include "linalg/divide_and_conquer.hpp"
#include "linalg/tridiagonal.hpp"

namespace espalier::linalg {

namespace {

/// Where few of many pairs are wanted.
bool is_for_lanczos(Index n, Index k) { return n >= 256 && 9 * (k + 10) <= n; }

/// Nothing when that would take about as long as a full decomposition.
std::optional<Eigenpairs> by_lanczos(const Matrix& symmetric, Index k) {
  const Index n = symmetric.rows();
  LanczosResult<double> found = block_lanczos<double>(n,
                                                      [&](const Matrix& B) {
                                                        Matrix product(n, B.cols());
                                                        multiply(symmetric, B, product);
                                                        return product;
                                                      },
                                                      {.k = k, .most_products = n / 20});
  if (!found.converged) return std::nullopt;
  return Eigenpairs{std::move(found.values), std::move(found.basis)};
}

Eigenpairs decompose(const Matrix& symmetric, Index k) {
  const Tridiagonal T = tridiagonalise(symmetric);
  Eigenpairs pairs = tridiagonal_eigenpairs(T.diagonal, T.off_diagonal, k);
  apply_reflections(T, pairs.vectors);
  return pairs;
}

}  // namespace

Eigenpairs all_eigenpairs(const Matrix& symmetric) {
  return leading_eigenpairs(symmetric, symmetric.rows());
}

Eigenpairs leading_eigenpairs(const Matrix& symmetric, Index k) {
  const Index n = symmetric.rows();
  if (k == 0) return {Vector(0), Matrix(n, 0)};
  // About 1, so that no square overflows or vanishes.
  double scale = 0.0;
  for (Index j = 0; j < n; ++j) {
    const double largest = symmetric.col(j).tail(n - j).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    if (!(largest <= scale)) scale = largest;
  }
  if (scale == 0.0) return {Vector::Zero(k), Matrix::Identity(n, k)};
  if (!std::isfinite(scale)) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {Vector::Constant(k, nan), Matrix::Constant(n, k, nan)};
  }
  const Matrix scaled = symmetric / scale;
  std::optional<Eigenpairs> found;
  if (is_for_lanczos(n, k)) found = by_lanczos(scaled, k);
  Eigenpairs pairs = found ? std::move(*found) : decompose(scaled, k);
  pairs.values *= scale;
  return pairs;
}

}  // namespace espalier::linalg
