// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/ensemble/hist_gradient_boosting_params.hpp>
#include <espalier/ensemble/hist_gradient_boosting_state.hpp>
#include <espalier/ensemble/shap_values.hpp>

namespace espalier {

/// What HistGradientBoostingRegressor learns.
struct HistGradientBoostingRegressorState : HistGradientBoostingState {
  RegressionLoss loss;  ///< of the fit: its inverse link turns raw predictions into predictions

  static constexpr auto fields() {
    return join_fields(Fields{field("loss", &HistGradientBoostingRegressorState::loss)},
                       HistGradientBoostingState::fields());
  }
};

/// Gradient boosted regression trees on binned features.
///
/// Minimises Σ wᵢ L(yᵢ, F(xᵢ)) over sums of trees F, one tree an iteration: each is fitted to the
/// first and second derivatives of the loss at the predictions so far (Newton boosting), best split
/// first, and its leaf values −G/(H + λ) are multiplied by `learning_rate`. Split points are looked
/// for between at most `max_bins` bins a feature. Trees and predictions are those of
/// scikit-learn 1.9 for the losses it has, but where early stopping goes back, gains tie, random
/// draws decide, or rounding makes it split rows that agree. `huber`, `tweedie` and `cross_entropy`
/// are ours.
///
/// `loss` | L(y, F) | predicts | y
/// ---|---|---|---
/// squared_error | ½(y − F)² | the mean, F | any
/// absolute_error | \|y − F\| | the median, F | any
/// quantile | q·(y − F) above F, (1 − q)·(F − y) below; q = `quantile` | the q-quantile, F | any
/// huber | ½(y − F)² up to a distance δ = `huber_delta`, then linear | a mean that outliers do not move, F | any
/// poisson | eᶠ − y·F | the mean, eᶠ | ≥ 0, not all 0
/// gamma | F + y·e⁻ᶠ | the mean, eᶠ | > 0
/// cross_entropy | log(1 + eᶠ) − y·F | the mean, 1/(1 + e⁻ᶠ) | a share or probability, in [0, 1]
/// tweedie | e^((2−p)F)/(2−p) − y·e^((1−p)F)/(1−p); p = `tweedie_power` | the mean, eᶠ | ≥ 0, not all 0
///
/// - **absolute_error, quantile and huber** have no second derivative to speak of: trees are grown
///   with 1 for it, then each leaf takes the (weighted) median or quantile of the residuals of its
///   rows, times `learning_rate`; λ plays no part in it. With huber it is the median plus the mean
///   of the deviations from it, none counted further than δ (Friedman's M-regression boosting, as
///   in scikit-learn's GradientBoostingRegressor).
/// - **huber_delta** is a distance in units of y and stays what it is, as `alpha` of LightGBM; the
///   `alpha` of scikit-learn's GradientBoostingRegressor is a share of the residuals from which it
///   takes another δ at each iteration, and XGBoost's `huber_slope` belongs to a smooth relative of
///   the loss.
/// - **A loss of one's own** is any object that UserRegressionLoss describes: `{.loss = LogCosh{}}`,
///   see examples/custom_loss.cpp.
/// - **score** is R², whatever the loss.
/// - **Missing values** (NaN) need no imputation: each split sends them where they gain most, or,
///   where training had none, to the side with more rows.
/// - **Categories.** The categorical columns of a DataFrame are used as they are; a split sends a
///   set of categories left. Predicting matches categories by their text, whatever the dictionary
///   of the new table, and treats those not seen at fit as missing. There may be any number of them
///   (scikit-learn refuses more than `max_bins`): those with the most rows are told apart, and the
///   others, from the `max_bins`-th on, stay together on one side of each split. Columns of many
///   categories tempt trees to learn the rows by heart; `cat_l2` and `max_cat_threshold` hold them
///   back. LightGBM sets them to 10 and 32; none is the default, as in scikit-learn.
/// - **Sparse X.** A sparse matrix gives the trees and predictions of the same matrix with its zeros,
///   bit for bit: a value that it does not hold is 0, and a missing one is a NaN that it holds. It is
///   never made dense: training takes about 9 bytes for each value of a feature that is mostly in
///   one bin, and predicting fills some rows at a time, of the features that trees split on. Chosen
///   `categorical_features` are columns of n numbers. scikit-learn refuses sparse data here.
/// - **Bundles.** Features that are in the same bin in four rows of five at least, and never two of
///   them elsewhere in the same row, share a byte: the indicators of a category, dense or sparse. Time and memory of
///   training then count bundles, not features, and the trees do not change. It helps with one-hot
///   encoded columns, bags of words and rare events, and not with features that are dense or meet
///   often. @see Ke et al., NeurIPS 30 (2017), section 4
/// - **Monotonic constraints.** With `monotonic_cst` 1 (−1) for a numerical feature, predictions do
///   not fall (rise) as it grows and the other features stay. Values are clipped to bounds as the
///   tree grows, and gains are those of clipped values. Leaves that are filled with medians or
///   quantiles (absolute_error, quantile, huber) do not know these bounds, as in scikit-learn: with
///   these losses the constraint guides the splits and guarantees nothing. Nor does it say where
///   missing values stand.
/// - **Interaction constraints.** `interaction_cst` says which features may meet on a path from the
///   root to a leaf: "no_interactions" gives an additive model, "pairwise" at most two features a
///   tree path. Positions are those of the columns of X (scikit-learn 1.9 counts them after it has
///   moved categorical columns to the front).
/// - **Row subsampling** (ours here; the name is GradientBoostingRegressor's). With `subsample` below 1
///   each iteration draws so large a share of the rows without replacement and grows its trees on
///   them alone: `min_samples_leaf` and leaf values, re-fitted ones too, know no other rows.
///   Derivatives and losses are those of all rows, and gains and counts of the trees those of the
///   rows drawn. @see Friedman, "Stochastic gradient boosting", CSDA 38 (2002) 367–378
/// - **Depth-wise growth** (ours): `growth`, see TreeGrowth.
/// - **Weights** multiply both derivatives; `min_samples_leaf` counts rows. Medians and quantiles
///   interpolate without weights and do not with them, as in scikit-learn; but here weights of 1 are
///   no weights.
/// - **Early stopping** ends training when none of `n_iter_no_change` iterations in a row has
///   improved the score by more than `tol`, as in scikit-learn, and then **goes back to the best
///   iteration**, the first of equals, as scikit-learn does not; it goes back as well when max_iter
///   ends training before. `n_iter` is then the number of iterations kept. If no tree is better
///   than the baseline there are none, and the model predicts the baseline. The rows that are
///   scored are
///     - a validation set given in the FitContext (which switches "auto" on, and is refused where
///       `early_stopping` is false);
///     - or those of `validation_folds` folds (ours; switches "auto" on, too): one model a fold
///       learns from the others, they advance side by side, and the mean of their scores decides;
///       then the model is trained on all rows for so many iterations as were best. k folds take
///       about k trainings together at once and one more after them, and the memory of k;
///     - or `validation_fraction` of the rows, drawn at random and not learned from;
///     - or, where that is none, the training rows.
/// - **Scoring.** `scoring` names the scores that are watched: "loss", the default, is minus the
///   mean loss; all others are Scorers. The first decides and the others are recorded. Scorers see
///   at most 10 000 training rows, drawn once, as in scikit-learn; of validation rows they see all. A
///   scorer that asks the fitted estimator is refused.
/// - **Warm start.** With `warm_start` a fit goes on from the trees that are there, up to
///   `max_iter` in all. On the same data that gives the bits of a single fit, row subsampling
///   included, since the seed of the first fit stays, whatever `random_state` is by then; without
///   one, it is the one that the first fit drew. New data are binned anew; categories that the
///   first fit did not see are missing values. The scores of early stopping are those of the last
///   fit only, the first one that of the trees it began with (scikit-learn appends them); what was
///   rolled back is grown again. Rows that were learned from in a fit without early stopping are
///   scored as any others: then give a validation set. Folds and warm starts exclude each other.
///   A Pipeline or a search fits copies, which begin anew.
///
/// Infinite values are refused. A feature of more than 200 000 rows is binned by a random sample.
///
/// Training costs O(n·p) an iteration and level of the tree, in 2·n·p bytes and about 40 bytes a row
/// beside X, where p counts bundles once; each node that waits to be split holds 16 bytes a bin of
/// all features. Predicting costs O(depth) a tree and row. Both run in parallel, and the same
/// `random_state` gives the same bits on any number of threads.
///
///     HistGradientBoostingRegressor model({.learning_rate = 0.05, .max_iter = 300});
///     Vector price = model.fit(table, y).predict(new_table);
///     HistGradientBoostingRegressor claims({.loss = RegressionLoss::poisson});
///
/// @throws InvalidParameter  a parameter is outside its range, loss quantile without `quantile`, a
///                           scorer for classifiers, or a max_iter below what a warm start begins at
/// @throws InvalidInput      X or y is empty or infinite, they disagree in length, a constraint
///                           does not fit the columns, y is outside the domain of the loss, the
///                           derivatives of the loss overflow, there are fewer rows than folds, a
///                           scorer cannot score the rows, or the data are not like those that a
///                           warm start goes on from
/// @throws Cancelled         the stop token was triggered, looked at after each iteration
/// @see Friedman, Annals of Statistics 29 (2001) 1189–1232; Ke et al., "LightGBM", NeurIPS 30
///      (2017); for the losses see their own headers
class HistGradientBoostingRegressor
    : public Implements<HistGradientBoostingRegressor, Regressor,
                        HistGradientBoostingRegressorParams, HistGradientBoostingRegressorState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "HistGradientBoostingRegressor";

  /// Iterations kept: trees of the model. With early stopping it is the best iteration, less than
  /// the number of scores by one and those that were rolled back; 0 if no tree was better than the
  /// baseline.
  Index n_iter() const { return state().n_iter; }
  /// Whether training would have stopped for lack of progress.
  bool do_early_stopping() const { return state().early_stopping; }
  /// The scores on the training rows that decide, the greater the better; by default minus the mean
  /// loss. One before the first iteration of the last fit and one after each, those that were
  /// rolled back too; empty without early stopping.
  Vector train_score() const { return State::deciding(state().train_scores); }
  /// The same on the validation rows, or the means over the folds; empty without them.
  Vector validation_score() const { return State::deciding(state().validation_scores); }
  /// All scores that `scoring` names, a column each. Scorers see 10 000 training rows at most,
  /// drawn once; the loss is that of all.
  const Matrix& train_scores() const { return state().train_scores; }
  const Matrix& validation_scores() const { return state().validation_scores; }
  /// The names of those columns.
  const std::vector<std::string>& score_names() const { return state().score_names; }
  /// p shares that sum to 1: how much the splits on each feature lowered the loss on the training
  /// rows (0 where no tree splits). Not in scikit-learn for these trees; cheap, but biased towards
  /// features of many values, as all importances that the training rows alone decide.
  Vector feature_importances() const { return state().importances(); }
  /// How many splits use each of the p features.
  Vector split_counts() const { return state().trees.splits_by_feature(); }
  /// The trees themselves.
  const BoostedTrees& trees() const { return state().trees; }

  /// The leaf that each row reaches in each tree, n × trees: the leaf's number within its tree,
  /// which is its place in the text, picture and JSON of the tree (inspection/tree_export.hpp). Tree
  /// t belongs to output t mod outputs. O(n × trees × depth).
  /// @throws NotFitted, InvalidInput  as predict
  Eigen::MatrixXi apply(const Features& X) const;

  /// Calls `visit(iteration, prediction)` with the n predictions of the first iteration + 1
  /// iterations, for each iteration from 0; the last are those of `predict`, bit for bit. The vector
  /// is valid during the call. O(n) memory; the time of one `predict` for all of them.
  /// @throws NotFitted, InvalidInput  as predict, and what `visit` throws
  void staged_predict(
      const Features& X,
      const std::function<void(Index iteration, const Vector& prediction)>& visit) const;
  /// The same kept, one vector an iteration: n × iterations numbers.
  std::vector<Vector> staged_predict(const Features& X) const;

  /// Exact SHAP values: the Shapley value of each feature in the game in which a feature that is not
  /// in play is averaged over, by the shares of the training rows (counted, not weighted) on each side
  /// of a split. They add up to the raw prediction. n × p numbers an output; O(n × trees × leaves ×
  /// depth). The same bits for any number of threads, and for a row alone or among others.
  ///
  /// They say what the model does, not what causes what; of two features that know the same, either
  /// may get the credit.
  /// @throws NotFitted, InvalidInput  as predict
  /// @see Lundberg et al., Nature Machine Intelligence 2 (2020) 56–67; `tree_path_dependent` in shap
  ShapValues shap_values(const Features& X) const;

 private:
  friend Implements;
  Tags do_tags() const;
  void do_validate() const;
  State do_fit(const Features& X, const Vector& y, const FitContext& context,
               const State* previous) const;
  Vector do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<HistGradientBoostingRegressor, Regressor,
                                 HistGradientBoostingRegressorParams,
                                 HistGradientBoostingRegressorState>;

}  // namespace espalier
