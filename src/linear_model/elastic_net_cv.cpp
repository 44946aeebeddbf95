// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/elastic_net_cv.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/elastic_net_search.hpp"

namespace espalier {

void ElasticNetCVState::check(const Schema& schema) const {
  detail::check_elastic_net_search("ElasticNetCV", *this, schema);
}

void ElasticNetCV::do_validate() const {
  params().alphas.validate(type_name);
  const std::string expected =
      params().alphas.is_given() ? "one or more numbers in the range [0, 1]"
                                 : "one or more numbers in the range (0, 1], for a grid of alphas";
  for (const double l1_ratio : params().l1_ratio)
    if (l1_ratio == 0.0 && !params().alphas.is_given())
      detail::refuse_param(type_name, "l1_ratio", expected, 0.0);
  if (params().l1_ratio.empty())
    detail::refuse_param(type_name, "l1_ratio", expected, Value::Numbers{});
}

ElasticNetCVState ElasticNetCV::do_fit(const Features& X, const Vector& y,
                                       const FitContext& context) const {
  return detail::search_elastic_net(type_name, params(), params().l1_ratio, X, y, context);
}

Matrix ElasticNetCV::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void ElasticNetCV::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<ElasticNetCV, Regressor, ElasticNetCVParams, ElasticNetCVState>;

}  // namespace espalier
