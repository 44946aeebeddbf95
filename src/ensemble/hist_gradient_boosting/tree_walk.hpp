// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Walking down a tree, for everything that asks where rows end.
#pragma once

#include <espalier/ensemble/boosted_trees.hpp>

namespace espalier::hgb {

/// The leaf that a row of all features reaches in tree t: its number, counted from the first node
/// of the tree.
inline std::int32_t leaf_of(const BoostedTrees& trees, Index t, const double* row) {
  const TreeNode* tree = trees.nodes.data() + trees.tree_begin[static_cast<std::size_t>(t)];
  std::int32_t i = 0;
  while (!tree[i].is_leaf())
    i = goes_left(tree[i], row[tree[i].feature], trees.category_sets) ? i + 1 : tree[i].right;
  return i;
}

}  // namespace espalier::hgb
