// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/features.hpp>

namespace espalier::detail {

/// The data of a least-squares problem with weights w and an intercept, once both have been taken
/// out:
///
///     X̃ = √w·(X − x̄)  n × p      ỹ = √w·(y − ȳ)  n × k      x̄, ȳ weighted means, or zero
///
/// Dense X̃ is never stored: blocks of it are made where they are needed. A sparse X is not filled:
/// x̄ enters the products instead, but for columns whose mean is large beside their deviation, which
/// are centred one by one, since their products would cancel (such columns have hardly any zeros).
/// Sums over rows are made by blocks in a fixed order. X and y must outlive this object.
class CenteredData {
 public:
  /// `weights` may be empty: ones. Without `center` the means are taken as zero. Who will ask for
  /// the moments of a dense X says so, and they come out of the pass that finds the means.
  CenteredData(const Features& X, const Matrix& y, const Vector& weights, bool center,
               bool with_moments);

  Index rows() const { return X_.rows(); }
  Index cols() const { return X_.cols(); }
  Index outputs() const { return y_.cols(); }
  const Vector& x_mean() const { return x_mean_; }    ///< p
  const Vector& y_mean() const { return y_mean_; }    ///< k
  const Vector& squares() const { return squares_; }  ///< p: Σ w·x² of X as it came
  double total_weight() const { return total_weight_; }
  bool centered() const { return centered_; }
  /// n; empty: ones.
  const Vector& root_weights() const { return root_weights_; }
  bool is_sparse() const { return X_.is_sparse(); }

  struct Moments {
    Matrix gram;  ///< X̃ᵀX̃, p × p; only the lower triangle is set
    Matrix xy;    ///< X̃ᵀỹ, p × k
  };
  /// O(n(p + k)²) for a dense X, O(Σ nonzeros of a row²) for a sparse one. Needs `with_moments`.
  Moments moments() const;

  /// R of [X̃ ỹ] = QR: upper triangular, min(n, p + k) × (p + k). O(n(p + k)²).
  Matrix triangular() const;

  /// X̃X̃ᵀ, n × n; only the lower triangle is set. O(n²p) for a dense X.
  Matrix kernel() const;

  /// Rows begin … end − 1 of [X̃ ỹ].
  Matrix rows_with_targets(Index begin, Index end) const;

  Matrix targets() const;                          ///< ỹ
  Matrix transposed() const;                       ///< X̃ᵀ, p × n
  Matrix times(const Matrix& v) const;             ///< X̃v for v of p × k
  Matrix transposed_times(const Matrix& d) const;  ///< X̃ᵀd for d of n × k

 private:
  Matrix dense_columns(Index begin, Index end) const;      // of X̃, for a dense X
  Moments sparse_moments() const;

  const Features& X_;
  const Matrix& y_;
  Vector root_weights_;  // n; empty: ones
  bool centered_;
  double total_weight_;
  Vector x_mean_, y_mean_, squares_;
  Matrix products_;      // of [X̃ ỹ] with itself, for a dense X; empty unless asked for
  SparseMatrix sparse_;  // √w·X of a sparse X, some columns centred
  Vector sparse_mean_;   // what is still to be subtracted from its columns (before √w)
};

}  // namespace espalier::detail
