// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/tridiagonal.hpp"

#include <algorithm>
#include <cmath>

#include <espalier/core/parallel.hpp>

#include "linalg/blocked_product.hpp"
#include "linalg/spectral_kernels.hpp"

namespace espalier::linalg {
namespace {

constexpr Index panel_columns = 32;
constexpr Index block_reflections = 64;
constexpr Index columns_per_task = 64;

/// Replaces x by v with v₀ = 1 such that (I − scale·v·vᵀ)·x = (β, 0, …, 0), and returns the scale;
/// β comes back in `beta`.
double reflect(Eigen::Ref<Vector> x, double& beta) {
  const double tail = x.size() > 1 ? x.tail(x.size() - 1).squaredNorm() : 0.0;
  const double first = x[0];
  x[0] = 1.0;
  if (tail == 0.0) {
    beta = first;
    return 0.0;
  }
  beta = -std::copysign(std::sqrt(first * first + tail), first);
  x.tail(x.size() - 1) /= first - beta;
  return (beta - first) / beta;
}

/// y = A·x by the lower triangle of A; `parts` has a column for each task.
class SymmetricProduct {
 public:
  explicit SymmetricProduct(Index n) : parts_(n, (n + columns_per_task - 1) / columns_per_task) {}

  void compute(const MatrixArg& A, const double* x, Eigen::Ref<Vector> y) {
    const Index n = A.rows();
    const SpectralKernels& kernels = spectral_kernels();
    const Blocks blocks{n, columns_per_task};
    // There is one region for each column: threads that the system holds up delay them all, so it
    // has to be worth it.
    parallel_for(blocks.count(), static_cast<double>(n) * static_cast<double>(n) / 32.0,
                 [&](Index task) {
                   const Index begin = blocks.begin(task), end = blocks.end(task);
                   parts_.col(task).segment(begin, n - begin).setZero();
                   kernels.symmetric_columns(n, A.data(), A.outerStride(), begin, end, x,
                                             parts_.col(task).data());
                 });
    y = parts_.col(0).head(n);
    for (Index task = 1; task < blocks.count(); ++task) {
      const Index begin = blocks.begin(task);
      y.tail(n - begin) += parts_.col(task).segment(begin, n - begin);
    }
  }

 private:
  Matrix parts_;
};

/// A −= V·Wᵀ + W·Vᵀ on the lower triangle.
void subtract_both(const MatrixArg& V, const MatrixArg& W, Eigen::Ref<Matrix> A) {
  const Index n = A.rows(), k = V.cols();
  Matrix left(n, 2 * k), right(n, 2 * k);
  left << V, W;
  right << W, V;
  multiply(Product<double, double>{n,
                                   n,
                                   2 * k,
                                   {left.data(), n, false},
                                   {right.data(), n, false},
                                   -1.0,
                                   1.0,
                                   A.data(),
                                   A.outerStride(),
                                   true});
}

/// Reduces the columns [begin, begin + k) of A; W takes what A − V·Wᵀ − W·Vᵀ needs.
void reduce_panel(Matrix& A, Index begin, Index k, Tridiagonal& T, Matrix& W,
                  SymmetricProduct& symmetric_product) {
  const Index n = A.rows();
  Vector inner(k);
  for (Index c = 0; c < k; ++c) {
    const Index j = begin + c, below = n - j - 1;
    auto column = A.col(j).tail(n - j);
    const auto V = A.block(j, begin, n - j, c);
    const auto Wj = W.block(j, 0, n - j, c);
    column.noalias() -= V * Wj.row(0).transpose();
    column.noalias() -= Wj * V.row(0).transpose();
    // V's first row holds the last 1; the stored triangle is read as V here, so ones stay in A.
    T.diagonal[j] = column[0];
    T.scales[j] = reflect(A.col(j).tail(below), T.off_diagonal[j]);
    const auto v = A.col(j).tail(below);
    auto w = W.col(c).tail(below);
    if (T.scales[j] == 0.0) {
      w.setZero();
      continue;
    }
    symmetric_product.compute(A.bottomRightCorner(below, below), v.data(), w);
    const auto V_below = A.block(j + 1, begin, below, c);
    const auto W_below = W.block(j + 1, 0, below, c);
    inner.head(c).noalias() = W_below.transpose() * v;
    w.noalias() -= V_below * inner.head(c);
    inner.head(c).noalias() = V_below.transpose() * v;
    w.noalias() -= W_below * inner.head(c);
    w *= T.scales[j];
    w -= 0.5 * T.scales[j] * w.dot(v) * v;
  }
}

}  // namespace

Tridiagonal tridiagonalise(Matrix A) {
  const Index n = A.rows();
  Tridiagonal T{
      Vector(n), Vector(std::max<Index>(0, n - 1)), {}, Vector(std::max<Index>(0, n - 1))};
  if (n == 0) return T;
  Matrix W(n, panel_columns);
  SymmetricProduct symmetric_product(n);
  for (Index begin = 0; begin < n - 1; begin += panel_columns) {
    const Index k = std::min(panel_columns, n - 1 - begin);
    reduce_panel(A, begin, k, T, W, symmetric_product);
    const Index rest = n - begin - k;
    subtract_both(A.block(begin + k, begin, rest, k), W.block(begin + k, 0, rest, k),
                  A.bottomRightCorner(rest, rest));
  }
  T.diagonal[n - 1] = A(n - 1, n - 1);
  T.reflectors = std::move(A);
  return T;
}

void apply_reflections(const Tridiagonal& T, Matrix& Z) {
  const Index count = T.scales.size();
  for (Index block = (count + block_reflections - 1) / block_reflections; block-- > 0;) {
    const Index begin = block * block_reflections, k = std::min(block_reflections, count - begin);
    const Index rows = Z.rows() - begin - 1;
    Matrix V = T.reflectors.block(begin + 1, begin, rows, k).triangularView<Eigen::Lower>();
    // H₁·H₂·…·Hₖ = I − V·S·Vᵀ with S upper triangular.
    Matrix VtV(k, k), S = Matrix::Zero(k, k);
    multiply_transposed(V, V, VtV);
    for (Index c = 0; c < k; ++c) {
      const double scale = T.scales[begin + c];
      S(c, c) = scale;
      S.col(c).head(c) = -scale * (S.topLeftCorner(c, c) * VtV.col(c).head(c));
    }
    Matrix product(k, Z.cols()), scaled(k, Z.cols());
    multiply_transposed(V, Z.bottomRows(rows), product);
    multiply(S, product, scaled);
    multiply(V, scaled, Z.bottomRows(rows), -1.0, 1.0);
  }
}

}  // namespace espalier::linalg
