// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linear_model/column_moments.hpp"

namespace espalier::detail {

/// A change of variables C = T·Z (p × k) that makes the curvature h·Cov(X) + l2·I about the
/// identity, so that neither the units of the columns of X nor their correlations slow down a
/// gradient method.
///
/// T = S⁻¹L⁻ᵀ with S² the diagonal of that matrix, over all rows, and LLᵀ the rest of it, over at
/// most 4096 + 8p rows spread evenly, which is enough for a change of variables: it need not be
/// exact. With more than 512 columns only S is used. O(p³) to make, O(p²k) to apply; O(p) for S
/// alone.
class Whitening {
 public:
  /// `moments` are those of X with `weights` (maybe empty); `center`: whether the mean is taken out
  /// first, else Cov is the matrix of mean products.
  Whitening(const Features& X, const Vector& weights, const ColumnMoments& moments, bool center,
            double curvature, double l2);

  const Vector& scale() const { return scale_; }  ///< S, p

  Matrix to_coef(Matrix Z) const;      ///< T·Z
  Matrix from_coef(Matrix C) const;    ///< T⁻¹·C
  Matrix to_gradient(Matrix G) const;  ///< Tᵀ·G: from the gradient by C to that by Z

 private:
  Vector scale_;   // S, p
  Matrix factor_;  // L, p × p, lower; empty: the identity
};

}  // namespace espalier::detail
