// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include <espalier/core/implements.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/loss/class_weight.hpp>

namespace espalier {

struct RidgeClassifierParams {
  double alpha = 1.0;
  bool fit_intercept = true;
  std::optional<int> max_iter = {};
  double tol = 1e-4;
  ClassWeight class_weight = {};
  RidgeSolver solver = RidgeSolver::automatic;
  bool positive = false;

  static constexpr auto fields() {
    using P = RidgeClassifierParams;
    return Fields{
        field("alpha", &P::alpha, at_least(0.0), "L2 penalty"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field("max_iter", &P::max_iter, at_least(1),
              "iterations of sparse_cg at most; none: ten times the smaller side of X"),
        field("tol", &P::tol, at_least(0.0),
              "sparse_cg ends when the gradient is at most this part of the first"),
        field("class_weight", &P::class_weight, "how much the classes count"),
        field("solver", &P::solver, "how the solution is found"),
        field("positive", &P::positive, "coefficients are at least 0; needs the solver 'auto'")};
  }
};

/// What RidgeClassifier learns. Shapes: p features, K classes; k = 1 if K = 2, else k = K.
struct RidgeClassifierState {
  Labels classes;    // K, ascending
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  int n_iter = 1;    // of the output that took most

  static constexpr auto fields() {
    using S = RidgeClassifierState;
    return Fields{field("classes", &S::classes), field("coef", &S::coef),
                  field("intercept", &S::intercept), field("n_iter", &S::n_iter)};
  }
  void check(const Schema& schema) const;
};

/// A classifier by ridge regression on ±1.
///
/// For two classes the target is 1 for the second and −1 for the first, and the sign of the
/// prediction decides; for more there is one such target a class against all others, and the largest
/// prediction decides. Minimises what Ridge does, with class weights times sample weights. All
/// targets share one decomposition, so it is often the fastest of the linear classifiers; it gives no
/// probabilities.
///
/// "balanced" counts the classes with the sample weights, as LogisticRegression does;
/// scikit-learn's RidgeClassifier counts rows. Costs, memory, solvers and what is not there: as for
/// Ridge.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      as Ridge; or y has one class only, or class_weight does not fit it
class RidgeClassifier
    : public Implements<RidgeClassifier, Classifier, RidgeClassifierParams, RidgeClassifierState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "RidgeClassifier";
  static constexpr Tags tags{.sparse = true, .float32 = true, .sample_weight = true};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  int n_iter() const { return state().n_iter; }  ///< of sparse_cg; 1 where solved directly

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Target& y, const FitContext& context) const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<RidgeClassifier, Classifier, RidgeClassifierParams,
                                 RidgeClassifierState>;

}  // namespace espalier
