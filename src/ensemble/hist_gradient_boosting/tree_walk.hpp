// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Walking down a tree, for everything that asks where rows end.
#pragma once

#include <espalier/ensemble/boosted_trees.hpp>

namespace espalier::hgb {

/// The first node of tree t.
inline const TreeNode* tree_at(const BoostedTrees& trees, Index t) {
  return trees.nodes.data() + trees.tree_begin[static_cast<std::size_t>(t)];
}

/// The leaf that a row of all features reaches in a tree: its number, counted from the first node.
inline std::int32_t leaf_of(const TreeNode* tree, const double* row, const CategorySets& sets) {
  std::int32_t i = 0;
  while (!tree[i].is_leaf())
    i = goes_left(tree[i], row[tree[i].feature], sets) ? i + 1 : tree[i].right;
  return i;
}

}  // namespace espalier::hgb
