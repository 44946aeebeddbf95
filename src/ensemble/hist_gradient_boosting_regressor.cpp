// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include <optional>

#include "ensemble/hist_gradient_boosting/fit.hpp"
#include "ensemble/hist_gradient_boosting/reading.hpp"

namespace espalier {
namespace {

/// From raw predictions to predictions: the inverse link of the loss.
Vector prediction_of(const Matrix& raw) { return raw.col(0); }

}  // namespace

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
  return prediction_of(hgb::predict_raw(state, X));
}

Eigen::MatrixXi HistGradientBoostingRegressor::apply(const Features& X) const {
  return hgb::leaf_indices(state(), check_input(X));
}

void HistGradientBoostingRegressor::staged_predict(
    const Features& X, const std::function<void(Index, const Vector&)>& visit) const {
  hgb::for_each_stage(state(), check_input(X), [&](Index iteration, const Matrix& raw) {
    visit(iteration, prediction_of(raw));
  });
}

std::vector<Vector> HistGradientBoostingRegressor::staged_predict(const Features& X) const {
  std::vector<Vector> stages;
  staged_predict(X, [&](Index, const Vector& prediction) { stages.push_back(prediction); });
  return stages;
}

ShapValues HistGradientBoostingRegressor::shap_values(const Features& X) const {
  return hgb::shap_values(state(), check_input(X), schema().names_or_default());
}

template class Implements<HistGradientBoostingRegressor, Regressor,
                          HistGradientBoostingRegressorParams, HistGradientBoostingState>;

}  // namespace espalier
