// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/linear_solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <espalier/core/errors.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/optim/lbfgs.hpp>
#include <espalier/optim/newton_cg.hpp>
#include <espalier/optim/newton_cholesky.hpp>

#include "core/clock.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/linear_objective.hpp"
#include "linear_model/newton_objective.hpp"

namespace espalier::detail {
namespace {

/// A sample of this many rows a variable is as good as all to find the neighbourhood of the
/// minimum.
constexpr Index sample_rows_per_variable = 1024;

double precision_of(const Features& X) {
  return X.is_float32() ? std::numeric_limits<float>::epsilon()
                        : std::numeric_limits<double>::epsilon();
}

/// Passes the iterations of a solver on to the context; those of a second solver are counted on.
class Reporter {
 public:
  Reporter(const LinearProblem& problem, const LinearStop& stop, const FitContext& context)
      : problem_(problem), stop_(stop), context_(context) {}

  OptimCallback callback(int done = 0) const {
    return [this, done](const OptimIteration& iteration) {
      context_.report({.task = problem_.owner,
                       .iteration = done + iteration.iteration,
                       .total = stop_.max_iter,
                       .loss = iteration.value,
                       .elapsed = detail::seconds_since(began_)});
    };
  }
  OptimCallback silent() const {
    return [this](const OptimIteration&) { context_.check_stop(problem_.owner); };
  }

 private:
  const LinearProblem& problem_;
  const LinearStop& stop_;
  const FitContext& context_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

struct Outcome {
  LinearCoefficients at;
  OptimResult result;
};

/// The point after some steps on a sample of the rows, where there are so many that this is
/// quicker.
Vector start_on_sample(NewtonObjective& objective, const LinearProblem& problem, Vector x,
                       const LinearStop& stop, const Reporter& reporter) {
  const double blocks_of_sample = static_cast<double>(sample_rows_per_variable * x.size()) *
                                  static_cast<double>(objective.blocks()) /
                                  static_cast<double>(problem.X.rows());
  const auto every =
      static_cast<Index>(static_cast<double>(objective.blocks()) / std::ceil(blocks_of_sample));
  if (every < 8) return x;
  objective.thin_out(every);
  const OptimResult result = minimize_newton_cholesky(std::cref(objective), x,
                                                      {.max_iter = 20,
                                                       .tol = std::max(1e-3, stop.tol) * stop.unit,
                                                       .precision = precision_of(problem.X),
                                                       .callback = reporter.silent()});
  objective.thin_out(1);
  return result.converged ? result.x : x;
}

/// @throws InvalidInput  naming a column: the objective is not finite at the start because its
/// squares overflow
[[noreturn]] void refuse_start(const LinearProblem& problem, const InvalidInput& error) {
  const ColumnMoments moments = column_moments(problem.X, problem.weights);
  refuse_overflow(problem.owner, problem.X, moments.variance);
  throw InvalidInput(fmt::format("{}: {}", problem.owner, error.what()));
}

Outcome newton_cholesky(const LinearProblem& problem, const LinearCoefficients& start,
                        const LinearStop& stop, const Reporter& reporter) {
  NewtonObjective objective(problem.X, problem.loss, problem.weights, problem.l2,
                            problem.fit_intercept);
  const Vector x0 = objective.variables(start.coef, start.intercept);
  try {
    const Vector x = start_on_sample(objective, problem, x0, stop, reporter);
    OptimResult result = minimize_newton_cholesky(std::cref(objective), x,
                                                  {.max_iter = stop.max_iter,
                                                   .tol = stop.tol * stop.unit,
                                                   .precision = precision_of(problem.X),
                                                   .callback = reporter.callback()});
    return {{objective.coef(result.x), objective.intercept(result.x)}, std::move(result)};
  } catch (const InvalidInput& error) {
    refuse_start(problem, error);
  }
}

Outcome by_gradients(const LinearProblem& problem, LinearSolver solver,
                     const LinearCoefficients& start, const LinearStop& stop,
                     const OptimCallback& callback) {
  const LinearObjective objective(problem.X, problem.loss, problem.weights, problem.l2,
                                  problem.fit_intercept, problem.curvature);
  refuse_overflow(problem.owner, problem.X, objective.scale());
  const Vector z = objective.variables(start.coef, start.intercept);
  OptimResult result;
  if (solver == LinearSolver::newton_cg) {
    Matrix curvature;
    const CurvedFunction f{
        [&](const Vector& x, Vector& gradient) {
          return objective.evaluate(x, gradient, &curvature);
        },
        [&](const Vector& v, Vector& product) { objective.multiply(curvature, v, product); }};
    result = minimize_newton_cg(f, z,
                                {.max_iter = stop.max_iter,
                                 .gtol = stop.tol * stop.unit,
                                 .precision = precision_of(problem.X),
                                 .callback = callback});
  } else {
    result = minimize_lbfgs(std::cref(objective), z,
                            {.max_iter = stop.max_iter,
                             .gtol = stop.tol * stop.unit,
                             .precision = precision_of(problem.X),
                             .callback = callback});
  }
  return {{objective.coef(result.x), objective.intercept(result.x)}, std::move(result)};
}

}  // namespace

LinearSolver choose_solver(const Features& X, Index outputs) {
  const bool small = X.cols() * outputs <= 256;
  const double cells = static_cast<double>(X.rows()) * static_cast<double>(X.cols());
  const bool full = numbers_in(X) >= 0.1 * cells;
  return small && full ? LinearSolver::newton_cholesky : LinearSolver::lbfgs;
}

void warn_not_converged(std::string_view owner, int n_iter, std::string_view reason,
                        double gradient, double tol) {
  warn(
      WarningKind::convergence, std::string(owner),
      fmt::format("did not converge in {} iterations: {}; the scaled gradient is {:.1e}, tol is "
                  "{:.1e}. Allow more iterations (max_iter), a greater tol, or a stronger penalty.",
                  n_iter, reason, gradient, tol));
}

LinearSolution solve_linear(const LinearProblem& problem, LinearSolver solver,
                            const LinearCoefficients& start, const LinearStop& stop,
                            const FitContext& context) {
  const Reporter reporter(problem, stop, context);
  Outcome outcome;
  if (solver == LinearSolver::newton_cholesky) {
    outcome = newton_cholesky(problem, start, stop, reporter);
    const int done = outcome.result.n_iter;
    if (!outcome.result.converged && done < stop.max_iter) {
      outcome = by_gradients(problem, LinearSolver::lbfgs, outcome.at,
                             {stop.tol, stop.max_iter - done, stop.unit}, reporter.callback(done));
      outcome.result.n_iter += done;
    }
  } else {
    outcome = by_gradients(problem, solver, start, stop, reporter.callback());
  }
  if (const OptimResult& result = outcome.result; !result.converged)
    warn_not_converged(problem.owner, result.n_iter, result.message,
                       result.gradient_norm / stop.unit, stop.tol);
  return {std::move(outcome.at.coef), std::move(outcome.at.intercept), outcome.result.n_iter,
          outcome.result.converged};
}

}  // namespace espalier::detail
