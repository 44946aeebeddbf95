// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/gamma_regressor.hpp>

#include <espalier/metrics/regression.hpp>

#include "linear_model/generalized_fit.hpp"

namespace espalier {
namespace {

constexpr detail::TweedieModel model{.power = 2.0, .log_link = true};

}  // namespace

GeneralizedLinearState GammaRegressor::do_fit(const Features& X, const Vector& y,
                                              const FitContext& context,
                                              const State* previous) const {
  return detail::fit_generalized(type_name, X, y, model, params(), context, previous);
}

Vector GammaRegressor::do_predict(const State& state, const Features& X) const {
  return detail::predict_generalized(state, model, X);
}

double GammaRegressor::do_score(const State&, const Matrix& y, const Matrix& predicted,
                                const Vector& sample_weight) const {
  return d2_tweedie_score(y, predicted, {.sample_weight = sample_weight, .power = model.power});
}

void GammaRegressor::do_compile(const State& state, RowBuilder& builder) const {
  detail::compile_generalized(state, model, builder);
}

template class Implements<GammaRegressor, Regressor, GeneralizedLinearParams,
                          GeneralizedLinearState>;

}  // namespace espalier
