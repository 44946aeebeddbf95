// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/lasso.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/elastic_net_fit.hpp"

namespace espalier {

void LassoState::check(const Schema& schema) const {
  detail::check_elastic_net("Lasso", *this, schema);
}

LassoState Lasso::do_fit(const Features& X, const Matrix& y, const FitContext& context,
                         const State* previous) const {
  const auto task = detail::elastic_net_task(type_name, params(), params().alpha, 1.0);
  return {detail::fit_elastic_net(task, X, y, context, previous ? &previous->coef : nullptr)};
}

Matrix Lasso::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void Lasso::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<Lasso, Regressor, LassoParams, LassoState>;

}  // namespace espalier
