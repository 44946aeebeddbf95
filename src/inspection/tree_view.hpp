// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// A boosted model and one of its trees as the exporters see them: with names.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <espalier/inspection/tree_export.hpp>

namespace espalier::detail {

/// What the two estimators have in common, and what tells them apart as text.
struct TreeModel {
  const Estimator& estimator;
  const HistGradientBoostingState& state;
  std::vector<std::string> features;
  std::vector<std::string> classes;  ///< of a classifier
  std::vector<std::string> outputs;  ///< the class that an output speaks for; of a regressor empty

  const BoostedTrees& trees() const { return state.trees; }
  /// The names of the categories of a feature by their codes; empty for a numeric one.
  std::vector<std::string> categories(Index feature) const;
};

TreeModel tree_model(const HistGradientBoostingClassifier& model);
TreeModel tree_model(const HistGradientBoostingRegressor& model);

/// The codes in the set of a categorical split, ascending.
std::vector<int> codes_of(const TreeModel& model, const TreeNode& split);

/// One tree. Nodes are addressed by their numbers within it.
class TreeView {
 public:
  /// @throws InvalidParameter  naming `owner`: no such tree, or an option is out of range
  TreeView(const TreeModel& model, Index tree, const TreeExportOptions& options,
           std::string_view owner);

  Index size() const { return static_cast<Index>(depth_.size()); }
  const TreeNode& node(Index i) const {
    return model_.trees().nodes[static_cast<std::size_t>(begin_ + i)];
  }
  std::int64_t rows(Index i) const {
    return std::llround(model_.trees().infos[static_cast<std::size_t>(begin_ + i)].count);
  }
  double gain(Index i) const {
    return model_.trees().infos[static_cast<std::size_t>(begin_ + i)].gain;
  }
  Index depth(Index i) const { return depth_[static_cast<std::size_t>(i)]; }
  /// The nodes that are shown, in preorder.
  const std::vector<Index>& shown() const { return shown_; }
  /// A split whose children are too deep to be shown.
  bool is_cut(Index i) const;
  Index nodes_below(Index i) const { return below_[static_cast<std::size_t>(i)]; }

  std::string title() const;               ///< "Tree 0 for 'Yes', 3 leaves"
  std::string number(double value) const;  ///< with the digits asked for
  /// When a row that has a value goes left: "tenure <= 16.5".
  std::string plain_condition(Index i) const;
  /// When a row goes left, "tenure <= 16.5 or missing", and when it goes right.
  std::string condition(Index i) const;
  std::string negation(Index i) const;

 private:
  std::string name(Index i) const;
  std::string set_text(Index i) const;

  const TreeModel& model_;
  TreeExportOptions options_;
  Index tree_;
  Index begin_;
  std::vector<Index> depth_;
  std::vector<Index> below_;
  std::vector<Index> shown_;
};

}  // namespace espalier::detail
