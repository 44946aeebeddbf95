// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/divide_and_conquer.hpp"

namespace espalier::linalg {

/// All eigenpairs of a symmetric matrix by tridiagonal form and divide and conquer. Errors are about
/// ε·‖A‖, vectors orthogonal to about n·ε. Numbers that are not finite give pairs that are NaN. The
/// sign of a vector means nothing.
Eigenpairs all_eigenpairs(const Matrix& symmetric);

/// The k largest of them, 0 ≤ k ≤ n, in the order of their values (not of their magnitudes). Few
/// pairs of a large matrix are sought by block Lanczos first, many times sooner where the spectrum
/// falls; where it has not found them in n / 20 products, all but the last steps are those of
/// all_eigenpairs.
Eigenpairs leading_eigenpairs(const Matrix& symmetric, Index k);

}  // namespace espalier::linalg
