// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

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
  return hgb::predict_raw(state, X).col(0);
}

void HistGradientBoostingRegressor::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(hgb::BoostedRow(builder, state));
}

template class Implements<HistGradientBoostingRegressor, Regressor,
                          HistGradientBoostingRegressorParams, HistGradientBoostingState>;

}  // namespace espalier
