// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/predictor.hpp"

#include <algorithm>
#include <vector>

#include <espalier/core/parallel.hpp>

#include "ensemble/hist_gradient_boosting/compiled_trees.hpp"
#include "ensemble/hist_gradient_boosting/dense_blocks.hpp"
#include "ensemble/hist_gradient_boosting/tree_walk.hpp"

namespace espalier::hgb {
namespace {

/// Rows that are walked down together: small enough that they and a tree stay in the first cache.
constexpr Index rows_per_block = 64;
constexpr Index blocks_per_task = 16;

double leaf_value(const BoostedTrees& trees, const TreeNode* tree, const double* row) {
  return tree[leaf_of(tree, row, trees.category_sets)].value;
}

/// Copies rows [begin, end) so that each is contiguous.
void gather(const Table& table, Index begin, Index end, double* rows) {
  const Index p = table.n_features();
  for (Index f = 0; f < p; ++f) {
    const double* column = table.column(f);
    for (Index i = begin; i < end; ++i) rows[(i - begin) * p + f] = column[table.source_row(i)];
  }
}

/// Making the compiled form costs about as much as walking four rows down a tree for each node of it
/// (measured with trees of 31 to 255 leaves).
bool pays_to_compile(const BoostedTrees& trees, Index rows) {
  return rows * trees.n_trees() > 4 * static_cast<Index>(trees.nodes.size()) &&
         CompiledTrees::fits(trees);
}

double work_of(const Table& table, Index n_trees) {
  return static_cast<double>(table.n_rows) * static_cast<double>(10 * n_trees + table.n_features());
}

void add_to_sparse(const BoostedTrees& trees, Index first, Index last, const Table& table,
                   double* raw) {
  const NarrowTrees used = narrow(trees, first, last);
  Eigen::Map<Matrix> all(raw, table.n_rows, trees.outputs());
  for_dense_blocks(table, used.features, work_of(table, last - first),
                   [&](const Table& block, Index begin) {
                     Matrix part = all.middleRows(begin, block.n_rows);
                     add_predictions(used.trees, 0, last - first, block, part.data());
                     all.middleRows(begin, block.n_rows) = part;
                   });
}

}  // namespace

/// Several trees are walked down side by side, so that one step does not wait for the other; where a
/// step goes is computed, not branched on, but for categories and missing values.
void predict_row(const BoostedTrees& trees, const double* row, double* raw) noexcept {
  constexpr Index abreast = 8;
  const Index outputs = trees.outputs();
  for (Index k = 0; k < outputs; ++k) raw[k] = trees.baseline[k];
  for (Index first = 0; first < trees.n_trees(); first += abreast) {
    const Index n = std::min(abreast, trees.n_trees() - first);
    const TreeNode* tree[abreast];
    std::int32_t at[abreast] = {};
    for (Index j = 0; j < n; ++j) tree[j] = tree_at(trees, first + j);
    for (bool walking = true; walking;) {
      walking = false;
      for (Index j = 0; j < n; ++j) {
        const TreeNode& node = tree[j][at[j]];
        if (node.is_leaf()) continue;
        walking = true;
        const int left = goes_left(node, row[node.feature], trees.category_sets) ? 1 : 0;
        at[j] = node.right + left * (at[j] + 1 - node.right);
      }
    }
    for (Index j = 0; j < n; ++j) raw[(first + j) % outputs] += tree[j][at[j]].value;
  }
}

void add_predictions(const BoostedTrees& trees, Index first, Index last, const Table& table,
                     double* raw) {
  if (table.is_sparse()) return add_to_sparse(trees, first, last, table, raw);
  const Index n = table.n_rows;
  const Index p = table.n_features();
  const Index outputs = trees.outputs();
  const Blocks tasks{n, rows_per_block * blocks_per_task};
  parallel_for_blocks(tasks, work_of(table, last - first), [&](Index task_begin, Index task_end) {
    std::vector<double> rows(static_cast<std::size_t>(rows_per_block * p));
    for (Index begin = task_begin; begin < task_end; begin += rows_per_block) {
      const Index end = std::min(begin + rows_per_block, task_end);
      gather(table, begin, end, rows.data());
      for (Index t = first; t < last; ++t) {
        const TreeNode* tree = tree_at(trees, t);
        double* out = raw + (t % outputs) * n;
        for (Index i = begin; i < end; ++i)
          out[i] += leaf_value(trees, tree, rows.data() + (i - begin) * p);
      }
    }
  });
}

Matrix predict_raw(const BoostedTrees& trees, const Table& table) {
  if (pays_to_compile(trees, table.n_rows)) return CompiledTrees(trees, false).predict(table);
  Matrix raw = trees.baseline.transpose().replicate(table.n_rows, 1);
  add_predictions(trees, 0, trees.n_trees(), table, raw.data());
  return raw;
}

}  // namespace espalier::hgb
