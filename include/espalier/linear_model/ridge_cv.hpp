// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/metrics/scorer.hpp>

namespace espalier {

struct RidgeCVParams {
  std::vector<double> alphas = {0.1, 1.0, 10.0};
  bool fit_intercept = true;
  Scorer scoring = {};
  std::optional<int> cv = {};
  bool store_cv_results = false;
  bool alpha_per_target = false;

  static constexpr auto fields() {
    using P = RidgeCVParams;
    return Fields{
        field("alphas", &P::alphas, at_least(0.0), "L2 penalties to try; > 0 for leave-one-out"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field("scoring", &P::scoring,
              "what is largest for the best alpha; none: the mean squared error, negated, and with "
              "folds R²"),
        field("cv", &P::cv, at_least(2), "folds of consecutive rows; none: leave-one-out"),
        field("store_cv_results", &P::store_cv_results, "keep what leave-one-out finds"),
        field("alpha_per_target", &P::alpha_per_target, "choose an alpha for each target")};
  }
};

/// What RidgeCV learns. Shapes: p features, k outputs, A alphas.
struct RidgeCVState {
  Matrix coef;        // k × p
  Vector intercept;   // k; zero without fit_intercept
  Vector alpha;       // 1, or k with alpha_per_target
  Vector best_score;  // the same
  Matrix cv_results;  // n × (k·A); empty unless stored

  static constexpr auto fields() {
    using S = RidgeCVState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
                  field("alpha", &S::alpha), field("best_score", &S::best_score),
                  field("cv_results", &S::cv_results)};
  }
  void check(const Schema& schema) const;
};

/// Ridge with the penalty that predicts unseen rows best: the one of `alphas` for which, by
/// default, the rows are predicted best by the models that have not seen them, each row by the model
/// of all others (leave-one-out). That takes one decomposition and no further fit, by a closed form.
/// Then the model of all rows with that penalty is kept; see Ridge for what is minimised.
///
/// Without `scoring` the score is −(1/n) Σ wᵢ (yᵢ − ŷ₋ᵢ)², averaged over the outputs; with one, it is
/// computed once, on the predictions of all left-out rows together. With `cv` the score (R² by
/// default) is averaged over folds instead. The first of equally good alphas wins. With
/// `alpha_per_target` each output has its own.
///
/// Costs O(np² + p³) for n ≥ p and O(n²p + n³) otherwise, and O(np) more for each alpha and output;
/// with `cv`, so much for each fold. Memory O(min(n, p)²), with `scoring` and `store_cv_results`
/// also n numbers for each alpha and output. X may be sparse, and is decomposed as a dense one of its
/// size.
///
/// Sample weights enter the scores, of folds too. Not there: gcv_mode, since the conditioning of X
/// decides between eigenvectors and singular vectors; splitters as `cv`: GridSearchCV takes them, with
/// Ridge.
///
/// @throws InvalidParameter  a parameter is outside its range, or excludes another one
/// @throws InvalidInput      as Ridge; or there are fewer rows than folds
/// @see Golub, Heath & Wahba, Technometrics 21 (1979) 215–223; Rifkin & Lippert, Notes on
///      Regularized Least Squares, MIT-CSAIL-TR-2007-025
class RidgeCV : public Implements<RidgeCV, Regressor, RidgeCVParams, RidgeCVState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "RidgeCV";
  static constexpr Tags tags{
      .sparse = true, .sample_weight = true, .multi_output = true, .weights_are_copies = false};

  const Matrix& coef() const { return state().coef; }              ///< k × p
  const Vector& intercept() const { return state().intercept; }    ///< k
  const Vector& alpha() const { return state().alpha; }            ///< the best, 1 or k
  const Vector& best_score() const { return state().best_score; }  ///< its score, 1 or k
  /// What leave-one-out finds for row i, output c and alpha a, at (i, c·A + a): the square of the
  /// error times √w, or the prediction if there is a `scoring`. Empty unless stored.
  const Matrix& cv_results() const { return state().cv_results; }

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Matrix& y, const FitContext& context) const;
  Matrix do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<RidgeCV, Regressor, RidgeCVParams, RidgeCVState>;

}  // namespace espalier
