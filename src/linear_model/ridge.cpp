// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/least_squares.hpp"

namespace espalier {

void RidgeState::check(const Schema& schema) const {
  detail::check_linear_shapes("Ridge", coef, intercept, schema);
}

RidgeState Ridge::do_fit(const Features& X, const Matrix& y, const FitContext& context) const {
  const detail::CenteredData data(X, y, context.sample_weight, params().fit_intercept);
  detail::refuse_overflow(type_name, X, data.squares());
  const Matrix coef = detail::solve_least_squares(data, params().alpha);
  State state{coef.transpose(), data.y_mean() - coef.transpose() * data.x_mean()};
  if (!state.coef.allFinite() || !state.intercept.allFinite())
    throw InvalidInput(
        "Ridge: the coefficients are not finite: y is too large beside X; scale them.");
  return state;
}

Matrix Ridge::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void Ridge::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<Ridge, Regressor, RidgeParams, RidgeState>;

}  // namespace espalier
