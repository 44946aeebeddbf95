// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/tweedie_regressor.hpp>

#include <espalier/metrics/regression.hpp>

#include "linear_model/generalized_fit.hpp"

namespace espalier {
namespace {

detail::TweedieModel model_of(const TweedieRegressorParams& params) {
  return {.power = params.power, .log_link = params.has_log_link()};
}

}  // namespace

Tags TweedieRegressor::do_tags() const {
  return {.sparse = true,
          .float32 = true,
          .sample_weight = true,
          .positive_target = params().power >= 1.0};
}

void TweedieRegressor::do_validate() const {
  if (params().power > 0.0 && params().power < 1.0)
    detail::refuse_param(type_name, "power",
                         "0 or less, or 1 or more: there is no distribution in between",
                         params().power);
}

GeneralizedLinearState TweedieRegressor::do_fit(const Features& X, const Vector& y,
                                                const FitContext& context,
                                                const State* previous) const {
  const GeneralizedLinearParams common{params().alpha,  params().fit_intercept,
                                       params().solver, params().max_iter,
                                       params().tol,    params().warm_start};
  return detail::fit_generalized(type_name, X, y, model_of(params()), common, context, previous);
}

Vector TweedieRegressor::do_predict(const State& state, const Features& X) const {
  return detail::predict_generalized(state, model_of(params()), X);
}

double TweedieRegressor::do_score(const State&, const Matrix& y, const Matrix& predicted,
                                  const Vector& sample_weight) const {
  return d2_tweedie_score(y, predicted, {.sample_weight = sample_weight, .power = params().power});
}

void TweedieRegressor::do_compile(const State& state, RowBuilder& builder) const {
  detail::compile_generalized(state, model_of(params()), builder);
}

template class Implements<TweedieRegressor, Regressor, TweedieRegressorParams,
                          GeneralizedLinearState>;

}  // namespace espalier
