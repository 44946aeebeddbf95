// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/svm/linear_svr.hpp>

#include <fmt/format.h>

#include "core/seed.hpp"
#include "linalg/linear_predict.hpp"
#include "svm/linear_svm.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = LinearSVR::type_name;

}  // namespace

void LinearSVRState::check(const Schema& schema) const {
  detail::check_one_output(name, coef, intercept, n_iter, schema);
}

void LinearSVR::do_validate() const {
  if (params().loss == SVRLoss::epsilon_insensitive && params().dual && !*params().dual)
    throw InvalidParameter(fmt::format(
        "The 'dual' parameter of {} must be true (or none) with loss = 'epsilon_insensitive'.",
        name));
}

LinearSVRState LinearSVR::do_fit(const Features& X, const Vector& y,
                                 const FitContext& context) const {
  const LinearSVRParams& p = params();
  const bool squared = p.loss == SVRLoss::squared_epsilon_insensitive;
  detail::SvmTask task{y,         Vector::Constant(y.size(), p.C),
                       false,     squared,
                       p.epsilon, p.fit_intercept ? p.intercept_scaling : 0.0};
  if (context.has_weights()) task.cost = p.C * context.sample_weight;
  const auto solution =
      detail::solve_svm(detail::smooth_or_dual(X, squared, p.dual), X, {task},
                        {name, p.tol, p.max_iter, detail::seed_of(p.random_state, name)}, context)
          .front();
  return {solution.coef.transpose(), Vector::Constant(1, solution.intercept), solution.n_iter,
          solution.converged};
}

Vector LinearSVR::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void LinearSVR::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<LinearSVR, Regressor, LinearSVRParams, LinearSVRState>;

}  // namespace espalier
