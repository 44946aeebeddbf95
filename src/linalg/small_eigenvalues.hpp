// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::linalg {

/// The eigenvalues of a small symmetric matrix, ascending, of which the lower triangle is read; NaN
/// if numbers are not finite. Errors are about ε·‖A‖. O(n³) for the tridiagonal form, which is not
/// blocked, then O(n²) for QL iterations on squares, without roots and rotations.
/// @see Reinsch, Commun. ACM 16 (1973) 689; Parlett, The Symmetric Eigenvalue Problem (1998), § 8.15
Vector small_eigenvalues(const Matrix& symmetric);

}  // namespace espalier::linalg
