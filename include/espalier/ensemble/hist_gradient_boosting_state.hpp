// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/core/schema.hpp>
#include <espalier/ensemble/boosted_trees.hpp>

namespace espalier {

/// The categories of one feature that training has seen; a category is known to the trees as its
/// position. Of the two lists one is empty: a categorical column has texts, a numeric one has
/// numbers.
struct FeatureCategories {
  Index feature = 0;
  std::vector<std::string> texts;  ///< ascending
  std::vector<double> values;      ///< ascending

  int size() const { return static_cast<int>(texts.empty() ? values.size() : texts.size()); }

  static constexpr auto fields() {
    return Fields{field("feature", &FeatureCategories::feature),
                  field("texts", &FeatureCategories::texts),
                  field("values", &FeatureCategories::values)};
  }
};

/// What HistGradientBoostingRegressor learns beside its loss, and the classifier beside its classes.
struct HistGradientBoostingState {
  std::vector<FeatureCategories>
      categories;  ///< one an entry for each categorical feature, ascending
  BoostedTrees trees;
  bool early_stopping = false;  ///< whether training would have stopped for lack of progress
  Index n_iter = 0;             ///< iterations kept
  std::vector<std::string> score_names;  ///< m metrics, the deciding one first
  /// A row before the first iteration of the last fit and after each, and a column a metric; empty
  /// without early stopping.
  Matrix train_scores;
  Matrix validation_scores;      ///< the same on validation rows; empty without them
  std::int64_t random_seed = 0;  ///< of all draws: random_state, or what was drawn instead

  static constexpr auto fields() {
    using S = HistGradientBoostingState;
    return Fields{field("categories", &S::categories),
                  field("trees", &S::trees),
                  field("early_stopping", &S::early_stopping),
                  field("n_iter", &S::n_iter),
                  field("score_names", &S::score_names),
                  field("train_scores", &S::train_scores),
                  field("validation_scores", &S::validation_scores),
                  field("random_seed", &S::random_seed)};
  }

  /// The scores of the deciding metric; empty where there are none.
  static Vector deciding(const Matrix& scores) {
    return scores.size() > 0 ? Vector(scores.col(0)) : Vector();
  }

  /// Shares of the features in the summed gain of all splits; they sum to 1, or are 0 where no tree
  /// splits.
  Vector importances() const;

  /// @throws FormatError  the parts do not fit together, with `outputs` raw predictions a row
  void check(const Schema& schema, Index outputs) const;
  void check(const Schema& schema) const { check(schema, 1); }
};

}  // namespace espalier
