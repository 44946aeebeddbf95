// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/lasso_cv.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/elastic_net_search.hpp"

namespace espalier {

void LassoCVState::check(const Schema& schema) const {
  detail::check_elastic_net_search("LassoCV", *this, schema);
}

void LassoCV::do_validate() const { params().alphas.validate(type_name); }

LassoCVState LassoCV::do_fit(const Features& X, const Vector& y, const FitContext& context) const {
  return {detail::search_elastic_net(type_name, params(), {1.0}, X, y, context)};
}

Matrix LassoCV::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void LassoCV::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<LassoCV, Regressor, LassoCVParams, LassoCVState>;

}  // namespace espalier
