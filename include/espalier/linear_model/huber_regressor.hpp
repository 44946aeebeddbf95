// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>

namespace espalier {

struct HuberRegressorParams {
  double epsilon = 1.35;
  int max_iter = 100;
  double alpha = 1e-4;
  bool warm_start = false;
  bool fit_intercept = true;
  double tol = 1e-5;

  static constexpr auto fields() {
    using P = HuberRegressorParams;
    return Fields{field("epsilon", &P::epsilon, at_least(1.0),
                        "residuals beyond it, in units of the scale, count linearly"),
                  field("max_iter", &P::max_iter, at_least(1), "iterations of the solver at most"),
                  field("alpha", &P::alpha, at_least(0.0), "L2 penalty"),
                  field("warm_start", &P::warm_start, "fit begins at the coefficients before"),
                  field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
                  field("tol", &P::tol, at_least(0.0), "gradient to stop at, in scaled variables")};
  }
};

/// What HuberRegressor learns.
struct HuberRegressorState {
  Matrix coef;       // 1 × p
  Vector intercept;  // 1; zero without fit_intercept
  double scale = 1.0;
  Labels outliers;  // n of the fit: 1 or 0
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = HuberRegressorState;
    return Fields{field("coef", &S::coef),     field("intercept", &S::intercept),
                  field("scale", &S::scale),   field("outliers", &S::outliers),
                  field("n_iter", &S::n_iter), field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Linear regression that outliers in y hardly move, with the scale of the errors estimated
/// alongside, so that `epsilon` needs no unit.
///
/// Minimises over w, b and σ > 0
///
///     Σᵢ wᵢ·(σ + H((yᵢ − wxᵢ − b)/σ)·σ) + α‖w‖²        H(z) = z², |z| ≤ ε;  2ε|z| − ε², beyond
///
/// as scikit-learn does. With ε = 1.35 it is 95 % as efficient as least squares where the errors are
/// normal. Columns of X that are outliers (leverage) are not dealt with.
///
/// Solved by Newton's method on all variables at once, from the least-squares fit, in some ten
/// iterations whatever the scale of the columns; scikit-learn uses L-BFGS, which needs scaled ones.
/// O(np² + p³) an iteration, memory O(p²); X may be sparse. `tol` bounds the gradient by variables in
/// which the columns have mean square 1, divided by the sum of weights, so it is not scikit-learn's
/// measure. If more than half of the rows lie on a plane, or so, and with ε = 1, which is least
/// absolute deviations, σ falls to its bound of 1e-9 times the largest |y|. Numbers of `float` are
/// computed with in double, as in scikit-learn. The same bits for any number of threads.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or the
///                           coefficients overflow
/// @see Huber & Ronchetti, Robust Statistics (2009) §7.7; Owen, A robust hybrid of lasso and ridge
///      regression (2007)
class HuberRegressor
    : public Implements<HuberRegressor, Regressor, HuberRegressorParams, HuberRegressorState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "HuberRegressor";
  static constexpr Tags tags{.sparse = true, .sample_weight = true};

  const Matrix& coef() const { return state().coef; }            ///< 1 × p
  const Vector& intercept() const { return state().intercept; }  ///< 1
  double scale() const { return state().scale; }                 ///< σ
  /// For each row of the fit (rows of weight 0 left out) 1 if its residual is beyond ε·σ, else 0.
  const Labels& outliers() const { return state().outliers; }
  int n_iter() const { return state().n_iter; }         ///< iterations
  bool converged() const { return state().converged; }  ///< false: ended at max_iter

 private:
  friend Implements;
  State do_fit(const Features& X, const Vector& y, const FitContext& context,
               const State* previous) const;
  Vector do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<HuberRegressor, Regressor, HuberRegressorParams,
                                 HuberRegressorState>;

}  // namespace espalier
