// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/features.hpp>

namespace espalier::detail {

/// Products with the matrix A = [X 1] of a dense or sparse X (n × p), or with X alone: what the
/// methods need that solve a weighted least-squares problem an iteration. Sums over rows are made by
/// blocks in a fixed order. X must outlive this object.
class DesignProducts {
 public:
  DesignProducts(const Features& X, bool with_ones) : X_(X), with_ones_(with_ones) {}

  Index rows() const { return X_.rows(); }
  Index cols() const { return X_.cols() + (with_ones_ ? 1 : 0); }
  Vector times(const Vector& w) const;             ///< A·w, n; O(np)
  Vector transposed_times(const Vector& v) const;  ///< Aᵀ·v; O(np)
  /// Aᵀ·diag(q)·A for q ≥ 0, the lower triangle; rows with q = 0 are left out. O(np²)
  Matrix gram(const Vector& q) const;
  Vector row(Index i) const;
  Vector squares() const;  ///< Σ A², of each column

 private:
  Matrix block(Index begin, Index end, const Vector& q) const;
  const Features& X_;
  bool with_ones_;
};

}  // namespace espalier::detail
