// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/sgd_regressor.hpp>

#include <fmt/format.h>

#include "core/seed.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/sgd/fit.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = SGDRegressor::type_name;

/// The losses of regressors are the last of all.
detail::SgdLoss internal(SGDRegressorLoss loss) {
  return static_cast<detail::SgdLoss>(static_cast<int>(detail::SgdLoss::squared_error) +
                                      static_cast<int>(loss));
}

}  // namespace

void SGDRegressorState::check(const Schema& schema) const {
  detail::check_sgd_coefficients(name, linear, schema);
  if (linear.coef.rows() != 1 || n_iter < 1)
    throw FormatError(
        fmt::format("{}: {} rows of coefficients and {} epochs", name, linear.coef.rows(), n_iter));
}

void SGDRegressor::do_validate() const {
  detail::check_sgd_params(name, params().learning_rate, params().alpha,
                           params().loss == SGDRegressorLoss::epsilon_insensitive,
                           "epsilon_insensitive");
}

SGDRegressorState SGDRegressor::learn(const Features& X, const Vector& y, const FitContext& context,
                                      SGDCoefficients start, int max_iter) const {
  const detail::SgdTarget target{
      .values = y.data(),
      .sample_weight = context.has_weights() ? context.sample_weight.data() : nullptr};
  detail::SgdSchedule schedule =
      detail::sgd_schedule(params(), detail::seed_of(params().random_state, name));
  schedule.max_iter = max_iter;
  detail::SgdResult result =
      detail::fit_sgd({name, X, {target}, {}}, detail::sgd_rule(params(), internal(params().loss)),
                      schedule, std::move(start), context);
  return {std::move(result.coefficients), result.n_iter, result.converged};
}

SGDRegressorState SGDRegressor::do_fit(const Features& X, const Vector& y,
                                       const FitContext& context, const State* previous) const {
  State state = learn(
      X, y, context,
      detail::sgd_start(previous != nullptr ? &previous->linear : nullptr, 1, X.cols(), false),
      params().max_iter);
  if (params().tol && !state.converged) detail::warn_sgd(name, params().max_iter);
  return state;
}

SGDRegressorState SGDRegressor::do_partial_fit(const Features& X, const Vector& y,
                                               const FitContext& context,
                                               const State* previous) const {
  detail::refuse_early_stopping(name, params().early_stopping);
  return learn(
      X, y, context,
      detail::sgd_start(previous != nullptr ? &previous->linear : nullptr, 1, X.cols(), true), 1);
}

Vector SGDRegressor::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.linear.coef, state.linear.intercept);
}

void SGDRegressor::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.linear.coef, state.linear.intercept));
}

template class Implements<SGDRegressor, Regressor, SGDRegressorParams, SGDRegressorState>;

}  // namespace espalier
