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

/// What HistGradientBoostingClassifier learns.
struct HistGradientBoostingClassifierState : HistGradientBoostingState {
  Labels classes;  ///< ascending

  static constexpr auto fields() {
    return join_fields(Fields{field("classes", &HistGradientBoostingClassifierState::classes)},
                       HistGradientBoostingState::fields());
  }

  /// @throws FormatError  the parts do not fit together
  void check(const Schema& schema) const;
};

/// Gradient boosted classification trees on binned features.
///
/// Minimises the (weighted) log loss over sums of trees: for two classes one tree an iteration,
/// whose sum is the log-odds of the second class; for K > 2 classes K trees an iteration, whose
/// sums are the unnormalised log-probabilities of the classes. Everything else, missing values,
/// categories, sparse X, weights, constraints, early stopping, cost, is as in
/// HistGradientBoostingRegressor, which says more. Monotonic constraints are for two classes, and
/// bind the probability of the second.
///
/// `class_weight` multiplies the sample weights by a weight for each class. "balanced" is n /
/// (K·nₖ) with numbers of rows, as in scikit-learn's HistGradientBoostingClassifier, even when
/// there are sample weights. It does not touch the weights of a validation set given in the
/// FitContext. LightGBM's and XGBoost's `scale_pos_weight = w` is `.class_weight = {{1, w}}`.
///
/// When rows are set aside for early stopping, or drawn to be scored, each class gives its share,
/// but keeps at least one row for training. Folds hold the classes in equal shares; a class of a
/// single row is never held out, and one of fewer rows than folds is a warning. Scorers weigh the
/// training rows, and those set aside from them, by class weights, too. A warm start needs the
/// classes of the first fit, all of them, matched by text where they have names.
///
///     HistGradientBoostingClassifier model({.max_leaf_nodes = 15, .random_state = 0});
///     Matrix p = model.fit(table, table_with_target["churn"]).predict_proba(new_table);
///
/// @throws InvalidParameter  a parameter is outside its range, a scorer for regressors, or a
///                           max_iter below what a warm start begins at
/// @throws InvalidInput      X or y is empty or infinite, they disagree in length, y has a single
///                           class, a constraint does not fit the columns, monotonic_cst meets
///                           more than two classes, every class has fewer rows than there are folds,
///                           a scorer cannot score the rows, or the data are not like those that a
///                           warm start goes on from
/// @throws Cancelled         the stop token was triggered, looked at after each iteration
/// @see Friedman, Annals of Statistics 29 (2001) 1189–1232;
///      Ke et al., "LightGBM", NeurIPS 30 (2017)
class HistGradientBoostingClassifier
    : public Implements<HistGradientBoostingClassifier, Classifier,
                        HistGradientBoostingClassifierParams, HistGradientBoostingClassifierState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "HistGradientBoostingClassifier";
  static constexpr Tags tags{.allow_nan = true,
                             .sparse = true,
                             .categorical = true,
                             .sample_weight = true,
                             .validation_set = true,
                             .weights_are_copies = false};  // leaves count rows

  /// Iterations kept; each has one tree for two classes, else one a class. With early stopping it
  /// is the best iteration, less than the number of scores by one and those that were rolled back;
  /// 0 if no tree was better than the baseline.
  Index n_iter() const { return state().n_iter; }
  /// Whether training would have stopped for lack of progress.
  bool do_early_stopping() const { return state().early_stopping; }
  /// The scores on the training rows that decide, the greater the better; by default minus the mean
  /// log loss. One before the first iteration of the last fit and one after each, those that were
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
  /// p shares that sum to 1: how much the splits on each feature lowered the loss; see
  /// HistGradientBoostingRegressor::feature_importances.
  Vector feature_importances() const { return state().importances(); }
  /// How many splits use each of the p features.
  Vector split_counts() const { return state().trees.splits_by_feature(); }
  /// The trees themselves.
  const BoostedTrees& trees() const { return state().trees; }

  /// The leaf that each row reaches in each tree, n × trees; see HistGradientBoostingRegressor. With K
  /// > 2 classes, tree t belongs to class t mod K.
  Eigen::MatrixXi apply(const Features& X) const;

  // What the first iterations predict. `visit(iteration, prediction)` is called for each iteration
  // from 0, with what the trees up to it say; the last are those of `predict`, `predict_proba` and
  // `decision_function`, bit for bit. The argument is valid during the call: memory of one prediction.
  // Without `visit`, all are kept: as much for each iteration.

  /// n labels an iteration. @throws NotFitted, InvalidInput  as predict, and what `visit` throws
  void staged_predict(
      const Features& X,
      const std::function<void(Index iteration, const Labels& prediction)>& visit) const;
  std::vector<Labels> staged_predict(const Features& X) const;
  /// n × K an iteration.
  void staged_predict_proba(
      const Features& X,
      const std::function<void(Index iteration, const Matrix& probabilities)>& visit) const;
  std::vector<Matrix> staged_predict_proba(const Features& X) const;
  /// n × 1 an iteration for two classes, else n × K.
  void staged_decision_function(
      const Features& X,
      const std::function<void(Index iteration, const Matrix& decisions)>& visit) const;
  std::vector<Matrix> staged_decision_function(const Features& X) const;

  /// Exact SHAP values of the decision function, one n × p matrix for two classes, else one a class;
  /// see HistGradientBoostingRegressor::shap_values.
  ShapValues shap_values(const Features& X) const;

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Target& y, const FitContext& context,
               const State* previous) const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  Matrix do_predict_proba(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<HistGradientBoostingClassifier, Classifier,
                                 HistGradientBoostingClassifierParams,
                                 HistGradientBoostingClassifierState>;

}  // namespace espalier
