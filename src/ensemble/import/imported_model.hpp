// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the readers of other libraries' models share: trees whose nodes come in any order, codes of
/// categories, and the way to an estimator.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>
#include <espalier/ensemble/hist_gradient_boosting_state.hpp>

namespace espalier::imports {

/// Numbers in a file that would ask for memory out of proportion are refused beyond these.
inline constexpr Index most_features = Index{1} << 24;
inline constexpr Index most_classes = Index{1} << 16;
inline constexpr std::size_t most_set_words = std::size_t{1} << 24;  // of all sets together

/// A node that knows both its children by their positions in the file's tree.
struct SourceNode {
  TreeNode node;
  TreeNodeInfo info;
  std::int32_t left = -1;
  std::int32_t right = -1;
};

/// Which category each code of a feature stands for; one of the lists, or both, is empty.
struct CategoryNames {
  std::vector<std::string> texts;
  std::vector<double> values;

  bool empty() const { return texts.empty() && values.empty(); }
};

/// From the raw prediction r of the trees to that of a regressor: r, exp(r) or 1 / (1 + exp(−r)).
enum class Link { identity, log, logistic };

/// Gathers the parts of a model. Trees come iteration by iteration, each iteration with one tree
/// for each of the `n_groups` sums (classes). Two sums of a softmax become one, their difference,
/// as a HistGradientBoostingClassifier wants it.
class ModelBuilder {
 public:
  /// `owner` begins all messages: "XGBoost model".
  ModelBuilder(std::string_view owner, Index n_features, Index n_groups);

  void set_baseline(const Vector& baseline);                ///< one number, or one a group
  void set_names(std::vector<std::string> names);           ///< empty, or one a feature
  void set_categories(Index feature, CategoryNames names);  ///< before the trees that use them
  Link link = Link::identity;
  bool is_classifier = false;

  /// Adds a set of codes of a feature, given as bits, and returns its number. `beyond`: whether
  /// the codes after the last bit are in it.
  std::int32_t add_set(Index feature, std::span<const std::uint32_t> bits, bool beyond);
  /// Adds a tree, its root being the first node; leaves are multiplied by `factor`.
  void add_tree(const std::vector<SourceNode>& tree, double factor);
  Index n_trees() const { return trees_.n_trees(); }

  std::unique_ptr<Estimator> finish() &&;

  [[noreturn]] void refuse(std::string_view what) const;  ///< @throws FormatError

 private:
  Index n_groups_;
  std::string owner_;
  BoostedTrees trees_;
  std::vector<std::string> names_;
  std::vector<FeatureCategories> categories_;
  std::vector<std::vector<std::int32_t>> rank_of_code_;  // by feature; empty: the code itself
};

/// A list of categories as files hold them in JSON; empty when they are neither all texts nor all
/// numbers.
CategoryNames category_names(const Value& list);

}  // namespace espalier::imports
