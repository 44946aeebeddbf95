// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include <espalier/core/implements.hpp>
#include <espalier/loss/class_weight.hpp>

namespace espalier {

/// How the objective is minimised; all find the same optimum.
///
/// - `automatic`: coordinate_descent with an L1 penalty; else newton_cholesky where p·k ≤ 256 (p
///   columns, k rows of coefficients) and X is not mostly zeros (a tenth or more of a sparse X is
///   stored), since a few passes over X that make a small matrix are quicker than many that do
///   not; else lbfgs;
/// - `lbfgs`: limited-memory BFGS, O(npk) an iteration (lbfgs.hpp);
/// - `newton_cholesky`: Newton's method with the whole Hessian, O(np²k²) an iteration and
///   memory O(p²k²) (newton_cholesky.hpp);
/// - `newton_cg`: Newton's method by conjugate gradients, O(npk) a product with the Hessian
///   (newton_cg.hpp);
/// - `coordinate_descent`: Newton's method whose steps are found by coordinate descent over the
///   columns that may have coefficients; with an L1 penalty, and only with one;
/// - `saga`: steps of one row each, corrected by the gradients that all rows had when last taken;
///   with any of the penalties, O(npk) an epoch of n steps. Never taken by automatic: it needs
///   many passes over the rows where the others, which use them all at once, need few.
enum class LogisticSolver {
  automatic,
  lbfgs,
  newton_cholesky,
  newton_cg,
  coordinate_descent,
  saga
};

constexpr auto names_of(LogisticSolver) {
  return std::array<std::string_view, 6>{
      "auto", "lbfgs", "newton-cholesky", "newton-cg", "coordinate-descent", "saga"};
}

struct LogisticRegressionParams {
  double C = 1.0;
  double l1_ratio = 0.0;
  double tol = 1e-4;
  bool fit_intercept = true;
  ClassWeight class_weight = {};
  std::optional<std::int64_t> random_state = {};
  LogisticSolver solver = LogisticSolver::automatic;
  int max_iter = 100;
  bool warm_start = false;

  static constexpr auto fields() {
    using P = LogisticRegressionParams;
    return Fields{
        field("C", &P::C, above_or_infinite(0.0),
              "inverse of the strength of the penalty; inf: no penalty"),
        field("l1_ratio", &P::l1_ratio, between(0.0, 1.0),
              "share of the L1 norm in the penalty; 0: L2 alone, 1: L1 alone"),
        field("tol", &P::tol, at_least(0.0), "length of the scaled gradient at which to stop"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field("class_weight", &P::class_weight, "how much the classes count"),
        field("random_state", &P::random_state, at_least(0),
              "seed of saga, the others have none; none: another one each time"),
        field("solver", &P::solver, "how the objective is minimised"),
        field("max_iter", &P::max_iter, at_least(1),
              "iterations of the solver at most; of saga, epochs"),
        field("warm_start", &P::warm_start, "begin at the coefficients of the fit before")};
  }
};

/// What LogisticRegression learns. Shapes: p features, K classes; k = 1 if K = 2, else k = K.
struct LogisticRegressionState {
  Labels classes;    // K, ascending
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = LogisticRegressionState;
    return Fields{field("classes", &S::classes), field("coef", &S::coef),
                  field("intercept", &S::intercept), field("n_iter", &S::n_iter),
                  field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Logistic regression with an L2, L1 or elastic-net penalty: binary for two classes, multinomial
/// for more.
///
/// Minimises
///
///     (1/Σw) Σᵢ wᵢ·loss(yᵢ, W xᵢ + b) + (½(1 − ρ)·‖W‖² + ρ·‖W‖₁) / (C·Σw)
///
/// where w are the sample weights times the class weights, ρ is l1_ratio, and the loss is
/// log(1 + eʳ) − y·r for two classes (one row of coefficients, for the second class) or
/// log Σₖ e^rₖ − r_y for K ≥ 3 (one row a class). The intercept b is not penalised. This is
/// scikit-learn's objective, so C means the same. "balanced" counts the classes with the sample
/// weights: Σw / (K · Σw of the class).
///
/// X seldom needs scaling to converge. Newton's method does not depend on the scale or on the
/// correlations of the columns; L-BFGS and conjugate gradients work in variables in which the
/// curvature at the start is about the same in all directions (columns scaled and, up to 512 of
/// them, decorrelated by a sample of rows). All begin at the intercept of the best constant model.
/// This changes the way to the optimum, not the optimum; but it does matter what the penalty means,
/// which depends on the scale of X as everywhere. Nearly constant columns may still slow L-BFGS
/// down where the classes are well separated: there the loss flattens on the way, but the penalty,
/// which bends most along such columns, does not.
///
/// saga scales the columns of X and, unless X is sparse with fewer than a third of its numbers
/// stored, takes them about their means, but does not decorrelate them; so it is slow where they
/// are nearly dependent and the penalty is weak. Its iterations are epochs. Rows are drawn at
/// random, by `random_state`, and one after the other; other passes run on several threads. It
/// copies a dense X by rows and a sparse one once, and computes in double precision. Steps are
/// sized by the curvature that the rows have at the time, and an epoch after which the objective
/// has risen is taken back.
///
/// newton_cholesky on many rows (8192 for each variable, about) takes its first steps on an even
/// sample of them, and only the last ones, usually two, on all; only these count as iterations.
/// Where it finds no lower point, lbfgs goes on.
///
/// `tol` bounds the gradient in such variables, so it does not depend on the scale either: its
/// length for newton_cholesky, where half its square is about how far the objective is from its
/// minimum, else its largest component (of the smallest subgradient, where there is an L1 penalty).
/// It is not scikit-learn's measure, so the last digits differ at the same `tol`. With C = inf and
/// columns that depend on each other the optimum is not unique, and which one is found differs from
/// scikit-learn; so do not compare coefficients then, but predictions. With C = inf and classes
/// that a hyperplane separates there is none: the coefficients grow until the gradient is below
/// `tol`.
///
/// For K ≥ 3 and without an L1 penalty the rows of W sum to zero; the intercepts always do.
///
/// A fit with `warm_start` begins at the coefficients of the fit before; y has to have all classes
/// again.
///
/// Costs O(npk) or O(np²k²) an iteration, see the solvers, in blocks of rows on several threads;
/// memory O(pk) beside the data, O(p²k²) for newton_cholesky, and O(p²) up to 512 columns else. X
/// may be sparse and stays so; cost is then O(nonzeros·k), but newton_cholesky fills blocks of rows
/// with their zeros. A matrix of `float` is computed on in single precision, with sums over blocks
/// in double; then `tol` is met as far as that can tell. (saga keeps rows of floats, but sums in
/// double.) The same bits for any number of threads; their last digits follow the processor's
/// instruction set.
///
/// Not there: the solvers liblinear, with its parameters dual and intercept_scaling, and sag, whose
/// task saga does. Instead of verbose there is the callback of the FitContext, and its n_threads
/// instead of n_jobs.
///
/// @throws InvalidParameter  a parameter is outside its range, or the solver does not do with the
///                           penalty
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, y has one
///                           class only, class_weight does not fit the classes, or the squares of a
///                           column overflow (beyond some 1e150)
/// @see Hastie, Tibshirani & Friedman, The Elements of Statistical Learning (2009) §4.4;
///      Nocedal & Wright, Numerical Optimization (2006) §7.2; Defazio, Bach & Lacoste-Julien, NIPS
///      (2014) 1646–1654
class LogisticRegression : public Implements<LogisticRegression, Classifier,
                                             LogisticRegressionParams, LogisticRegressionState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "LogisticRegression";
  static constexpr Tags tags{.sparse = true, .float32 = true, .sample_weight = true};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  int n_iter() const { return state().n_iter; }                  ///< iterations of the solver
  bool converged() const { return state().converged; }           ///< false: ended at max_iter

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Target& y, const FitContext& context,
               const State* previous) const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  Matrix do_predict_proba(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<LogisticRegression, Classifier, LogisticRegressionParams,
                                 LogisticRegressionState>;

}  // namespace espalier
