// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::detail {

using SparseColumns = Eigen::SparseMatrix<double>;

/// The same matrix by columns, rows ascending within each; X is compressed. A counting sort by
/// blocks of rows: O(nonzeros + columns), the same for any number of threads.
SparseColumns sparse_columns(const SparseMatrix& X);

}  // namespace espalier::detail
