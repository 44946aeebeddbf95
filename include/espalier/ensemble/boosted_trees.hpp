// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// A node of a fitted tree. The nodes of a tree lie in preorder: the left child of node i is node i
/// + 1, and the right child comes later; so every walk down a tree ends.
struct TreeNode {
  double value = 0.0;         ///< leaf: what it adds to the raw prediction; else the threshold
  std::int32_t feature = -1;  ///< −1: a leaf
  std::int32_t right = 0;     ///< the right child, counted from the first node of the tree
  std::int32_t left_set =
      -1;  ///< categorical split: the set of codes that go left; −1: x ≤ value goes left
  bool missing_left = false;  ///< where a missing value goes, and a category unseen at fit

  bool is_leaf() const { return feature < 0; }
};

/// What training knew of a node; predicting does not need it.
struct TreeNodeInfo {
  double gain = 0.0;       ///< of the split: how much lower the loss became; 0 for a leaf
  std::int64_t count = 0;  ///< training rows, whatever their weight
};

/// A set of category codes in [0, 256).
using CategorySet = std::array<std::uint32_t, 8>;

/// The additive model of gradient boosting: raw prediction k of a row is `baseline[k]` plus the
/// leaf that the row reaches in each tree t with t mod `outputs()` = k.
///
/// Features are numbers; the value of a categorical one is its code. NaN is missing.
struct BoostedTrees {
  Index n_features = 0;
  Vector baseline;                      ///< one raw prediction an output: 1, or a class each
  std::vector<Index> tree_begin = {0};  ///< first node of each tree, and the number of nodes
  std::vector<TreeNode> nodes;          ///< tree after tree
  std::vector<TreeNodeInfo> infos;      ///< one a node
  std::vector<CategorySet> category_sets;

  Index outputs() const { return baseline.size(); }
  Index n_trees() const { return static_cast<Index>(tree_begin.size()) - 1; }
  Index n_iterations() const { return n_trees() / outputs(); }

  /// For each feature, the summed gains of its splits.
  Vector gain_by_feature() const;
  /// For each feature, the number of its splits.
  Vector splits_by_feature() const;

  /// Checks that every walk down every tree stays inside it and reads only existing features and
  /// sets.
  /// @throws FormatError  saying what is wrong
  void check() const;
};

/// Saved as parallel arrays, one number a node each.
template <>
struct Codec<BoostedTrees> {
  static Value encode(const BoostedTrees& trees);
  static BoostedTrees decode(
      const Value& value);  ///< @throws FormatError  also what `check` refuses
  static std::string describe();
};

}  // namespace espalier
