// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/block_lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <espalier/core/random.hpp>

#include "linalg/decompositions.hpp"
#include "linalg/eigenpairs.hpp"
#include "linalg/products.hpp"

namespace espalier::linalg {
namespace {

/// A basis V that grows by blocks, and T = VᵀAV.
template <class Scalar>
class Basis {
 public:
  using Numbers = MatrixOf<Scalar>;

  Basis(Index size, Index capacity, std::uint64_t seed)
      : V_(size, capacity), T_(Matrix::Zero(capacity, capacity)), random_(seed) {}

  Index size() const { return V_.rows(); }
  Index used() const { return used_; }
  Index free() const { return V_.cols() - used_; }
  Index known() const { return known_; }  ///< columns whose product with A is in T

  /// Whether a rest of a product is nothing but rounding.
  bool is_spent(const Numbers& rest) const {
    return static_cast<double>(rest.colwise().norm().maxCoeff()) <= least_length();
  }

  /// Orthonormal columns for the span of `block`; random ones where it lies in the span of the
  /// basis, up to rounding.
  void append(const Numbers& block) {
    Vector lengths;
    Numbers Q = orthonormalised<Numbers>(block, &lengths);
    for (Index j = 0; j < Q.cols(); ++j)
      if (lengths[j] <= least_length()) Q.col(j) = random_numbers(size(), 1);
    for (int pass = 0; pass < 2; ++pass) {
      remove_components(Q);
      Q = orthonormalised<Numbers>(std::move(Q));
    }
    V_.middleCols(used_, Q.cols()) = Q;
    used_ += Q.cols();
  }

  Numbers last_block() const { return V_.middleCols(known_, used_ - known_); }

  /// Takes A·last_block(): T grows, and what is left of the product comes back.
  Numbers take(Numbers product) {
    const Index width = product.cols();
    Matrix H = Matrix::Zero(used_, width);
    for (int pass = 0; pass < 2; ++pass) {
      H += remove_components(product).template cast<double>();
    }
    T_.block(0, known_, used_, width) = H;
    T_.block(known_, 0, width, used_) = H.transpose();
    const Matrix square = T_.block(known_, known_, width, width);
    T_.block(known_, known_, width, width) = 0.5 * (square + square.transpose());
    known_ = used_;
    largest_ = std::max(largest_, H.cwiseAbs().maxCoeff());
    return product;
  }

  Eigenpairs ritz() const { return all_eigenpairs(T_.topLeftCorner(known_, known_)); }

  Numbers combine(const Matrix& Y) const { return V_.leftCols(known_) * Y.template cast<Scalar>(); }

  /// Begins again with `kept` eigenvectors of the old basis.
  void restart(const Eigenpairs& ritz, Index kept) {
    const Numbers best = combine(ritz.vectors.leftCols(kept));
    V_.leftCols(kept) = best;
    T_.setZero();
    T_.diagonal().head(kept) = ritz.values.head(kept);
    used_ = known_ = kept;
  }

  Numbers random_numbers(Index rows, Index cols) {
    return Numbers::NullaryExpr(
        rows, cols, [&](Index, Index) { return static_cast<Scalar>(random_.normal()); });
  }

 private:
  double least_length() const { return 100.0 * std::numeric_limits<Scalar>::epsilon() * largest_; }

  /// Makes `block` orthogonal to the basis, up to rounding; what was taken away.
  Numbers remove_components(Numbers& block) const {
    Numbers H(used_, block.cols());
    multiply_transposed(V_.leftCols(used_), block, H);
    multiply(V_.leftCols(used_), H, block, Scalar(-1), Scalar(1));
    return H;
  }

  Numbers V_;
  Matrix T_;
  Index used_ = 0, known_ = 0;
  double largest_ = 0.0;
  Random random_;
};

/// Whether the residuals of the k leading eigenvectors are small enough. `rest` is what the product
/// with the last block had outside the basis.
template <class Scalar>
bool have_converged(const Eigenpairs& ritz, const MatrixOf<Scalar>& rest, Index k, double tol) {
  constexpr double eps = std::numeric_limits<Scalar>::epsilon();
  const double norm = ritz.values.cwiseAbs().maxCoeff();
  const MatrixOf<Scalar> residuals =
      rest * ritz.vectors.block(ritz.vectors.rows() - rest.cols(), 0, rest.cols(), k)
                 .template cast<Scalar>();
  for (Index i = 0; i < k; ++i)
    if (static_cast<double>(residuals.col(i).norm()) >
        std::max(tol * std::abs(ritz.values[i]), 500.0 * eps * norm))
      return false;
  return true;
}

}  // namespace

template <class Scalar>
LanczosResult<Scalar> block_lanczos(
    Index size, const std::function<MatrixOf<Scalar>(const MatrixOf<Scalar>&)>& times,
    const LanczosOptions& options) {
  const Index k = options.k;
  const Index capacity = std::min(size, 2 * k + 60);
  const Index width = std::min<Index>(16, capacity);
  const Index kept = std::min(k + (capacity - k) / 3, capacity - 2 * width);
  Basis<Scalar> basis(size, capacity, options.seed);
  basis.append(basis.random_numbers(size, width));
  bool is_confirmed = false;
  for (Index n_iter = 1;; ++n_iter) {
    const MatrixOf<Scalar> rest = basis.take(times(basis.last_block()));
    if (options.report) options.report(n_iter);
    const bool is_full = basis.free() < width && basis.used() < size;
    const bool ends = basis.used() == size || n_iter == options.most_products;
    if (ends || (basis.used() >= k && (is_full || n_iter % 4 == 0))) {
      const Eigenpairs ritz = basis.ritz();
      bool converged = basis.used() == size || have_converged<Scalar>(ritz, rest, k, options.tol);
      // An invariant subspace may lack copies of an eigenvalue that has more than `width` of them:
      // random vectors outside it must find nothing larger.
      if (converged && !ends && basis.is_spent(rest)) std::swap(converged, is_confirmed);
      if (converged || ends)
        return {basis.combine(ritz.vectors.leftCols(k)), ritz.values.head(k), n_iter, converged};
      if (is_full && capacity < size) basis.restart(ritz, kept);
    }
    basis.append(rest.leftCols(std::min(width, basis.free())));
  }
}

template LanczosResult<double> block_lanczos<double>(Index,
                                                     const std::function<Matrix(const Matrix&)>&,
                                                     const LanczosOptions&);

template LanczosResult<float> block_lanczos<float>(
    Index, const std::function<MatrixOf<float>(const MatrixOf<float>&)>&, const LanczosOptions&);

}  // namespace espalier::linalg
