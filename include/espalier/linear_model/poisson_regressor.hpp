// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/linear_model/generalized_linear.hpp>

namespace espalier {

/// Regression of counts and of other targets y ≥ 0 whose variance is proportional to their mean.
///
/// The objective is that of generalized_linear.hpp with the Poisson deviance,
/// d(y, μ) = 2·(y·log(y/μ) − y + μ), and the logarithm as the link: μ = exp(x·coef + intercept). A
/// rate is fitted as the count over the exposure, with the exposure as the sample weight.
///
/// `score` is D², the share of the deviance that the model explains: 1 less the deviance of the
/// predictions over that of the mean of y. Costs O(np²) an iteration up to 256 columns, in blocks of
/// rows on several threads; X may be sparse, or a matrix of `float`, in which it then computes. The
/// same bits for any number of threads.
///
/// Not there: verbose, instead of which there is the callback of the FitContext.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, y is negative
///                           somewhere or zero everywhere, or the squares of a column overflow
/// @see McCullagh & Nelder, Generalized Linear Models (1989) ch. 6
class PoissonRegressor
    : public detail::GeneralizedLinearModel<PoissonRegressor, GeneralizedLinearParams> {
 public:
  using GeneralizedLinearModel::GeneralizedLinearModel;
  static constexpr std::string_view type_name = "PoissonRegressor";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .positive_target = true};

 private:
  friend GeneralizedLinearModel;
  static constexpr detail::TweedieModel model() { return {.power = 1.0, .log_link = true}; }
};

extern template class Implements<PoissonRegressor, Regressor, GeneralizedLinearParams,
                                 GeneralizedLinearState>;
extern template class detail::GeneralizedLinearModel<PoissonRegressor, GeneralizedLinearParams>;

}  // namespace espalier
