// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/sparse_columns.hpp"

#include <numeric>

namespace espalier::hgb {
namespace {

/// Calls visit(row of the table, feature, value) for all that the matrix holds of a table's rows.
template <class Visit>
void for_each_value(const Table& table, const Visit& visit) {
  for (Index i = 0; i < table.n_rows; ++i)
    for (SparseMatrix::InnerIterator it(*table.sparse, table.source_row(i)); it; ++it)
      visit(static_cast<Row>(i), static_cast<std::size_t>(it.col()), it.value());
}

}  // namespace

SparseColumns::SparseColumns(const Table& table)
    : begin_(static_cast<std::size_t>(table.n_features()) + 1, 0) {
  if (!table.is_sparse()) return;
  for_each_value(table, [&](Row, std::size_t feature, double) { ++begin_[feature + 1]; });
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  rows_.resize(begin_.back());
  values_.resize(begin_.back());
  std::vector<std::size_t> next(begin_.begin(), begin_.end() - 1);
  for_each_value(table, [&](Row row, std::size_t feature, double value) {
    rows_[next[feature]] = row;
    values_[next[feature]++] = value;
  });
}

std::vector<double> SparseColumns::dense(Index feature, Index n_rows) const {
  std::vector<double> column(static_cast<std::size_t>(n_rows), 0.0);
  const std::span<const Row> rows = this->rows(feature);
  const std::span<const double> values = this->values(feature);
  for (std::size_t k = 0; k < rows.size(); ++k) column[rows[k]] = values[k];
  return column;
}

}  // namespace espalier::hgb
