// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::detail {

/// The minimiser of xᵀAx/2 − bᵀx over x ≥ 0, for a positive semidefinite A (p × p), of which the
/// lower triangle counts: non-negative least squares where A = XᵀX and b = Xᵀy.
///
/// The active set of Lawson and Hanson, on the normal equations as Bro and De Jong do it: the
/// columns that are free are solved for, one more of them at a time, with one Cholesky factor that
/// grows by a row; exact after finitely many steps, usually not much more than the number of
/// columns that end up positive, each O(p·|free|). A column that depends on free ones stays at 0.
///
/// @see Lawson & Hanson, Solving Least Squares Problems (1974) ch. 23; Bro & De Jong, Journal of
///      Chemometrics 11 (1997) 393–401
Vector solve_nonnegative(const Matrix& A, const Vector& b);

}  // namespace espalier::detail
