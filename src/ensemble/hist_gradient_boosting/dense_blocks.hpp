// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Sparse tables for what reads dense ones: block after block of rows, and of the columns only those
/// that trees look at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/ensemble/boosted_trees.hpp>

#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

/// Trees for a table that has only the features which they split on.
struct NarrowTrees {
  std::vector<Index> features;  ///< ascending; feature k of the trees was features[k]
  BoostedTrees trees;
};

/// Trees [first, last), of the same outputs as before if `first` is the first tree of an iteration.
/// O(nodes + features).
NarrowTrees narrow(const BoostedTrees& trees, Index first, Index last);

/// Some columns of a sparse table.
class SelectedColumns {
 public:
  SelectedColumns(const Table& table, std::span<const Index> features);

  /// About 2 MB of them, unless they are very many.
  Index rows_per_block() const;
  /// Rows [begin, end) with their zeros. O(values of these rows + numbers returned).
  Matrix read(Index begin, Index end) const;

 private:
  const Table& table_;
  std::span<const Index> features_;
  std::vector<std::int32_t> place_;  // of each sparse feature among those selected, or −1
};

/// The columns of a matrix.
Table table_of(const Matrix& X);

/// Calls `body(block, begin)` for blocks of the rows of a sparse table, in parallel: `block` is a
/// dense table of the chosen features, whose first row is row `begin`.
template <class Body>
void for_dense_blocks(const Table& table, std::span<const Index> features, double work,
                      const Body& body) {
  const SelectedColumns columns(table, features);
  parallel_for_blocks({table.n_rows, columns.rows_per_block()}, work, [&](Index begin, Index end) {
    const Matrix block = columns.read(begin, end);
    body(table_of(block), begin);
  });
}

}  // namespace espalier::hgb
