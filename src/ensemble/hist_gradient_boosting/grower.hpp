// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <espalier/core/random.hpp>
#include <espalier/ensemble/boosted_trees.hpp>

#include "ensemble/hist_gradient_boosting/binned_matrix.hpp"
#include "ensemble/hist_gradient_boosting/histogram.hpp"
#include "ensemble/hist_gradient_boosting/interactions.hpp"
#include "ensemble/hist_gradient_boosting/splitting.hpp"

namespace espalier::hgb {

struct GrowerOptions {
  SplitRules split = {};
  std::optional<int> max_leaf_nodes = 31;  ///< ≥ 2
  std::optional<int> max_depth = {};       ///< ≥ 1: edges from the root to the deepest leaf
  double shrinkage = 0.1;                  ///< leaf values are multiplied by it
  Interactions interactions = {};          ///< which features may meet on a path
  bool depth_wise = false;                 ///< nodes closest to the root first
};

/// A node while its tree grows. It owns a range of the grower's rows and, unless it is so small that
/// these are read instead (RowBins), a histogram as long as it may still be split.
struct TrainingNode {
  NodeSums sums;
  Index begin = 0;
  Index end = 0;
  int depth = 0;
  Split split;
  Histogram histogram;
  double lowest = -std::numeric_limits<double>::infinity();  ///< bounds of the children's values
  double highest = std::numeric_limits<double>::infinity();
  std::shared_ptr<const AllowedFeatures> allowed = {};  ///< null: all features may split it
  int left = -1;                                        ///< −1: a leaf
  int right = -1;

  bool is_leaf() const { return left < 0; }
  Index size() const { return end - begin; }
};

/// Grows one tree after another on the same binned data, best split first: of all nodes that can be
/// split, the one with the largest gain is next, until there are `max_leaf_nodes` leaves or nothing
/// is left to gain. With `depth_wise`, that holds within each level of the tree, one after the
/// other. Of two children, the smaller is scanned and the larger is what remains of the parent.
///
/// Under monotonic constraints the children of a split on a constrained feature keep to their side of
/// the middle between their values, and so do all nodes below them; other splits pass the bounds of
/// their node on. Values are multiplied by `shrinkage` when the tree is complete, and leaves that are
/// refitted know no bounds.
///
/// The result has the same bits for any number of threads. All memory is reused by the next tree.
///
/// @see Friedman, Annals of Statistics 29 (2001) 1189–1232; Ke et al., NeurIPS 30 (2017)
class TreeGrower {
 public:
  /// Keeps references to the data and the bins.
  TreeGrower(const BinnedMatrix& data, std::span<const FeatureBins> bins,
             const GrowerOptions& options);

  TreeGrower(const TreeGrower&) = delete;
  TreeGrower& operator=(const TreeGrower&) = delete;

  /// The next trees are grown on these rows alone, ascending, not empty. Other rows get the values of
  /// the leaves they reach.
  void draw(std::vector<Row> rows);

  /// Fits a tree to the derivatives: its leaves hold shrinkage · (−G/(H + λ)). O(rows × features ×
  /// depth).
  void grow(const Gradients& gradients, Random& random);

  // The tree grown last.

  std::span<const TrainingNode> nodes() const { return nodes_; }  ///< the root first
  /// Gives each leaf the value that a function finds for its (drawn) rows, times `shrinkage`. The function
  /// is called from several threads.
  void refit_leaves(const std::function<double(std::span<const Row>)>& value_of);
  /// Adds each row's leaf value to `raw`, one number a row.
  void add_to(double* raw) const;
  /// Puts the tree behind those in `trees`.
  void append_to(BoostedTrees& trees) const;

 private:
  void add_outside(double* raw) const;
  void append_set(const Split& split, CategorySets& sets) const;
  void add_root(const Gradients& gradients);
  int add_child(int parent, const NodeSums& sums, Index begin, Index end);
  void split_node(int index);
  void split_children(int index);
  void constrain_children(int index);
  void find_splits(std::span<const int> indices);
  std::span<const Row> rows_of(const TrainingNode& node) const {
    return {rows_.data() + node.begin, static_cast<std::size_t>(node.size())};
  }
  void drop_histogram(int index);
  Index partition(const TrainingNode& node);
  Index partition(const TrainingNode& node, const Bin* codes);
  bool may_be_split(const TrainingNode& node) const;
  double leaf_value(const TrainingNode& leaf) const { return options_.shrinkage * leaf.sums.value; }

  const BinnedMatrix& data_;
  std::span<const FeatureBins> bins_;
  GrowerOptions options_;
  HistogramPool pool_;
  HistogramBuilder builder_;
  Splitter splitter_;
  Random* random_ = nullptr;  // during grow

  std::vector<TrainingNode> nodes_;
  std::vector<int> heap_;  // nodes that can be split, the largest gain first
  int n_leaves_ = 0;
  std::vector<Row> rows_;  // each node's rows are contiguous, in ascending order
  std::vector<Row> buffer_;
  std::vector<Bin> listed_;   // a list as a column, during partition; zeros otherwise
  std::vector<Row> drawn_;    // ascending; empty: all rows
  std::vector<Row> outside_;  // the others
};

}  // namespace espalier::hgb
