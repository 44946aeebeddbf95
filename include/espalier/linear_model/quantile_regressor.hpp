// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>

namespace espalier {

struct QuantileRegressorParams {
  double quantile = 0.5;
  double alpha = 1.0;
  bool fit_intercept = true;

  static constexpr auto fields() {
    using P = QuantileRegressorParams;
    return Fields{
        field("quantile", &P::quantile, inside(0.0, 1.0), "share of the rows below the prediction"),
        field("alpha", &P::alpha, at_least(0.0), "L1 penalty"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant")};
  }
};

/// What QuantileRegressor learns.
struct QuantileRegressorState {
  Matrix coef;       // 1 × p
  Vector intercept;  // 1; zero without fit_intercept
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = QuantileRegressorState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
                  field("n_iter", &S::n_iter), field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Linear regression of a conditional quantile, with an L1 penalty.
///
/// Minimises
///
///     (1/Σw) Σᵢ wᵢ·ρ(yᵢ − xᵢβ − b) + α‖β‖₁        ρ(r) = q·r for r ≥ 0, (q − 1)·r for r < 0
///
/// with q = `quantile`: the median for 0.5, where it is least absolute deviations. The default α =
/// 1 is scikit-learn's and a strong penalty for most data. This is a linear program; it is solved
/// by a primal-dual interior-point method with Mehrotra's correction on its dual, whose variables
/// are bounded, in some 10 to 30 iterations of O(np² + p³), and then moved to the vertex that the
/// iterations point to, so that coefficients are exactly zero and rows lie exactly on the plane
/// where the optimum is one vertex. The objective is within 1e-9 of the optimum, relatively, or
/// within 1e-13 of the largest |y|; where rounding ends the iterations before, that is a warning
/// (WarningKind::convergence). Memory O(p²) beside some vectors of n; X may be sparse. If several β
/// are optimal, which one is found may differ from scikit-learn. The same bits for any number of
/// threads.
///
/// Not there: solver and solver_options (scikit-learn hands the program to HiGHS).
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or the
///                           coefficients overflow
/// @see Koenker, Quantile Regression (2005) §6; Portnoy & Koenker, Statistical Science 12 (1997)
///      279–300; Mehrotra, SIAM J. Optim. 2 (1992) 575–601
class QuantileRegressor : public Implements<QuantileRegressor, Regressor, QuantileRegressorParams,
                                            QuantileRegressorState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "QuantileRegressor";
  static constexpr Tags tags{.sparse = true, .sample_weight = true};

  const Matrix& coef() const { return state().coef; }            ///< 1 × p
  const Vector& intercept() const { return state().intercept; }  ///< 1
  int n_iter() const { return state().n_iter; }         ///< iterations of the interior-point method
  bool converged() const { return state().converged; }  ///< false: rounding ended it too early

 private:
  friend Implements;
  State do_fit(const Features& X, const Vector& y, const FitContext& context) const;
  Vector do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<QuantileRegressor, Regressor, QuantileRegressorParams,
                                 QuantileRegressorState>;

}  // namespace espalier
