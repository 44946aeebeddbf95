// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What PoissonRegressor, GammaRegressor and TweedieRegressor share.
///
/// All minimise
///
///     (1/Σw) Σᵢ wᵢ·½·d(yᵢ, μᵢ) + ½·alpha·‖coef‖²,     μᵢ = h(xᵢ·coef + intercept)
///
/// where d is the unit deviance of the distribution of y, w are the sample weights and h is the
/// inverse of the link. The intercept is not penalised. This is scikit-learn's objective.
///
/// `tol` bounds the gradient in variables in which the objective has about the same curvature in
/// every direction, so neither the scale of the columns nor their correlations matter to it, and
/// columns need no scaling to converge (it does matter what the penalty means). scikit-learn bounds
/// the gradient by the coefficients themselves: the last digits differ at the same `tol`.
#pragma once

#include <espalier/core/implements.hpp>

namespace espalier {

/// How the objective is minimised; both find the same optimum. `automatic`: newton_cholesky up to
/// 256 columns unless X is mostly zeros, else lbfgs. `lbfgs`: O(np) an iteration (lbfgs.hpp).
/// `newton_cholesky`: O(np²) an iteration, of which a few suffice (newton_cholesky.hpp).
enum class GeneralizedLinearSolver { automatic, lbfgs, newton_cholesky };

constexpr auto names_of(GeneralizedLinearSolver) {
  return std::array<std::string_view, 3>{"auto", "lbfgs", "newton-cholesky"};
}

struct GeneralizedLinearParams {
  double alpha = 1.0;
  bool fit_intercept = true;
  GeneralizedLinearSolver solver = GeneralizedLinearSolver::automatic;
  int max_iter = 100;
  double tol = 1e-4;
  bool warm_start = false;

  static constexpr auto fields() {
    using P = GeneralizedLinearParams;
    return Fields{
        field("alpha", &P::alpha, at_least(0.0), "L2 penalty; 0: none"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field("solver", &P::solver, "how the objective is minimised"),
        field("max_iter", &P::max_iter, at_least(1), "iterations of the solver at most"),
        field("tol", &P::tol, above(0.0), "length of the scaled gradient at which to stop"),
        field("warm_start", &P::warm_start, "begin at the coefficients of the fit before")};
  }
};

/// What a generalised linear model learns, of p features.
struct GeneralizedLinearState {
  Matrix coef;       // 1 × p
  Vector intercept;  // 1; zero without fit_intercept
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = GeneralizedLinearState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
                  field("n_iter", &S::n_iter), field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

namespace detail {

/// A Tweedie distribution of the targets and the link of its mean.
struct TweedieModel {
  double power;
  bool log_link;
};

/// What the classes share, which say by model() of which distribution they are.
template <class Derived, class Params>
class GeneralizedLinearModel
    : public Implements<Derived, Regressor, Params, GeneralizedLinearState> {
  using Base = Implements<Derived, Regressor, Params, GeneralizedLinearState>;

 public:
  using Base::Base;

  const Matrix& coef() const { return this->state().coef; }            ///< 1 × p
  const Vector& intercept() const { return this->state().intercept; }  ///< 1
  int n_iter() const { return this->state().n_iter; }                  ///< iterations of the solver
  bool converged() const { return this->state().converged; }           ///< false: ended at max_iter

 private:
  friend Base;
  TweedieModel model() const { return static_cast<const Derived&>(*this).model(); }
  GeneralizedLinearState do_fit(const Features& X, const Vector& y, const FitContext& context,
                                const GeneralizedLinearState* previous) const;
  Vector do_predict(const GeneralizedLinearState& state, const Features& X) const;
  double do_score(const GeneralizedLinearState& state, const Matrix& y, const Matrix& predicted,
                  const Vector& sample_weight) const;
  void do_compile(const GeneralizedLinearState& state, RowBuilder& builder) const;
};

}  // namespace detail
}  // namespace espalier
