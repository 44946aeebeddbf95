// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "linalg/column_kernels.hpp"
#include "linalg/products.hpp"

namespace espalier::linalg {

/// Of each column of X, without its NaN. `weights` (n) may be empty: ones. One pass over X, in
/// blocks of rows and columns in parallel: two passes over a block while it is in the cache, and the
/// blocks' moments are combined (Chan, Golub & LeVeque, Am. Stat. 37 (1983) 242–247). The mean of
/// the numbers costs no digits of the squares.
std::vector<ColumnMoments> column_moments(const MatrixArg& X, const Vector& weights);
std::vector<ColumnMoments> column_moments(const MatrixArg32& X, const Vector& weights);

}  // namespace espalier::linalg
