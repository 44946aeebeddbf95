// SPDX-License-Identifier: BSD-3-Clause
#include "svm/linear_svm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"
#include "svm/svm_rows.hpp"

namespace espalier::detail {
namespace {

struct Running {
  std::unique_ptr<SvmRun> run;
  int n_iter = 0;
  bool converged = false;
};

/// The numbers that a pass touches.
double numbers_of(const Features& X) {
  return X.is_sparse() ? static_cast<double>(X.sparse().nonZeros())
                       : static_cast<double>(X.rows()) * static_cast<double>(X.cols());
}

/// Passes between two reports: several where they are short, so that waking threads does not cost
/// more than they do.
int passes_together(double work) {
  constexpr double enough = 2e6;
  return static_cast<int>(std::clamp(enough / work, 1.0, 100.0));
}

void check_finite(const SvmSolution& solution, std::string_view owner) {
  if (!solution.coef.allFinite() || !std::isfinite(solution.intercept))
    throw InvalidInput(
        fmt::format("{}: the coefficients are not finite: X is too large; scale its columns first "
                    "(StandardScaler).",
                    owner));
}

}  // namespace

SvmSolver smooth_or_dual(const Features& X, bool squared, std::optional<bool> dual) {
  constexpr Index most_columns = 200;
  const bool suits = squared && X.cols() <= most_columns && X.cols() < X.rows();
  return dual.value_or(!suits) ? SvmSolver::dual : SvmSolver::newton;
}

std::vector<SvmSolution> solve_svm(SvmSolver solver, const Features& X,
                                   const std::vector<SvmTask>& tasks, const SvmOptions& options,
                                   const FitContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const std::optional<SvmRows> rows =
      solver == SvmSolver::dual ? std::make_optional<SvmRows>(X) : std::nullopt;
  std::vector<Running> all(tasks.size());
  for (std::size_t k = 0; k < tasks.size(); ++k)
    all[k].run = solver == SvmSolver::dual     ? dual_svm(*rows, tasks[k], options, k)
                 : solver == SvmSolver::newton ? newton_svm(X, tasks[k], options)
                                               : l1_svm(X, tasks[k], options);
  const double work = numbers_of(X);
  const int together = passes_together(work);
  for (int passed = 0; passed < options.max_iter;) {
    std::vector<Running*> active;
    for (Running& one : all)
      if (!one.converged) active.push_back(&one);
    if (active.empty()) break;
    const int passes = std::min(together, options.max_iter - passed);
    parallel_for(static_cast<Index>(active.size()),
                 work * passes * static_cast<double>(active.size()), [&](Index k) {
                   Running& one = *active[static_cast<std::size_t>(k)];
                   for (int pass = 0; pass < passes && !one.converged; ++pass, ++one.n_iter)
                     one.converged = one.run->pass() <= 1.0;
                 });
    passed += passes;
    context.report({.task = options.owner,
                    .iteration = passed,
                    .total = options.max_iter,
                    .elapsed = detail::seconds_since(began)});
  }
  std::vector<SvmSolution> solutions;
  bool converged = true;
  for (const Running& one : all) {
    solutions.push_back(one.run->solution());
    solutions.back().n_iter = one.n_iter;
    solutions.back().converged = one.converged;
    converged = converged && one.converged;
    check_finite(solutions.back(), options.owner);
  }
  if (!converged)
    warn(WarningKind::convergence, std::string(options.owner),
         fmt::format("did not converge in {} iterations. Scale the columns of X (StandardScaler), "
                     "allow more iterations (max_iter), or take a smaller C.",
                     options.max_iter));
  return solutions;
}

}  // namespace espalier::detail
