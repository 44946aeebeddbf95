// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/products.hpp"

namespace espalier::linalg {

struct Eigenpairs {
  Vector values;   // k, descending
  Matrix vectors;  // n × k, orthonormal columns
};

/// The k largest eigenvalues of a symmetric tridiagonal matrix and their eigenvectors, by divide and
/// conquer (Cuppen, Numer. Math. 36 (1981) 177–195; Gu & Eisenstat, SIAM J. Matrix Anal. Appl. 16
/// (1995) 172–191). At most 4/3·n³ operations, in products of matrices; far fewer where eigenvalues
/// lie close, and a quarter of it for few pairs.
///
/// The numbers should be about 1, so that no square overflows.
Eigenpairs tridiagonal_eigenpairs(const Vector& diagonal, const Vector& off_diagonal, Index k);

}  // namespace espalier::linalg
