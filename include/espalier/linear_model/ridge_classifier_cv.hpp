// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/loss/class_weight.hpp>
#include <espalier/metrics/scorer.hpp>

namespace espalier {

struct RidgeClassifierCVParams {
  std::vector<double> alphas = {0.1, 1.0, 10.0};
  bool fit_intercept = true;
  Scorer scoring = {};
  std::optional<int> cv = {};
  ClassWeight class_weight = {};
  bool store_cv_results = false;

  static constexpr auto fields() {
    using P = RidgeClassifierCVParams;
    return Fields{
        field("alphas", &P::alphas, at_least(0.0), "L2 penalties to try; > 0 for leave-one-out"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field(
            "scoring", &P::scoring,
            "what is largest for the best alpha; none: the mean squared error of ±1, negated, and "
            "with folds the accuracy"),
        field("cv", &P::cv, at_least(2), "stratified folds; none: leave-one-out"),
        field("class_weight", &P::class_weight, "how much the classes count"),
        field("store_cv_results", &P::store_cv_results, "keep what leave-one-out finds")};
  }
};

/// What RidgeClassifierCV learns. Shapes: p features, K classes, A alphas; k = 1 if K = 2, else K.
struct RidgeClassifierCVState {
  Labels classes;    // K, ascending
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  double alpha = 1.0;
  double best_score = 0.0;
  Matrix cv_results;  // n × (k·A); empty unless stored

  static constexpr auto fields() {
    using S = RidgeClassifierCVState;
    return Fields{field("classes", &S::classes),       field("coef", &S::coef),
                  field("intercept", &S::intercept),   field("alpha", &S::alpha),
                  field("best_score", &S::best_score), field("cv_results", &S::cv_results)};
  }
  void check(const Schema& schema) const;
};

/// RidgeClassifier with the penalty of `alphas` that classifies unseen rows best: RidgeCV on its
/// targets of ±1, with class weights times sample weights. See RidgeCV for how penalties are
/// compared, what that costs and what is not there; with `cv` the folds are stratified.
///
/// With `scoring`, the predictions for left-out rows are scored as decision values. (scikit-learn
/// 1.9 compares them, for two classes, with labels that are all the same.) Scorers that need
/// probabilities are refused: there are none. Class weights are found once, from all rows.
///
/// @throws InvalidParameter, InvalidInput  as RidgeCV and RidgeClassifier; NotSupported  the scorer
///         needs probabilities
class RidgeClassifierCV : public Implements<RidgeClassifierCV, Classifier, RidgeClassifierCVParams,
                                            RidgeClassifierCVState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "RidgeClassifierCV";
  static constexpr Tags tags{.sparse = true, .sample_weight = true, .weights_are_copies = false};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  double alpha() const { return state().alpha; }                 ///< the best
  double best_score() const { return state().best_score; }       ///< its score
  /// As RidgeCV::cv_results; empty unless stored.
  const Matrix& cv_results() const { return state().cv_results; }

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Target& y, const FitContext& context) const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<RidgeClassifierCV, Classifier, RidgeClassifierCVParams,
                                 RidgeClassifierCVState>;

}  // namespace espalier
