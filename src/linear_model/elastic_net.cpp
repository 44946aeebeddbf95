// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/elastic_net.hpp>

#include <fmt/format.h>

#include "linalg/linear_predict.hpp"
#include "linear_model/elastic_net_fit.hpp"

namespace espalier {
namespace detail {

void check_elastic_net(std::string_view owner, const ElasticNetState& state, const Schema& schema) {
  check_linear_shapes(owner, state.coef, state.intercept, schema);
  if (state.dual_gap.size() != state.coef.rows() || state.n_iter < 0)
    throw FormatError(fmt::format("{}: {} dual gaps and {} iterations do not fit {} outputs", owner,
                                  state.dual_gap.size(), state.n_iter, state.coef.rows()));
}

}  // namespace detail

void ElasticNetState::check(const Schema& schema) const {
  detail::check_elastic_net("ElasticNet", *this, schema);
}

ElasticNetState ElasticNet::do_fit(const Features& X, const Matrix& y, const FitContext& context,
                                   const State* previous) const {
  const auto task =
      detail::elastic_net_task(type_name, params(), params().alpha, params().l1_ratio);
  return detail::fit_elastic_net(task, X, y, context, previous ? &previous->coef : nullptr);
}

Matrix ElasticNet::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void ElasticNet::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<ElasticNet, Regressor, ElasticNetParams, ElasticNetState>;

}  // namespace espalier
