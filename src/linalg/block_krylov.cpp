// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/block_krylov.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/random.hpp>

#include "linalg/eigenpairs.hpp"

namespace espalier::linalg {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

constexpr Index more_than_wanted = 10;  // columns of a block beyond k
constexpr Index least_blocks = 3;       // before the first look at residuals
constexpr Index share_of_n = 3;         // the space may take a third

class KrylovSpace {
 public:
  KrylovSpace(const Matrix& A, Index k)
      : A_(A), k_(k), width_(k + more_than_wanted), basis_(A.rows(), most(A.rows())) {}

  static Index most(Index n) { return n / share_of_n; }

  std::optional<Eigenpairs> search() {
    Random random(0);
    Matrix block = Matrix::NullaryExpr(A_.rows(), width_, [&] { return random.normal(); });
    double before = 0.0;
    for (Index steps = 1; size_ + width_ <= basis_.cols(); ++steps) {
      block = orthonormal(std::move(block));
      // A maps the space into itself, and its pairs there are its own.
      if (block.cols() == 0) return from_space(leading_eigenpairs(projection(), k_));
      grow(block);
      // The part of A·(last block) outside the space: what residuals are made of.
      block = images_outside();
      if (steps < least_blocks) continue;
      const Eigenpairs small = leading_eigenpairs(projection(), k_);
      const double residual = largest_residual(block, small);
      const double enough = 0.1 * eps * static_cast<double>(A_.rows());
      if (residual <= enough) return from_space(small);
      if (steps > least_blocks && hopeless(residual, before, enough)) return std::nullopt;
      before = residual;
    }
    return std::nullopt;
  }

 private:
  auto basis() { return basis_.leftCols(size_); }
  Matrix projection() const { return projection_.topLeftCorner(size_, size_); }

  void grow(const Matrix& block) {
    basis_.middleCols(size_, block.cols()) = block;
    last_ = block.cols();
    size_ += last_;
    projection_.conservativeResize(size_, size_);
  }

  /// A·(last block) minus its projection, which is kept.
  Matrix images_outside() {
    Matrix images(A_.rows(), last_), inside(size_, last_);
    multiply(A_, basis_.middleCols(size_ - last_, last_), images);
    multiply_transposed(basis(), images, inside);
    multiply(basis(), inside, images, -1.0, 1.0);
    projection_.rightCols(last_) = inside;
    projection_.bottomRows(last_) = inside.transpose();
    return images;
  }

  /// An orthonormal basis of what the block adds to the space; directions that rounding made are left
  /// out. Twice, since the first time loses digits (Stathopoulos & Wu, SIAM J. Sci. Comput. 23 (2002)
  /// 2165–2182).
  Matrix orthonormal(Matrix block) {
    for (int time = 0; time < 2; ++time) {
      if (size_ > 0) {
        Matrix inside(size_, block.cols());
        multiply_transposed(basis(), block, inside);
        multiply(basis(), inside, block, -1.0, 1.0);
      }
      const Eigenpairs lengths = all_eigenpairs(gram(block));
      const double least = time == 0 ? 4.0 * eps * norm() : 0.5;
      Index kept = 0;
      while (kept < lengths.values.size() && lengths.values[kept] > least * least) ++kept;
      const Matrix directions = lengths.vectors.leftCols(kept) *
                                lengths.values.head(kept).cwiseSqrt().cwiseInverse().asDiagonal();
      Matrix scaled(block.rows(), kept);
      multiply(block, directions, scaled);
      block = std::move(scaled);
    }
    return block;
  }

  /// Of the projection, and so of A but for what the space has not seen; 0 at the start.
  double norm() const { return size_ > 0 ? projection_.norm() : 0.0; }

  /// Relative to the largest eigenvalue seen.
  double largest_residual(const Matrix& outside, const Eigenpairs& small) const {
    Matrix residuals(outside.rows(), k_);
    multiply(outside, small.vectors.bottomRows(last_), residuals);
    return residuals.colwise().norm().maxCoeff() / small.values.cwiseAbs().maxCoeff();
  }

  /// Residuals fall by about the same factor in each step.
  bool hopeless(double residual, double before, double enough) const {
    if (!(residual < before)) return true;
    const double steps = std::log(enough / residual) / std::log(residual / before);
    return steps * static_cast<double>(width_) > static_cast<double>(basis_.cols() - size_);
  }

  Eigenpairs from_space(const Eigenpairs& small) {
    Eigenpairs pairs{small.values, Matrix(A_.rows(), k_)};
    multiply(basis(), small.vectors, pairs.vectors);
    return pairs;
  }

  const Matrix& A_;
  Index k_, width_;
  Matrix basis_;  // its first size_ columns
  Matrix projection_;
  Index size_ = 0, last_ = 0;
};

}  // namespace

std::optional<Eigenpairs> krylov_eigenpairs(const Matrix& A, Index k) {
  const Index blocks = KrylovSpace::most(A.rows()) / (k + more_than_wanted);
  if (blocks <= least_blocks) return std::nullopt;
  return KrylovSpace(A, k).search();
}

}  // namespace espalier::linalg
