// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Where a value goes at a node, for everything that reads trees one node at a time.
#pragma once

#include <cmath>

#include <espalier/ensemble/boosted_trees.hpp>

namespace espalier::hgb {

/// Whether a set of categories holds a code. The one place here that knows how sets are stored.
inline bool set_contains(const BoostedTrees& trees, std::int32_t set, double code) {
  const CategorySet& bits = trees.category_sets[static_cast<std::size_t>(set)];
  const auto c = static_cast<std::size_t>(code);
  return (bits[c >> 5] >> (c & 31) & 1U) != 0;
}

/// The codes that a set can hold are below this.
inline constexpr double category_codes_end = 256.0;

inline bool goes_left(const BoostedTrees& trees, const TreeNode& node, double x) {
  if (std::isnan(x)) return node.missing_left;
  if (node.left_set < 0) return x <= node.value;
  if (!(x >= 0.0 && x < category_codes_end)) return node.missing_left;
  return set_contains(trees, node.left_set, x);
}

/// The leaf that a row of all features reaches in tree t: its number, counted from the first node
/// of the tree.
inline std::int32_t leaf_of(const BoostedTrees& trees, Index t, const double* row) {
  const TreeNode* tree = trees.nodes.data() + trees.tree_begin[static_cast<std::size_t>(t)];
  std::int32_t i = 0;
  while (!tree[i].is_leaf())
    i = goes_left(trees, tree[i], row[tree[i].feature]) ? i + 1 : tree[i].right;
  return i;
}

}  // namespace espalier::hgb
