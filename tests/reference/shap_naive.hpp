// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Shapley values by their definition, over all subsets of the features: for trees of few features.
#pragma once

#include <cstdint>
#include <vector>

#include <espalier/ensemble/boosted_trees.hpp>

namespace espalier::hgb::naive {

/// What the trees of one output predict for a row of which only the features in `known` (a bit each)
/// are known: a node that tests another one sends the row both ways, by the shares of training rows.
inline double coalition(const BoostedTrees& trees, Index output, const double* row,
                        std::uint32_t known) {
  double result = trees.baseline[output];
  for (Index t = output; t < trees.n_trees(); t += trees.outputs()) {
    const auto begin = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t)]);
    const auto visit = [&](const auto& self, std::size_t i) -> double {
      const TreeNode& node = trees.nodes[begin + i];
      if (node.is_leaf()) return node.value;
      const auto right = static_cast<std::size_t>(node.right);
      if ((known >> node.feature & 1U) != 0)
        return self(self, goes_left(node, row[node.feature], trees.category_sets) ? i + 1 : right);
      const auto left_rows = trees.infos[begin + i + 1].count;
      const auto right_rows = trees.infos[begin + right].count;
      return (left_rows * self(self, i + 1) + right_rows * self(self, right)) /
             (left_rows + right_rows);
    };
    result += visit(visit, 0);
  }
  return result;
}

/// O(2^p × nodes).
inline Vector shapley_values(const BoostedTrees& trees, Index output, const double* row) {
  const Index p = trees.n_features;
  std::vector<double> worth(std::size_t{1} << p);
  for (std::size_t s = 0; s < worth.size(); ++s)
    worth[s] = coalition(trees, output, row, static_cast<std::uint32_t>(s));
  std::vector<double> weight(static_cast<std::size_t>(p));  // |S|! (p − |S| − 1)! / p!
  for (Index size = 0; size < p; ++size) {
    double w = 1.0 / static_cast<double>(p);
    for (Index k = 1; k <= size; ++k) w *= static_cast<double>(k) / static_cast<double>(p - k);
    weight[static_cast<std::size_t>(size)] = w;
  }
  Vector result = Vector::Zero(p);
  for (std::size_t s = 0; s < worth.size(); ++s) {
    std::size_t size = 0;
    for (Index f = 0; f < p; ++f) size += s >> f & 1U;
    for (Index f = 0; f < p; ++f)
      if ((s >> f & 1U) == 0)
        result[f] += weight[size] * (worth[s | std::size_t{1} << f] - worth[s]);
  }
  return result;
}

}  // namespace espalier::hgb::naive
