// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

#include "ensemble/hist_gradient_boosting/histogram_kernel.hpp"
#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

/// What the sparse matrix of a table holds, column after column; rows are those of the table. Empty
/// for a dense table. O(values + features) to make; 12 bytes a value.
class SparseColumns {
 public:
  explicit SparseColumns(const Table& table);

  std::span<const Row> rows(Index feature) const {  ///< ascending
    return std::span(rows_).subspan(begin(feature), size(feature));
  }
  std::span<const double> values(Index feature) const {
    return std::span(values_).subspan(begin(feature), size(feature));
  }
  /// The column with its zeros.
  std::vector<double> dense(Index feature, Index n_rows) const;

 private:
  std::size_t begin(Index feature) const { return begin_[static_cast<std::size_t>(feature)]; }
  std::size_t size(Index feature) const { return begin(feature + 1) - begin(feature); }

  std::vector<std::size_t> begin_;  // of each feature, and the end
  std::vector<Row> rows_;
  std::vector<double> values_;
};

}  // namespace espalier::hgb
