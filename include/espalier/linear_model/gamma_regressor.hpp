// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/linear_model/generalized_linear.hpp>

namespace espalier {

/// Regression of targets y > 0 whose standard deviation is proportional to their mean: amounts,
/// durations.
///
/// The objective is that of generalized_linear.hpp with the gamma deviance,
/// d(y, μ) = 2·(log(μ/y) + y/μ − 1), and the logarithm as the link: μ = exp(x·coef + intercept).
///
/// `score` is D², the share of the deviance that the model explains: 1 less the deviance of the
/// predictions over that of the mean of y. Costs O(np²) an iteration up to 256 columns, in blocks of
/// rows on several threads; X may be sparse, or a matrix of `float`, in which it then computes. The
/// same bits for any number of threads.
///
/// Not there: verbose, instead of which there is the callback of the FitContext.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, y is not
///                           positive everywhere, or the squares of a column overflow
/// @see McCullagh & Nelder, Generalized Linear Models (1989) ch. 8
class GammaRegressor : public Implements<GammaRegressor, Regressor, GeneralizedLinearParams,
                                         GeneralizedLinearState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "GammaRegressor";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .positive_target = true};

  const Matrix& coef() const { return state().coef; }            ///< 1 × p
  const Vector& intercept() const { return state().intercept; }  ///< 1
  int n_iter() const { return state().n_iter; }                  ///< iterations of the solver
  bool converged() const { return state().converged; }           ///< false: ended at max_iter

 private:
  friend Implements;
  State do_fit(const Features& X, const Vector& y, const FitContext& context,
               const State* previous) const;
  Vector do_predict(const State& state, const Features& X) const;
  double do_score(const State& state, const Matrix& y, const Matrix& predicted,
                  const Vector& sample_weight) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<GammaRegressor, Regressor, GeneralizedLinearParams,
                                 GeneralizedLinearState>;

}  // namespace espalier
