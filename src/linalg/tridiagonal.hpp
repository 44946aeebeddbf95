// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/products.hpp"

namespace espalier::linalg {

/// A = Q·T·Qᵀ with T tridiagonal and Q a product of Householder reflections.
struct Tridiagonal {
  Vector diagonal;      // n
  Vector off_diagonal;  // n − 1
  Matrix reflectors;    // column j, from row j + 1 on: 1, then what is stored; the rest is not used
  Vector scales;        // n − 1; of the reflections I − scale·v·vᵀ
};

/// Of the symmetric A only the lower triangle is read. 4/3·n³ operations, half of them in products
/// of matrices: columns are reduced in panels, and what is right of a panel is updated at once
/// (Dongarra, Sorensen & Hammarling, J. Comput. Appl. Math. 27 (1989) 215–227). The other half
/// reads the matrix once for each column, and is as fast as that.
Tridiagonal tridiagonalise(Matrix A);

/// Z = Q·Z, by blocks of reflections (Schreiber & Van Loan, SIAM J. Sci. Stat. Comput. 10 (1989)
/// 53–57); 2·n²·k operations for k columns.
void apply_reflections(const Tridiagonal& T, Matrix& Z);

}  // namespace espalier::linalg
