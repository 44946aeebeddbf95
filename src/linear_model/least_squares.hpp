// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linear_model/centered_data.hpp"

namespace espalier::detail {

/// Column c of the result minimises ‖ỹ_c − X̃v‖² + α_c‖v‖²; p × k. Among several minimisers (α = 0
/// and dependent columns) it is that of least norm.
///
/// By the Cholesky factor of X̃ᵀX̃ + αI for n ≥ p, or of X̃X̃ᵀ + αI for n < p, one for each distinct
/// α; where one of its pivots is below 10⁻⁷ of its diagonal element, so that errors might exceed
/// some 10⁻⁹, by orthogonal transformations of X̃ itself, which do not square its condition number.
/// Whether a column depends on others is judged after scaling each to length 1, so it does not
/// matter in which units they are.
Matrix solve_ridge(const CenteredData& data, const Vector& alphas);

/// The same by the singular values of X̃, of which those up to 10⁻¹⁵ count as zero.
Matrix solve_ridge_svd(const CenteredData& data, const Vector& alphas);

/// What ordinary least squares finds. Shapes: p columns, k outputs.
struct OrdinaryFit {
  Matrix coef;      // p × k, of least norm
  Vector singular;  // min(n, p) singular values of X̃, descending
  Index rank;       // those above tol · the largest
};

/// Least squares in which singular values up to `tol` times the largest count as zero. By the
/// Cholesky factors of solve_ridge where they are safe and no singular value is that small, else by
/// the singular value decomposition of X̃.
OrdinaryFit solve_ordinary(const CenteredData& data, double tol);

/// Whether column j is constant but for rounding: its centred square (`spread`) beside its square.
bool is_constant(double spread, double square);

/// Minimises ‖ỹ − X̃v‖² + α‖v‖² for a wide or tall X̃ after orthogonal transformations, which leave
/// a problem of min(n, p) rows: ‖B − AU‖² with coefficients `expand(U)`.
class Reduced {
 public:
  explicit Reduced(const CenteredData& data);
  const Matrix& A() const { return A_; }  ///< min(n, p) × min(n, p)
  const Matrix& B() const { return B_; }  ///< min(n, p) × k
  Matrix expand(Matrix U) const;          ///< min(n, p) × k → p × k

 private:
  Matrix A_, B_;
  Matrix reflectors_;  // of the wide case: X̃ᵀ = QR in Eigen's packed form
  Vector factors_;
};

}  // namespace espalier::detail
