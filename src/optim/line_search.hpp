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

/// Finds a step that satisfies the strong Wolfe conditions with c₁ = 10⁻⁴ and c₂ = 0.9:
///
///     f(step) ≤ f(0) + c₁·step·f'(0)   and   |f'(step)| ≤ c₂·|f'(0)|
///
/// where f(step) ≤ f(0) + ε|f(0)| with f'(step) ≤ (2c₁ − 1)·f'(0) may stand in for the first: for a
/// quadratic the two are equal, and the latter does not subtract numbers that differ by rounding
/// only.
///
/// An interval is kept whose left end falls and descends, and whose right end does not, so it holds
/// such a step; its ends move to minimisers of the cubic through both, at least a tenth inside, and
/// every third time to the middle. After `max_evaluations` the left end is returned if it is lower
/// than the start, else nothing.
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
