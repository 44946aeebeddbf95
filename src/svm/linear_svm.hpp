// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The solvers of LinearSVC and LinearSVR, which know neither.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/fit_context.hpp>

namespace espalier::detail {

/// One linear function f(x) = wx + v·s, where s (`constant`) stands for a column of ones that is
/// penalised like the others; 0: there is none. Minimises
///
///     ½(‖w‖² + v²) + Σᵢ Cᵢ·ξᵢ, or Σᵢ Cᵢ·ξᵢ² if `squared`
///
/// with ξᵢ = max(0, 1 − tᵢf(xᵢ)) for classes tᵢ = ±1, max(0, |tᵢ − f(xᵢ)| − ε) otherwise; or, of
/// `l1`, ‖w‖₁ + |v| in place of the first term.
struct SvmTask {
  Vector target;  ///< t, n
  Vector cost;    ///< C, n; 0: the row does not count
  bool classifies;
  bool squared;
  double epsilon;  ///< 0 for classes
  double constant;

  /// tᵢ·ξᵢ for classes, ξᵢ with the sign of tᵢ − f(xᵢ) otherwise: 0 where the row costs nothing.
  double signed_slack(Index i, double f) const {
    const double t = target[i];
    if (classifies) return 1.0 - t * f > 0.0 ? t - f : 0.0;
    const double excess = std::abs(t - f) - epsilon;
    return excess > 0.0 ? std::copysign(excess, t - f) : 0.0;
  }
};

struct SvmSolution {
  Vector coef;  ///< w, p
  double intercept = 0.0;
  int n_iter = 0;
  bool converged = false;
};

struct SvmOptions {
  std::string_view owner;
  double tol;
  int max_iter;
  std::uint64_t seed;
};

enum class SvmSolver { dual, newton, l1 };

/// Solves several tasks on the same X, at the same time on several threads.
///
/// `dual`: coordinate descent on the dual, one row after the other in random order, with shrinking;
/// O(np) a pass, or O(nonzeros). Ends when no row violates its optimality condition by more than
/// `tol` (classes), or `tol` times the most at the start. A dense X is copied, by rows.
/// `newton`: Newton's method on the primal, for squared losses: O(np² + p³) an iteration, some ten
/// of them; ends when the gradient is below tol·1e-4 of that at 0, which costs at most an iteration
/// more.
/// `l1`: coordinate descent on the primal with Newton steps, for squared hinge; O(np) a pass; ends
/// when the sum of the violations is below `tol` times that at 0. A sparse X is copied, by columns.
/// @see Hsieh et al., ICML (2008) 408–415; Ho & Lin, JMLR 13 (2012) 3323–3348; Yuan et al., JMLR 11
///      (2010) 3183–3234
std::vector<SvmSolution> solve_svm(SvmSolver solver, const Features& X,
                                   const std::vector<SvmTask>& tasks, const SvmOptions& options,
                                   const FitContext& context);

/// Newton's method if `dual` is false, or is not given, the loss is squared and p at most 200 and
/// below n; else the dual.
SvmSolver smooth_or_dual(const Features& X, bool squared, std::optional<bool> dual);

/// One task on its way: a pass at a time, so that the fit can report and be stopped.
class SvmRun {
 public:
  virtual ~SvmRun() = default;
  /// Returns the largest violation, relative to what is allowed: at most 1 is the end.
  virtual double pass() = 0;
  virtual SvmSolution solution() const = 0;
};

class SvmRows;  // X by rows, shared by the tasks
std::unique_ptr<SvmRun> dual_svm(const SvmRows& rows, const SvmTask& task,
                                 const SvmOptions& options, std::uint64_t stream);
std::unique_ptr<SvmRun> newton_svm(const Features& X, const SvmTask& task,
                                   const SvmOptions& options);
std::unique_ptr<SvmRun> l1_svm(const Features& X, const SvmTask& task, const SvmOptions& options);

}  // namespace espalier::detail
