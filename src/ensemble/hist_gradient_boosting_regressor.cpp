// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include <cmath>
#include <optional>

#include "ensemble/hist_gradient_boosting/fit.hpp"

namespace espalier {

void HistGradientBoostingRegressor::do_validate() const {
  hgb::check_validation_fraction(params().validation_fraction, type_name);
}

HistGradientBoostingState HistGradientBoostingRegressor::do_fit(const Features& X, const Vector& y,
                                                                const FitContext& context) const {
  std::optional<hgb::FitTargets> validation;
  if (context.validation)
    validation = {context.validation->y.vector(), context.validation->sample_weight};
  return hgb::fit_state(X, {y, context.sample_weight}, validation ? &*validation : nullptr,
                        *hgb::make_squared_error_objective(), false,
                        hgb::fit_options(params(), type_name), context);
}

Vector HistGradientBoostingRegressor::do_predict(const State& state, const Features& X) const {
  Vector result = hgb::predict_raw(state, X).col(0);
  switch (state.link) {
    case RegressionLink::identity:
      break;
    case RegressionLink::log:
      result = result.array().exp();
      break;
    case RegressionLink::logistic:
      result = result.unaryExpr([](double r) { return 1.0 / (1.0 + std::exp(-r)); });
      break;
  }
  return result;
}

template class Implements<HistGradientBoostingRegressor, Regressor,
                          HistGradientBoostingRegressorParams, HistGradientBoostingState>;

}  // namespace espalier
