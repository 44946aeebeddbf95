// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The parameters of HistGradientBoostingClassifier and HistGradientBoostingRegressor, with the
/// names, ranges and defaults of scikit-learn 1.9 where it has them; `growth`, `subsample` and
/// `validation_folds` are ours; `cat_l2` and `max_cat_threshold` are LightGBM's. Instead of verbose there is the callback of the FitContext.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <espalier/core/params.hpp>
#include <espalier/ensemble/categorical_features.hpp>
#include <espalier/ensemble/early_stopping.hpp>
#include <espalier/ensemble/interaction_constraints.hpp>
#include <espalier/ensemble/monotonic_constraints.hpp>
#include <espalier/ensemble/regression_loss.hpp>
#include <espalier/ensemble/stopping_scoring.hpp>
#include <espalier/loss/class_weight.hpp>

namespace espalier {

/// `log_loss` is the binomial deviance for two classes and the multinomial one for more.
enum class BoostingClassificationLoss { log_loss };

constexpr auto names_of(BoostingClassificationLoss) {
  return std::array<std::string_view, 1>{"log_loss"};
}

/// Which node of a tree is split next (ours; LightGBM's and XGBoost's terms). `leaf_wise`: the one that
/// gains most, wherever it is, as scikit-learn and LightGBM do. `depth_wise`: level by level, and within
/// a level the one that gains most, close to XGBoost's default. The two differ only where
/// max_leaf_nodes ends a tree; depth-wise trees are then flat, of about log₂(max_leaf_nodes) levels.
enum class TreeGrowth { leaf_wise, depth_wise };

constexpr auto names_of(TreeGrowth) {
  return std::array<std::string_view, 2>{"leaf_wise", "depth_wise"};
}

namespace detail {

/// The rows of the table that both estimators have.
template <class P>
constexpr auto hist_gradient_boosting_fields() {
  return Fields{
      field("learning_rate", &P::learning_rate, above(0.0),
            "what the values of the leaves are multiplied by"),
      field("max_iter", &P::max_iter, at_least(1),
            "iterations at most; each grows a tree, or one a class"),
      field("max_leaf_nodes", &P::max_leaf_nodes, at_least(2),
            "leaves of a tree at most; none: no limit"),
      field("max_depth", &P::max_depth, at_least(1),
            "edges from the root to a leaf at most; none: no limit"),
      field("growth", &P::growth,
            "which node is split next, until there are max_leaf_nodes leaves"),
      field("min_samples_leaf", &P::min_samples_leaf, at_least(1),
            "rows in a leaf at least, whatever their weight"),
      field("l2_regularization", &P::l2_regularization, at_least(0.0),
            "L2 penalty on the values of the leaves"),
      field("cat_l2", &P::cat_l2, at_least(0.0),
            "what is added to l2_regularization where a split tells categories apart"),
      field("max_cat_threshold", &P::max_cat_threshold, at_least(1),
            "categories on the smaller side of a split at most; none: no limit"),
      field("max_features", &P::max_features, above_up_to(0.0, 1.0),
            "share of the features tried at each split, among those that interaction_cst allows"),
      field(
          "subsample", &P::subsample, above_up_to(0.0, 1.0),
          "share of the rows that each iteration draws, without replacement, to grow its trees on"),
      field("max_bins", &P::max_bins, between(2, 255),
            "bins of a feature at most, beside the one for missing values"),
      field("categorical_features", &P::categorical_features, "the columns that hold categories"),
      field("monotonic_cst", &P::monotonic_cst,
            "whether predictions may only rise (1) or fall (-1) with a feature"),
      field("interaction_cst", &P::interaction_cst, "which features may meet on a path of a tree"),
      field("warm_start", &P::warm_start, "whether fit goes on from the trees of the fit before"),
      field("early_stopping", &P::early_stopping,
            "whether to stop when the score no longer rises, and to go back to the best"),
      field("scoring", &P::scoring,
            "the scores that early stopping watches; the first one decides"),
      field("validation_fraction", &P::validation_fraction, above(0.0),
            "share (below 1) or number of rows set aside to be scored; none: score the training "
            "rows"),
      field("validation_folds", &P::validation_folds, at_least(2),
            "folds that are scored, each by a model of its own, instead of rows set aside"),
      field("n_iter_no_change", &P::n_iter_no_change, at_least(1),
            "iterations without progress that end training"),
      field("tol", &P::tol, at_least(0.0), "how much the score must rise to be progress"),
      field("random_state", &P::random_state, at_least(0),
            "seed of all random draws; none: another each time")};
}

}  // namespace detail

/// See HistGradientBoostingRegressor.
struct HistGradientBoostingRegressorParams {
  RegressionLoss loss = {};
  std::optional<double> quantile = {};
  double huber_delta = 1.0;
  double tweedie_power = 1.5;
  double learning_rate = 0.1;
  int max_iter = 100;
  std::optional<int> max_leaf_nodes = 31;
  std::optional<int> max_depth = {};
  TreeGrowth growth = TreeGrowth::leaf_wise;
  int min_samples_leaf = 20;
  double l2_regularization = 0.0;
  double cat_l2 = 0.0;
  std::optional<int> max_cat_threshold = {};
  double max_features = 1.0;
  double subsample = 1.0;
  int max_bins = 255;
  CategoricalFeatures categorical_features = {};
  MonotonicConstraints monotonic_cst = {};
  InteractionConstraints interaction_cst = {};
  bool warm_start = false;
  EarlyStopping early_stopping = {};
  StoppingScoring scoring = {};
  std::optional<double> validation_fraction = 0.1;
  std::optional<int> validation_folds = {};
  int n_iter_no_change = 10;
  double tol = 1e-7;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() {
    using P = HistGradientBoostingRegressorParams;
    return join_fields(
        Fields{field("loss", &P::loss, "what is minimised"),
               field("quantile", &P::quantile, inside(0.0, 1.0), "of loss quantile: which one"),
               field("huber_delta", &P::huber_delta, above(0.0),
                     "of loss huber: the distance from y beyond which the loss is linear"),
               field("tweedie_power", &P::tweedie_power, inside(1.0, 2.0),
                     "of loss tweedie: the variance is the mean to this power")},
        detail::hist_gradient_boosting_fields<P>());
  }
};

/// See HistGradientBoostingClassifier.
struct HistGradientBoostingClassifierParams {
  BoostingClassificationLoss loss = BoostingClassificationLoss::log_loss;
  double learning_rate = 0.1;
  int max_iter = 100;
  std::optional<int> max_leaf_nodes = 31;
  std::optional<int> max_depth = {};
  TreeGrowth growth = TreeGrowth::leaf_wise;
  int min_samples_leaf = 20;
  double l2_regularization = 0.0;
  double cat_l2 = 0.0;
  std::optional<int> max_cat_threshold = {};
  double max_features = 1.0;
  double subsample = 1.0;
  int max_bins = 255;
  CategoricalFeatures categorical_features = {};
  MonotonicConstraints monotonic_cst = {};
  InteractionConstraints interaction_cst = {};
  bool warm_start = false;
  EarlyStopping early_stopping = {};
  StoppingScoring scoring = {};
  std::optional<double> validation_fraction = 0.1;
  std::optional<int> validation_folds = {};
  int n_iter_no_change = 10;
  double tol = 1e-7;
  std::optional<std::int64_t> random_state = {};
  ClassWeight class_weight = {};

  static constexpr auto fields() {
    using P = HistGradientBoostingClassifierParams;
    return join_fields(
        Fields{field("loss", &P::loss, "what is minimised")},
        detail::hist_gradient_boosting_fields<P>(),
        Fields{field("class_weight", &P::class_weight, "how much the classes count")});
  }
};

}  // namespace espalier
