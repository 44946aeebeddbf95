// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/ridge_fit.hpp"

namespace espalier {

void RidgeState::check(const Schema& schema) const {
  detail::check_linear_shapes("Ridge", coef, intercept, schema);
  if (n_iter < 1) throw FormatError("Ridge: n_iter is at least 1");
}

void Ridge::do_validate() const {
  detail::validate_ridge(params().positive, params().solver, type_name);
}

RidgeState Ridge::do_fit(const Features& X, const Matrix& y, const FitContext& context) const {
  return detail::fit_ridge(X, y, context.sample_weight, params(), type_name, context);
}

Matrix Ridge::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void Ridge::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<Ridge, Regressor, RidgeParams, RidgeState>;

}  // namespace espalier
