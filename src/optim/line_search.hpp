// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include <espalier/core/types.hpp>

namespace espalier::detail {

/// A point on the line x + step·d: the function's value and its slope along d.
struct LinePoint {
  double step;
  double value;
  double slope;
};

/// Finds a step that satisfies the strong Wolfe conditions with c₁ = 10⁻³ and c₂ = 0.9,
///
///     f(step) ≤ f(0) + c₁·step·f'(0)   and   |f'(step)| ≤ c₂·|f'(0)|,
///
/// by the method of Moré & Thuente (1994), with the constants of L-BFGS-B: the same function gives
/// the same steps as scipy's. When the interval that holds such a step is narrower than a tenth of
/// its farther end, or after `max_evaluations`, the lowest point so far will do, if it is lower than
/// the start; else there is nothing.
///
/// Where f(step) and f(0) differ by rounding only, the slopes tell the difference, as half their
/// sum times the step: the first condition is then the approximate one of Hager & Zhang (2005),
/// f'(step) ≤ (2c₁ − 1)·f'(0).
///
/// `start` is the point at step 0, with a negative slope; `evaluate(step)` may return NaN or
/// infinity. `precision` is that of f, relative.
std::optional<LinePoint> wolfe_search(const std::function<LinePoint(double)>& evaluate,
                                      const LinePoint& start, double first_step,
                                      int max_evaluations,
                                      double precision = std::numeric_limits<double>::epsilon());

/// Moves `at` by wolfe_search along d, where f has the slope `slope`; false if no better point was
/// found. A Point has x, gradient and value, and `evaluate(point)` fills the latter two, last of all
/// at the point moved to. `trial` holds the point before then.
template <class Point, class Evaluate>
bool move_along(Point& at, Point& trial, const Vector& d, double slope, double first_step,
                int max_evaluations, double precision, const Evaluate& evaluate) {
  double last_step = 0.0;
  const auto evaluate_at = [&](double step) {
    trial.x = at.x + step * d;
    evaluate(trial);
    last_step = step;
    return LinePoint{step, trial.value, trial.gradient.dot(d)};
  };
  const auto found =
      wolfe_search(evaluate_at, {0.0, at.value, slope}, first_step, max_evaluations, precision);
  if (!found) return false;
  if (found->step != last_step) evaluate_at(found->step);
  std::swap(at, trial);
  return true;
}

}  // namespace espalier::detail
