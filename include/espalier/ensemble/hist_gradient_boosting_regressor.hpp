// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include <espalier/core/implements.hpp>
#include <espalier/ensemble/hist_gradient_boosting_params.hpp>
#include <espalier/ensemble/hist_gradient_boosting_state.hpp>

namespace espalier {

/// Gradient boosted regression trees on binned features.
///
/// Minimises Σ wᵢ ½(yᵢ − F(xᵢ))² over sums of trees F, one tree an iteration: each is fitted to the
/// first and second derivatives of the loss at the predictions so far (Newton boosting), best split
/// first, and its leaf values −G/(H + λ) are multiplied by `learning_rate`. Split points are looked
/// for between at most `max_bins` bins a feature. Trees and predictions are those of
/// scikit-learn 1.9, which differs only where gains tie or random draws decide.
///
/// - **Missing values** (NaN) need no imputation: each split sends them where they gain most, or,
/// where
///   training had none, to the side with more rows.
/// - **Categories.** The categorical columns of a DataFrame are used as they are, up to `max_bins`
/// categories
///   each; a split sends a set of categories left. Predicting matches categories by their text,
///   whatever the dictionary of the new table, and treats those not seen at fit as missing.
/// - **Weights** multiply both derivatives; `min_samples_leaf` counts rows.
/// - **Early stopping** watches the loss on a validation set given in the FitContext (which
/// switches it on),
///   or on `validation_fraction` of the rows, set aside at random, and ends training when
///   `n_iter_no_change` iterations in a row have not improved it by `tol`. The model keeps the
///   trees of those iterations, as in scikit-learn.
///
/// Infinite values are refused. A feature of more than 200 000 rows is binned by a random sample of
/// them.
///
/// Training costs O(n·p) an iteration and level of the tree, in n·p bytes and about 40 bytes a row beside
/// X; predicting O(depth) a tree and row. Both run in parallel, and the same `random_state` gives
/// the same bits on any number of threads.
///
///     HistGradientBoostingRegressor model({.learning_rate = 0.05, .max_iter = 300});
///     Vector price = model.fit(table, y).predict(new_table);
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty or infinite, they disagree in length, or a column has
/// too many categories
/// @throws Cancelled         the stop token was triggered, looked at after each iteration
/// @see Friedman, Annals of Statistics 29 (2001) 1189–1232; Ke et al., "LightGBM", NeurIPS 30
/// (2017)
class HistGradientBoostingRegressor
    : public Implements<HistGradientBoostingRegressor, Regressor,
                        HistGradientBoostingRegressorParams, HistGradientBoostingState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "HistGradientBoostingRegressor";
  static constexpr Tags tags{.allow_nan = true,
                             .categorical = true,
                             .sample_weight = true,
                             .validation_set = true,
                             .weights_are_copies = false};  // leaves count rows

  /// Iterations done: trees of the model.
  Index n_iter() const { return state().n_iter; }
  /// Whether training would have stopped for lack of progress.
  bool do_early_stopping() const { return state().early_stopping; }
  /// Minus the mean loss on the training rows before the first iteration and after each; empty
  /// without early stopping.
  const Vector& train_score() const { return state().train_score; }
  /// The same on the validation rows; empty without them.
  const Vector& validation_score() const { return state().validation_score; }
  /// p shares that sum to 1: how much the splits on each feature lowered the loss on the training
  /// rows (0 where no tree splits). Not in scikit-learn for these trees; cheap, but biased towards
  /// features of many values, as all importances that the training rows alone decide.
  Vector feature_importances() const { return state().importances(); }
  /// How many splits use each of the p features.
  Vector split_counts() const { return state().trees.splits_by_feature(); }
  /// The trees themselves.
  const BoostedTrees& trees() const { return state().trees; }

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Vector& y, const FitContext& context) const;
  Vector do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<HistGradientBoostingRegressor, Regressor,
                                 HistGradientBoostingRegressorParams, HistGradientBoostingState>;

}  // namespace espalier
