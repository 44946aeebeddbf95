// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "linalg/divide_and_conquer.hpp"

namespace espalier::linalg {

/// The k largest eigenpairs of a symmetric A (both triangles are read) from the space of A's powers
/// times a random block: block Lanczos with full orthogonalisation (Golub & Underwood 1977). The
/// block is wider than k, so that no copy of a multiple eigenvalue is missed, but with probability
/// 0. A pair is found when its residual is what rounding leaves, about ε·‖A‖.
///
/// Nothing when k is too large a part of n, or when the space would have to grow beyond a third of
/// n: the k-th eigenvalue lies in a crowd, and a full decomposition is quicker. That is seen after
/// some steps, each of 2·n²·(k + 10) operations in products.
///
/// The random block is always the same, so the same A gives the same bits.
std::optional<Eigenpairs> krylov_eigenpairs(const Matrix& A, Index k);

}  // namespace espalier::linalg
