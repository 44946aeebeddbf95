// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/metrics/scorer.hpp>

namespace espalier {

struct LogisticRegressionCVParams {
  /// The ten values of scikit-learn's default, evenly spaced by their logarithms from 1e-4 to 1e4.
  static std::vector<double> default_Cs();

  std::vector<double> Cs = default_Cs();
  std::vector<double> l1_ratios = {0.0};
  bool fit_intercept = true;
  int cv = 5;
  Scorer scoring = {};
  std::optional<std::int64_t> random_state = {};
  LogisticSolver solver = LogisticSolver::automatic;
  double tol = 1e-4;
  int max_iter = 100;
  ClassWeight class_weight = {};
  bool refit = true;

  static constexpr auto fields() {
    using P = LogisticRegressionCVParams;
    return Fields{
        field("Cs", &P::Cs, above_or_infinite(0.0), "inverses of the strength of the penalty"),
        field("l1_ratios", &P::l1_ratios, between(0.0, 1.0),
              "shares of the L1 norm in the penalty"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field("cv", &P::cv, at_least(2), "folds, in each of which each class has its share"),
        field("scoring", &P::scoring, "what is best; none: accuracy"),
        field("random_state", &P::random_state, at_least(0),
              "seed of saga, the others have none; none: another one each time"),
        field("solver", &P::solver, "how the objective is minimised"),
        field("tol", &P::tol, at_least(0.0), "length of the scaled gradient at which to stop"),
        field("max_iter", &P::max_iter, at_least(1), "iterations of the solver at most"),
        field("class_weight", &P::class_weight, "how much the classes count"),
        field("refit", &P::refit,
              "fit all rows with the best C; else average the best coefficients of the folds")};
  }
};

/// What LogisticRegressionCV learns. Shapes: p features, K classes, k = 1 if K = 2, else k = K;
/// d = p + 1 with an intercept, else p; m candidates, which are the pairs of a C and an l1_ratio:
/// for each C one l1_ratio after the other.
struct LogisticRegressionCVState {
  Labels classes;                   // K, ascending
  Matrix coef;                      // k × p
  Vector intercept;                 // k; zero without fit_intercept
  double C = 1.0;                   // the best; without refit the mean of the best of the folds
  double l1_ratio = 0.0;            // the same
  Vector Cs;                        // those that were tried
  Vector l1_ratios;                 // the same
  Matrix scores;                    // folds × m
  Matrix n_iter_path;               // folds × m, whole numbers
  int n_iter = 0;                   // their sum, and those of the last fit
  std::vector<Matrix> coefs_paths;  // of each fold: (m·k) × d, the intercept last

  static constexpr auto fields() {
    using S = LogisticRegressionCVState;
    return Fields{field("classes", &S::classes),         field("coef", &S::coef),
                  field("intercept", &S::intercept),     field("C", &S::C),
                  field("l1_ratio", &S::l1_ratio),       field("Cs", &S::Cs),
                  field("l1_ratios", &S::l1_ratios),     field("scores", &S::scores),
                  field("n_iter_path", &S::n_iter_path), field("n_iter", &S::n_iter),
                  field("coefs_paths", &S::coefs_paths)};
  }
  void check(const Schema& schema) const;
};

/// Logistic regression whose C is chosen by cross-validation.
///
/// For every fold and l1_ratio, LogisticRegression is fitted on the other folds for one C after the
/// other, each beginning at the coefficients of the one before, and scored on the fold. The C and
/// l1_ratio with the greatest sum of scores are best, the first of equals; with `refit` all rows
/// are then fitted with them, from the mean of the coefficients of the folds on. This takes fewer
/// iterations than a GridSearchCV, which begins each fit anew. Rows are dealt to the folds as by
/// StratifiedKFold without shuffling. "balanced" class weights are those of all rows, in every
/// fold; the scores are weighted by the sample weights alone. All this is as in scikit-learn; so is
/// the cost, folds · m fits of m candidates.
///
/// For the objective, and what `tol` and `solver` mean, see LogisticRegression. Small data are
/// fitted fold beside fold on several threads, large data with all threads in one fit, with one
/// fold's rows copied at a time. The same bits for any number of threads.
///
/// Not there: a number for Cs (give the values), other splitters for cv (GridSearchCV takes them),
/// and what LogisticRegression lacks. `score` is accuracy, whatever `scoring` is; in
/// scikit-learn it follows that.
///
/// @throws InvalidParameter  a parameter is outside its range, Cs or l1_ratios is empty, or scoring is no
///                           measure of a classifier's predictions; or the solver does not do
///                           with one of the penalties
/// @throws InvalidInput      as LogisticRegression; a class has one row only, or none as many rows
///                           as there are folds
class LogisticRegressionCV
    : public Implements<LogisticRegressionCV, Classifier, LogisticRegressionCVParams,
                        LogisticRegressionCVState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "LogisticRegressionCV";
  static constexpr Tags tags{.sparse = true,
                             .float32 = true,
                             .sample_weight = true,
                             .weights_are_copies = false};  // copies lie in other folds

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  double C() const { return state().C; }                         ///< the best
  double l1_ratio() const { return state().l1_ratio; }           ///< the best
  const Vector& Cs() const { return state().Cs; }                ///< those that were tried
  const Vector& l1_ratios() const { return state().l1_ratios; }  ///< those that were tried
  /// folds × m, for m = Cs · l1_ratios candidates: for each C one l1_ratio after the other.
  const Matrix& scores() const { return state().scores; }
  /// Iterations of each fit, folds × m; scikit-learn's n_iter_.
  const Matrix& n_iter_path() const { return state().n_iter_path; }
  int n_iter() const { return state().n_iter; }  ///< of all fits together, the last one included
  /// Of each fold, (m·k) × d: the k rows of coefficients of one candidate after the other, with the
  /// intercept last if there is one.
  const std::vector<Matrix>& coefs_paths() const { return state().coefs_paths; }

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Target& y, const FitContext& context) const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  Matrix do_predict_proba(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<LogisticRegressionCV, Classifier, LogisticRegressionCVParams,
                                 LogisticRegressionCVState>;

}  // namespace espalier
