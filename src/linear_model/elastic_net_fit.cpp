// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/elastic_net_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"
#include "linear_model/column_moments.hpp"

namespace espalier::detail {

bool is_watched(const FitContext& context) {
  return context.callback != nullptr || context.stop.stop_possible();
}

void refuse_large(std::string_view owner, const Features& X, const Vector& squares,
                  const Vector& y) {
  refuse_overflow(owner, X, squares);
  if (!std::isfinite(y.squaredNorm()))
    throw InvalidInput(fmt::format(
        "{}: y is too large: its squares are not finite. Divide it by a constant.", owner));
}

void warn_gap(std::string_view owner, const ElasticNetResult& result) {
  warn(
      WarningKind::convergence, std::string(owner),
      fmt::format("did not converge in {} sweeps: the duality gap is {:.3e}, the tolerance {:.3e}. "
                  "Allow more sweeps (max_iter), scale the columns of X, or take a larger alpha.",
                  result.n_iter, result.gap, result.tolerance));
}

ElasticNetState fit_elastic_net(const ElasticNetTask& task, const Features& X, const Matrix& y,
                                const FitContext& context, const Matrix* start) {
  const Index outputs = y.cols();
  if (start != nullptr && start->rows() != outputs)
    throw InvalidInput(fmt::format("{}: y has {} outputs, but warm_start goes on from a fit of {}.",
                                   task.owner, outputs, start->rows()));
  ElasticNetState state{Matrix(outputs, X.cols()), Vector(outputs), Vector(outputs), 0, true};
  const auto began = std::chrono::steady_clock::now();
  ElasticNetControl control = task.control;
  if (is_watched(context))
    control.report = [&](int sweeps, double objective) {
      context.report({.task = task.owner,
                      .iteration = sweeps,
                      .total = control.max_iter,
                      .loss = objective,
                      .elapsed = detail::seconds_since(began)});
    };
  with_design(X, [&](const auto& columns) {
    for (Index k = 0; k < outputs; ++k) {
      ElasticNetSolver solver(columns, y.col(k), context.sample_weight, task.fit_intercept);
      refuse_large(task.owner, X, solver.squares(), y.col(k));
      if (start != nullptr) solver.start(start->row(k).transpose());
      const ElasticNetResult result = solver.solve(task.alpha, task.l1_ratio, control);
      if (!result.converged()) warn_gap(task.owner, result);
      state.coef.row(k) = solver.coef().transpose();
      state.intercept[k] = solver.intercept();
      state.dual_gap[k] = result.gap;
      state.n_iter = std::max(state.n_iter, result.n_iter);
      state.converged = state.converged && result.converged();
    }
  });
  if (!state.coef.allFinite() || !state.intercept.allFinite())
    throw InvalidInput(fmt::format(
        "{}: the coefficients are not finite: y is too large beside X; scale them.", task.owner));
  return state;
}

}  // namespace espalier::detail
