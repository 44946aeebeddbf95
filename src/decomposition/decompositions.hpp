// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Decompositions of small dense matrices, compiled once.
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::detail {

/// A = U·diag(values)·Vᵀ with min(rows, cols) values, descending.
struct Svd {
  Matrix U;
  Vector values;
  Matrix V;
};
Svd thin_svd(const Matrix& A);

/// Q of A = QR, of the shape of A (rows ≥ cols), with signs so that R's diagonal is not negative:
/// columns of A that are orthogonal come back scaled to length 1. A column that depends on those
/// before it gives some direction orthogonal to them. `lengths`, if not null, gets R's diagonal.
template <class M>
M orthonormalised(M A, Vector* lengths = nullptr);

}  // namespace espalier::detail
