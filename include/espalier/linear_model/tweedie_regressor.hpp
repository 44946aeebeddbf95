// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/linear_model/generalized_linear.hpp>

namespace espalier {

/// What a linear function predicts: `identity` the mean itself, `log` its logarithm; `automatic`:
/// identity for power ≤ 0, else log.
enum class TweedieLink { automatic, identity, log };

constexpr auto names_of(TweedieLink) {
  return std::array<std::string_view, 3>{"auto", "identity", "log"};
}

struct TweedieRegressorParams {
  double power = 0.0;
  double alpha = 1.0;
  bool fit_intercept = true;
  TweedieLink link = TweedieLink::automatic;
  GeneralizedLinearSolver solver = GeneralizedLinearSolver::automatic;
  int max_iter = 100;
  double tol = 1e-4;
  bool warm_start = false;

  /// What `link` comes to: whether it is the logarithm, or else the identity.
  bool has_log_link() const {
    return link == TweedieLink::automatic ? power > 0.0 : link == TweedieLink::log;
  }

  static constexpr auto fields() {
    using P = TweedieRegressorParams;
    return Fields{
        field("power", &P::power, Interval{.low_included = false, .high_included = false},
              "of the mean, to which the variance is proportional; not between 0 and 1"),
        field("alpha", &P::alpha, at_least(0.0), "L2 penalty; 0: none"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field("link", &P::link, "what the linear function predicts"),
        field("solver", &P::solver, "how the objective is minimised"),
        field("max_iter", &P::max_iter, at_least(1), "iterations of the solver at most"),
        field("tol", &P::tol, above(0.0), "length of the scaled gradient at which to stop"),
        field("warm_start", &P::warm_start, "begin at the coefficients of the fit before")};
  }
};

/// Regression with a Tweedie distribution: the variance of y is proportional to its mean to the
/// power `power`.
///
/// | power       | distribution                                | y     |
/// |-------------|---------------------------------------------|-------|
/// | < 0         | extreme stable                              | any   |
/// | 0           | normal                                      | any   |
/// | 1           | Poisson                                     | ≥ 0   |
/// | between 1, 2| compound Poisson–gamma: zeros and amounts   | ≥ 0   |
/// | 2           | gamma                                       | > 0   |
/// | 3           | inverse Gaussian                            | > 0   |
/// | > 2         | positive stable                             | > 0   |
///
/// The objective is that of generalized_linear.hpp with the Tweedie deviance of the power. With the
/// log link and a power from 1 to 2 it is convex, and so it is with the power 0 and the identity.
/// Elsewhere there may be several minima; one is found beginning at the constant model, and
/// newton_cholesky takes the expected Hessian in place of the true one (Fisher's scoring), which
/// may need more iterations. With the identity link and a power other than 0 all predicted means
/// have to be positive: a fit begins and stays among such coefficients, so it needs an intercept,
/// and a warm start begins anew where those before give rows of X other means; `predict` on other
/// rows may give others.
///
/// `score` is D², the share of the deviance that the model explains: 1 less the deviance of the
/// predictions over that of the mean of y. Costs O(np²) an iteration up to 256 columns, in blocks of
/// rows on several threads; X may be sparse, or a matrix of `float`, in which it then computes. The
/// same bits for any number of threads.
///
/// Not there: verbose, instead of which there is the callback of the FitContext.
///
/// @throws InvalidParameter  a parameter is outside its range, or power between 0 and 1
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, y is outside the
///                           range of the distribution, the start is infeasible (see above), or the
///                           squares of a column overflow
/// @see Jørgensen, Journal of the Royal Statistical Society B 49 (1987) 127–162
class TweedieRegressor
    : public detail::GeneralizedLinearModel<TweedieRegressor, TweedieRegressorParams> {
 public:
  using GeneralizedLinearModel::GeneralizedLinearModel;
  static constexpr std::string_view type_name = "TweedieRegressor";

 private:
  friend Implements;
  friend GeneralizedLinearModel;
  detail::TweedieModel model() const {
    return {.power = params().power, .log_link = params().has_log_link()};
  }
  Tags do_tags() const;
  void do_validate() const;
};

extern template class Implements<TweedieRegressor, Regressor, TweedieRegressorParams,
                                 GeneralizedLinearState>;
extern template class detail::GeneralizedLinearModel<TweedieRegressor, TweedieRegressorParams>;

}  // namespace espalier
