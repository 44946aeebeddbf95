// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <string_view>
#include <type_traits>

#include <espalier/core/features.hpp>
#include <espalier/core/parallel.hpp>

#include "linalg/products.hpp"

namespace espalier::detail {

using linalg::MatrixOf;

/// The numbers of a dense X, which are of this type.
template <class Scalar>
auto dense_of(const Features& X) {
  if constexpr (std::is_same_v<Scalar, float>)
    return X.dense32();
  else
    return X.dense();
}

/// X with weights w and column means taken out, X̃ = √w·(X − x̄), turned so that it is long:
///
///     A = X̃ / unit where n ≥ p, X̃ᵀ / unit elsewhere       long × short
///
/// The unit is 1, or a power of two near the largest norm of a column where squares of squares of
/// the norms could overflow or vanish. A is not stored: blocks of rows of it are made where they are needed. A sparse X is not filled
/// (but for such blocks in `triangular`): x̄ enters the products instead. `Scalar` is what products
/// are computed in, float for a float X and double else. Sums over rows of A are made by blocks in
/// a fixed order.
template <class Scalar>
class CentredData {
 public:
  using Numbers = MatrixOf<Scalar>;

  /// Without `centre` the means are taken as zero. `weights` may be empty: ones. X must outlive
  /// this object.
  /// @throws InvalidInput  naming `owner` and a column whose squares overflow
  CentredData(const Features& X, const Vector& weights, bool centre, std::string_view owner);

  bool is_wide() const { return X_.cols() > X_.rows(); }
  Index long_side() const { return std::max(X_.rows(), X_.cols()); }
  Index short_side() const { return std::min(X_.rows(), X_.cols()); }
  double total_weight() const { return total_weight_; }
  double unit() const { return unit_; }  ///< what singular values of A are to be multiplied by
  const Vector& mean() const { return mean_; }        ///< p: what was subtracted
  const Vector& squares() const { return squares_; }  ///< p: the squared norms of X̃'s columns
  /// p: Σ w·(x − x̄)² of each column, whether centred here or not.
  const Vector& variation() const { return variation_; }

  /// AᵀA, short × short. O(long·short²) for a dense X, O(Σ nonzeros of a row²) for a sparse one.
  Matrix gram() const;
  /// AᵀA·B without AᵀA, for B of short × k. O(long·short·k), or O(nonzeros·k).
  Numbers gram_times(const Numbers& B) const;
  /// A·B, long × k.
  Numbers times(const Numbers& B) const;
  /// R of A = QR: upper triangular, short × short. O(long·short²).
  Numbers triangular() const;

 private:
  Blocks blocks() const;
  double numbers() const;
  Numbers block(Index begin, Index end) const;
  void measure(const Vector& weights);
  void measure_sparse();
  void choose_unit();
  Matrix dense_gram() const;
  Matrix sparse_gram() const;
  Numbers sparse_times(const Numbers& B, bool transposed) const;

  const Features& X_;
  Vector root_weights_;  // n; empty: ones
  double total_weight_;
  Vector mean_, squares_, variation_;
  double unit_ = 1.0;
  SparseMatrix sparse_, sparse_transposed_;  // √w·X / unit of a sparse X, and its transpose
};

/// R of A = QR, min(rows, cols) × cols.
template <class Scalar>
MatrixOf<Scalar> upper_triangle_of_qr(MatrixOf<Scalar> A);

/// R of A = QR for a tall A that is there: by blocks of rows, in a fixed order.
template <class Scalar>
MatrixOf<Scalar> tall_triangle(const MatrixOf<Scalar>& A);

}  // namespace espalier::detail
