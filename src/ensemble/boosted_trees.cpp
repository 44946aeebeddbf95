// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/boosted_trees.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/params.hpp>

namespace espalier {
namespace {

/// The nodes as parallel arrays: what a file holds.
struct TreeArrays {
  Index n_features = 0;
  Vector baseline;
  std::vector<Index> tree_begin;
  std::vector<std::int32_t> feature;
  std::vector<double> value;
  std::vector<std::int32_t> right;
  std::vector<std::int32_t> missing_left;
  std::vector<std::int32_t> unseen_left;
  std::vector<std::int32_t> left_set;
  std::vector<double> gain;
  std::vector<double> count;
  std::vector<std::uint32_t> category_sets;  // the words of all sets
  std::vector<Index> set_begin;

  static constexpr auto fields() {
    return Fields{field("n_features", &TreeArrays::n_features),
                  field("baseline", &TreeArrays::baseline),
                  field("tree_begin", &TreeArrays::tree_begin),
                  field("feature", &TreeArrays::feature),
                  field("value", &TreeArrays::value),
                  field("right", &TreeArrays::right),
                  field("missing_left", &TreeArrays::missing_left),
                  field("unseen_left", &TreeArrays::unseen_left),
                  field("left_set", &TreeArrays::left_set),
                  field("gain", &TreeArrays::gain),
                  field("count", &TreeArrays::count),
                  field("category_sets", &TreeArrays::category_sets),
                  field("set_begin", &TreeArrays::set_begin)};
  }

  void check_sizes() const {
    const std::size_t n = feature.size();
    if (value.size() != n || right.size() != n || missing_left.size() != n ||
        unseen_left.size() != n || left_set.size() != n || gain.size() != n || count.size() != n)
      throw FormatError("boosted trees: the arrays of nodes differ in length");
  }
};

[[noreturn]] void refuse(Index node, std::string_view what) {
  throw FormatError(fmt::format("boosted trees: node {} {}", node, what));
}

/// Checks the nodes of one tree: each but the root is the child of exactly one node before it.
void check_tree(const BoostedTrees& trees, Index begin, Index end) {
  const Index n = end - begin;
  std::vector<char> has_parent(static_cast<std::size_t>(n), 0);
  const auto adopt = [&](Index node, Index child) {
    if (child <= node - begin || child >= n) refuse(node, "has a child outside its tree");
    char& taken = has_parent[static_cast<std::size_t>(child)];
    if (taken != 0) refuse(node, "shares a child with another");
    taken = 1;
  };
  for (Index i = begin; i < end; ++i) {
    const TreeNode& node = trees.nodes[static_cast<std::size_t>(i)];
    if (std::isnan(node.value)) refuse(i, "has no value");
    if (i > begin && has_parent[static_cast<std::size_t>(i - begin)] == 0)
      refuse(i, "has no parent");
    if (node.is_leaf()) continue;
    if (node.feature >= trees.n_features) refuse(i, "splits on a feature that does not exist");
    if (node.left_set < TreeNode::threshold_without_zero ||
        node.left_set >= static_cast<Index>(trees.category_sets.size()))
      refuse(i, "refers to a set of categories that does not exist");
    adopt(i, i + 1 - begin);
    adopt(i, node.right);
  }
}

}  // namespace

CategorySets::CategorySets(std::vector<std::uint32_t> words, std::vector<Index> begin)
    : words_(std::move(words)), begin_(std::move(begin)) {
  if (begin_.empty() || begin_.front() != 0 || !std::is_sorted(begin_.begin(), begin_.end()) ||
      begin_.back() != static_cast<Index>(words_.size()))
    throw FormatError("boosted trees: set_begin does not cover the sets of categories");
}

Vector BoostedTrees::gain_by_feature() const {
  Vector result = Vector::Zero(n_features);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (!nodes[i].is_leaf()) result[nodes[i].feature] += infos[i].gain;
  return result;
}

Vector BoostedTrees::splits_by_feature() const {
  Vector result = Vector::Zero(n_features);
  for (const TreeNode& node : nodes)
    if (!node.is_leaf()) result[node.feature] += 1.0;
  return result;
}

void BoostedTrees::truncate(Index iterations) {
  const Index kept = std::min(iterations, n_iterations()) * outputs();
  tree_begin.resize(static_cast<std::size_t>(kept) + 1);
  nodes.resize(static_cast<std::size_t>(tree_begin.back()));
  infos.resize(nodes.size());
  std::int32_t n_sets = 0;
  for (const TreeNode& node : nodes) n_sets = std::max(n_sets, node.left_set + 1);
  category_sets.truncate(static_cast<std::size_t>(n_sets));
}

void BoostedTrees::check() const {
  if (n_features < 1 || n_features > std::numeric_limits<std::int32_t>::max())
    throw FormatError("boosted trees: n_features is out of range");
  if (baseline.size() < 1 || !baseline.allFinite())
    throw FormatError("boosted trees: the baseline is empty or not finite");
  if (infos.size() != nodes.size())
    throw FormatError("boosted trees: nodes and infos differ in length");
  if (tree_begin.empty() || tree_begin.front() != 0 ||
      tree_begin.back() != static_cast<Index>(nodes.size()))
    throw FormatError("boosted trees: tree_begin does not cover the nodes");
  if (n_trees() % outputs() != 0)
    throw FormatError(fmt::format("boosted trees: {} trees for {} outputs", n_trees(), outputs()));
  for (std::size_t t = 1; t < tree_begin.size(); ++t) {
    if (tree_begin[t] <= tree_begin[t - 1] || tree_begin[t] > tree_begin.back())
      throw FormatError("boosted trees: tree_begin does not ascend");
    check_tree(*this, tree_begin[t - 1], tree_begin[t]);
  }
}

Value Codec<BoostedTrees>::encode(const BoostedTrees& trees) {
  TreeArrays a;
  a.n_features = trees.n_features;
  a.baseline = trees.baseline;
  a.tree_begin = trees.tree_begin;
  for (const TreeNode& node : trees.nodes) {
    a.feature.push_back(node.feature);
    a.value.push_back(node.value);
    a.right.push_back(node.right);
    a.missing_left.push_back(node.missing_left ? 1 : 0);
    a.unseen_left.push_back(node.unseen_left ? 1 : 0);
    a.left_set.push_back(node.left_set);
  }
  for (const TreeNodeInfo& info : trees.infos) {
    a.gain.push_back(info.gain);
    a.count.push_back(info.count);
  }
  a.category_sets = trees.category_sets.words();
  a.set_begin = trees.category_sets.begin();
  return Codec<TreeArrays>::encode(a);
}

BoostedTrees Codec<BoostedTrees>::decode(const Value& value) {
  TreeArrays a = Codec<TreeArrays>::decode(value);
  a.check_sizes();
  BoostedTrees trees;
  trees.n_features = a.n_features;
  trees.baseline = std::move(a.baseline);
  trees.tree_begin = std::move(a.tree_begin);
  trees.nodes.reserve(a.feature.size());
  trees.infos.reserve(a.feature.size());
  for (std::size_t i = 0; i < a.feature.size(); ++i) {
    trees.nodes.push_back({a.value[i], a.feature[i], a.right[i], a.left_set[i],
                           a.missing_left[i] != 0, a.unseen_left[i] != 0});
    trees.infos.push_back({a.gain[i], a.count[i]});
  }
  trees.category_sets = CategorySets(std::move(a.category_sets), std::move(a.set_begin));
  trees.check();
  return trees;
}

std::string Codec<BoostedTrees>::describe() { return "boosted trees"; }

}  // namespace espalier
