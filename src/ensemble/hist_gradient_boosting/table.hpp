// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

/// Columns of doubles, or a sparse matrix, that somebody else owns, and which of their rows count. A
/// category is its code, 0, 1, 2, …; NaN is missing.
struct Table {
  std::vector<const double*> columns;  ///< null: a column of `sparse`
  Index n_rows = 0;                    ///< of this table: the length of `rows` if there are any
  std::span<const Index> rows =
      {};  ///< row i of the table is row rows[i] of the columns; empty: row i
  const SparseMatrix* sparse = nullptr;  ///< compressed; a value that it does not hold is 0

  Index n_features() const { return static_cast<Index>(columns.size()); }
  const double* column(Index feature) const { return columns[static_cast<std::size_t>(feature)]; }
  Index source_row(Index i) const { return rows.empty() ? i : rows[static_cast<std::size_t>(i)]; }
  bool is_sparse() const { return sparse != nullptr; }

  /// Some rows of a table that has all of its own.
  Table take(std::span<const Index> chosen) const {
    return {columns, static_cast<Index>(chosen.size()), chosen, sparse};
  }
};

}  // namespace espalier::hgb
