// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Orthogonal decompositions of dense matrices, compiled once.
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::linalg {

/// A = U·diag(values)·Vᵀ with s = min(rows, cols) values, descending.
struct SingularValues {
  Matrix U;  // rows × s, orthonormal columns
  Vector values;
  Matrix V;  // cols × s, orthonormal columns
};

/// Singular values to about ε·‖A‖, and vectors that are orthonormal to about s·ε, however many values
/// are equal or zero. (The divide and conquer of Eigen 3.4 is not safe there: some of its values are
/// wrong or its vectors NaN when a singular matrix has a multiple value, as dummy variables give.)
///
/// By eigenvectors W of AᵀA, again and again: the columns of A·W are orthogonal, and those that are
/// no shorter than a hundredth of the longest to full accuracy; the rest, which squaring has lost,
/// is decomposed by itself. O(rows·cols·s) for each factor of a hundred between the values, eight at
/// most. Numbers that are not finite give NaN.
SingularValues singular_value_decomposition(const Matrix& A);

/// Q of A = QR, of the shape of A (rows ≥ cols), with signs so that R's diagonal is not negative:
/// columns of A that are orthogonal come back scaled to length 1. A column that depends on those
/// before it gives some direction orthogonal to them. `lengths`, if not null, gets R's diagonal.
template <class M>
M orthonormalised(M A, Vector* lengths = nullptr);

}  // namespace espalier::linalg
