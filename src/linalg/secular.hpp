// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::linalg {

/// The eigenpairs of diag(d) + ρ·z·zᵀ, found by secular equations.
struct RankOneUpdate {
  Vector values;  // n, ascending
  /// Column j holds d − values[j], each to full relative precision.
  Matrix differences;
  /// The z of the nearby problem of which `values` are the eigenvalues to the last digit (Gu &
  /// Eisenstat, SIAM J. Matrix Anal. Appl. 15 (1994) 1266–1276): eigenvector j is
  /// z / differences.col(j), normalised, and these vectors are orthogonal however close values are.
  Vector z;
};

/// d strictly ascending, z without zeros, ρ > 0. Each root is sought between its poles by rational
/// interpolation (Li, LAPACK Working Note 89), with bisection where that goes astray. O(n²).
RankOneUpdate update_rank_one(const Vector& d, const Vector& z, double rho);

}  // namespace espalier::linalg
