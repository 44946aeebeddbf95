// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/reading.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "ensemble/hist_gradient_boosting/dense_blocks.hpp"
#include "ensemble/hist_gradient_boosting/feature_table.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"
#include "ensemble/hist_gradient_boosting/shap.hpp"
#include "ensemble/hist_gradient_boosting/tree_walk.hpp"

namespace espalier::hgb {
namespace {

/// leaves(first_row + i, t) ← the leaf that row i of a dense table reaches in tree t.
void find_leaves(const BoostedTrees& trees, const Table& table, Index first_row,
                 Eigen::MatrixXi& leaves) {
  const double work = 10.0 * static_cast<double>(table.n_rows * trees.n_trees());
  parallel_for_blocks(Blocks{table.n_rows, 256}, work, [&](Index begin, Index end) {
    std::vector<double> row(static_cast<std::size_t>(table.n_features()));
    for (Index i = begin; i < end; ++i) {
      for (Index f = 0; f < table.n_features(); ++f)
        row[static_cast<std::size_t>(f)] = table.column(f)[table.source_row(i)];
      for (Index t = 0; t < trees.n_trees(); ++t)
        leaves(first_row + i, t) = leaf_of(tree_at(trees, t), row.data(), trees.category_sets);
    }
  });
}

std::vector<Matrix> shap_of_sparse(const BoostedTrees& trees, const Table& table) {
  const NarrowTrees used = narrow(trees, 0, trees.n_trees());
  std::vector<Matrix> values(static_cast<std::size_t>(trees.outputs()),
                             Matrix::Zero(table.n_rows, trees.n_features));
  const double work = 100.0 * static_cast<double>(table.n_rows * trees.n_trees());
  for_dense_blocks(table, used.features, work, [&](const Table& block, Index begin) {
    const std::vector<Matrix> part = shap_values(used.trees, block);
    for (std::size_t k = 0; k < part.size(); ++k)
      for (std::size_t f = 0; f < used.features.size(); ++f)
        values[k].col(used.features[f]).segment(begin, block.n_rows) =
            part[k].col(static_cast<Index>(f));
  });
  return values;
}

}  // namespace

Eigen::MatrixXi leaf_indices(const HistGradientBoostingState& state, const Features& X) {
  const EncodedTable encoded = encode_features(X, state.categories);
  const Table& table = encoded.table;
  const BoostedTrees& trees = state.trees;
  Eigen::MatrixXi leaves(table.n_rows, trees.n_trees());
  if (table.is_sparse()) {
    const NarrowTrees used = narrow(trees, 0, trees.n_trees());
    const double work = 10.0 * static_cast<double>(table.n_rows * trees.n_trees());
    for_dense_blocks(table, used.features, work, [&](const Table& block, Index begin) {
      find_leaves(used.trees, block, begin, leaves);
    });
  } else {
    find_leaves(trees, table, 0, leaves);
  }
  return leaves;
}

void for_each_stage(const HistGradientBoostingState& state, const Features& X,
                    const std::function<void(Index, const Matrix&)>& visit) {
  const EncodedTable encoded = encode_features(X, state.categories);
  const BoostedTrees& trees = state.trees;
  const Index outputs = trees.outputs();
  Matrix raw = trees.baseline.transpose().replicate(encoded.table.n_rows, 1);
  for (Index iteration = 0; iteration < trees.n_iterations(); ++iteration) {
    add_predictions(trees, iteration * outputs, (iteration + 1) * outputs, encoded.table,
                    raw.data());
    visit(iteration, raw);
  }
}

ShapValues shap_values(const HistGradientBoostingState& state, const Features& X,
                       std::vector<std::string> names) {
  const EncodedTable encoded = encode_features(X, state.categories);
  const Table& table = encoded.table;
  return {std::move(names),
          table.is_sparse() ? shap_of_sparse(state.trees, table) : shap_values(state.trees, table),
          expected_raw(state.trees)};
}

}  // namespace espalier::hgb
