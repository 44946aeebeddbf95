// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// A node of a fitted tree. The nodes of a tree lie in preorder: the left child of node i is node i
/// + 1, and the right child comes later; so every walk down a tree ends.
struct TreeNode {
  /// Values of `left_set` that are no set: x ≤ value goes left; the same, but values in [−1e-35,
  /// 1e-35] count as missing (LightGBM's zero_as_missing).
  static constexpr std::int32_t threshold = -1;
  static constexpr std::int32_t threshold_without_zero = -2;

  double value = 0.0;         ///< leaf: what it adds to the raw prediction; else the threshold
  std::int32_t feature = -1;  ///< −1: a leaf
  std::int32_t right = 0;     ///< the right child, counted from the first node of the tree
  std::int32_t left_set = threshold;  ///< categorical split: the set of codes that go left
  bool missing_left = false;          ///< where a missing value goes
  bool unseen_left = false;  ///< where a number goes that is no code, or lies beyond the set

  bool is_leaf() const { return feature < 0; }
  bool is_categorical() const { return left_set >= 0; }
};

/// What training knew of a node; predicting does not need it.
struct TreeNodeInfo {
  double gain = 0.0;   ///< of the split: how much lower the loss became; 0 for a leaf
  double count = 0.0;  ///< training rows, whatever their weight; in a model that XGBoost trained,
                       ///< which does not count them, the sum of their second derivatives
};

/// Sets of category codes, each as a string of bits: code c is bit c mod 32 of word c / 32. The sets
/// have any length; a code beyond its set's last word is neither inside nor outside.
class CategorySets {
 public:
  CategorySets() = default;
  /// Set i is words[begin[i]] … words[begin[i + 1] − 1]. @throws FormatError  begin does not cover
  /// the words in ascending order
  CategorySets(std::vector<std::uint32_t> words, std::vector<Index> begin);

  void push_back(std::span<const std::uint32_t> set) {
    words_.insert(words_.end(), set.begin(), set.end());
    begin_.push_back(static_cast<Index>(words_.size()));
  }

  /// Drops the sets after the first `size`, which is not more than there are.
  void truncate(std::size_t size) {
    begin_.resize(size + 1);
    words_.resize(static_cast<std::size_t>(begin_.back()));
  }

  std::size_t size() const { return begin_.size() - 1; }
  std::span<const std::uint32_t> operator[](std::size_t set) const {
    return {words_.data() + begin_[set], words_.data() + begin_[set + 1]};
  }
  const std::vector<std::uint32_t>& words() const { return words_; }
  const std::vector<Index>& begin() const { return begin_; }

  friend bool operator==(const CategorySets&, const CategorySets&) = default;

 private:
  std::vector<std::uint32_t> words_;
  std::vector<Index> begin_ = {0};
};

/// The decision at an inner node: whether a row with the value `x` of its feature goes left. All
/// that walks down trees decides so.
inline bool goes_left(const TreeNode& node, double x, const CategorySets& sets) {
  if (std::isnan(x)) return node.missing_left;
  if (node.left_set == TreeNode::threshold) [[likely]]
    return x <= node.value;
  if (node.left_set == TreeNode::threshold_without_zero) {
    constexpr double zero = 1e-35F;  // LightGBM's constant is a float
    return std::abs(x) <= zero ? node.missing_left : x <= node.value;
  }
  if (!(x >= 0.0 && x < 4294967296.0)) return node.unseen_left;
  const auto code = static_cast<std::size_t>(x);
  const std::span<const std::uint32_t> set = sets[static_cast<std::size_t>(node.left_set)];
  if (code >> 5 >= set.size()) return node.unseen_left;
  return (set[code >> 5] >> (code & 31) & 1U) != 0;
}

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
  CategorySets category_sets;

  Index outputs() const { return baseline.size(); }
  Index n_trees() const { return static_cast<Index>(tree_begin.size()) - 1; }
  Index n_iterations() const { return n_trees() / outputs(); }

  /// For each feature, the summed gains of its splits.
  Vector gain_by_feature() const;
  /// For each feature, the number of its splits.
  Vector splits_by_feature() const;

  /// Drops the trees after the first so many iterations, and their sets of categories.
  void truncate(Index iterations);

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
