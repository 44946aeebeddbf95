// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/reading.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "ensemble/hist_gradient_boosting/feature_table.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"
#include "ensemble/hist_gradient_boosting/shap.hpp"
#include "ensemble/hist_gradient_boosting/tree_walk.hpp"

namespace espalier::hgb {

Eigen::MatrixXi leaf_indices(const HistGradientBoostingState& state, const Features& X) {
  const EncodedTable encoded = encode_features(X, state.categories);
  const Table& table = encoded.table;
  const BoostedTrees& trees = state.trees;
  Eigen::MatrixXi leaves(table.n_rows, trees.n_trees());
  const double work = 10.0 * static_cast<double>(table.n_rows * trees.n_trees());
  parallel_for_blocks(Blocks{table.n_rows, 256}, work, [&](Index begin, Index end) {
    std::vector<double> row(static_cast<std::size_t>(table.n_features()));
    for (Index i = begin; i < end; ++i) {
      for (Index f = 0; f < table.n_features(); ++f)
        row[static_cast<std::size_t>(f)] = table.column(f)[table.source_row(i)];
      for (Index t = 0; t < trees.n_trees(); ++t)
        leaves(i, t) = leaf_of(tree_at(trees, t), row.data(), trees.category_sets);
    }
  });
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
  return {std::move(names), shap_values(state.trees, encoded.table), expected_raw(state.trees)};
}

}  // namespace espalier::hgb
