// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/products.hpp"

namespace espalier::linalg {

/// A = L·Lᵀ for a symmetric positive definite A, of which the lower triangle is read and becomes L;
/// what is above the diagonal may be changed. n³/3 operations in products of matrices, in parallel.
/// Returns false, and leaves A in pieces, when a pivot is not positive (or NaN).
[[nodiscard]] bool factorise_cholesky(MatrixOut A);

}  // namespace espalier::linalg
