// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/quantile_regressor.hpp>

#include <fmt/format.h>

#include <chrono>

#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/quantile_program.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = QuantileRegressor::type_name;

}  // namespace

void QuantileRegressorState::check(const Schema& schema) const {
  detail::check_one_output(name, coef, intercept, n_iter, schema);
}

QuantileRegressorState QuantileRegressor::do_fit(const Features& X, const Vector& y,
                                                 const FitContext& context) const {
  const auto began = std::chrono::steady_clock::now();
  const detail::DesignProducts design(X, params().fit_intercept);
  const Vector weights =
      context.has_weights() ? context.sample_weight : Vector(Vector::Ones(y.size()));
  // In units of the largest |y|, and weights whose mean is 1, so that no number is large or small.
  const double unit = y.cwiseAbs().maxCoeff() > 0.0 ? y.cwiseAbs().maxCoeff() : 1.0;
  const Vector target = y / unit;
  const Vector scaled_weights = weights / weights.mean();
  Vector penalty = Vector::Zero(design.cols());
  penalty.head(X.cols()).setConstant(params().alpha * scaled_weights.sum());
  const auto report = [&](int iteration, double objective) {
    context.report({.task = name,
                    .iteration = iteration,
                    .loss = objective * unit / scaled_weights.sum(),
                    .elapsed = detail::seconds_since(began)});
  };
  const detail::QuantileSolution solution =
      detail::solve_quantile({design, target, scaled_weights, params().quantile, penalty}, report);
  const Vector beta = solution.beta * unit;
  if (!beta.allFinite())
    throw InvalidInput(
        fmt::format("{}: the coefficients are not finite; scale the columns of X.", name));
  if (!solution.converged)
    warn(WarningKind::convergence, std::string(name),
         fmt::format("rounding ended the iterations, {}, before the optimum was reached; scale the "
                     "columns of X.",
                     solution.n_iter));
  return {beta.head(X.cols()).transpose(),
          Vector::Constant(1, params().fit_intercept ? beta[X.cols()] : 0.0), solution.n_iter,
          solution.converged};
}

Vector QuantileRegressor::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void QuantileRegressor::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<QuantileRegressor, Regressor, QuantileRegressorParams,
                          QuantileRegressorState>;

}  // namespace espalier
