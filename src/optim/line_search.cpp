// SPDX-License-Identifier: BSD-3-Clause
#include "optim/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier::detail {
namespace {

constexpr double c1 = 1e-4;
constexpr double c2 = 0.9;
constexpr double precisions = 50.0;  // within so many, f does not tell two points apart

bool falls_enough(const LinePoint& start, const LinePoint& t, double rounding) {
  if (!std::isfinite(t.value) || !std::isfinite(t.slope)) return false;
  if (t.value <= start.value + c1 * t.step * start.slope) return true;
  // Where the values differ by rounding only, the slopes decide (Hager & Zhang).
  return std::abs(t.value - start.value) <= rounding * std::abs(start.value) &&
         t.slope <= (2.0 * c1 - 1.0) * start.slope;
}

/// The minimiser of the cubic through both ends; of the parabola through the slopes where the
/// values do not differ by more than rounding; the middle where there is neither.
double interpolate(const LinePoint& low, const LinePoint& high, double rounding) {
  const double width = high.step - low.step;
  const double middle = low.step + 0.5 * width;
  if (!std::isfinite(high.value) || !std::isfinite(high.slope)) return middle;
  double step = middle;
  if (std::abs(high.value - low.value) > rounding * std::abs(low.value)) {
    const double a = low.slope + high.slope - 3.0 * (high.value - low.value) / width;
    const double discriminant = a * a - low.slope * high.slope;
    if (discriminant >= 0.0) {
      const double b = std::sqrt(discriminant);
      step = high.step - width * (high.slope + b - a) / (high.slope - low.slope + 2.0 * b);
    }
  } else if (high.slope > low.slope) {
    step = low.step - low.slope * width / (high.slope - low.slope);
  }
  if (!std::isfinite(step)) return middle;
  return std::clamp(step, low.step + 0.1 * width, high.step - 0.1 * width);
}

/// Beyond `low`, to where the slope would vanish if it went on as from `before`.
double extrapolate(const LinePoint& before, const LinePoint& low) {
  const double farthest = 10.0 * low.step;
  if (!(low.slope > before.slope)) return farthest;
  const double step = low.step - low.slope * (low.step - before.step) / (low.slope - before.slope);
  return std::clamp(step, 2.0 * low.step, farthest);
}

}  // namespace

std::optional<LinePoint> wolfe_search(const std::function<LinePoint(double)>& evaluate,
                                      const LinePoint& start, double first_step,
                                      int max_evaluations, double precision) {
  const double rounding = precisions * precision;
  LinePoint low = start;
  LinePoint before = start;
  std::optional<LinePoint> high;
  double step = first_step;
  for (int i = 0; i < max_evaluations; ++i) {
    const LinePoint t = evaluate(step);
    const bool falls = falls_enough(start, t, rounding);
    if (falls && std::abs(t.slope) <= c2 * std::abs(start.slope)) return t;
    if (falls && t.slope < 0.0) {
      before = std::exchange(low, t);
    } else {
      high = t;
    }
    if (!high)
      step = extrapolate(before, low);
    else
      step = i % 3 == 2 ? 0.5 * (low.step + high->step) : interpolate(low, *high, rounding);
    if (!std::isfinite(step) || step <= low.step || (high && step >= high->step)) break;
  }
  if (low.step > 0.0 && low.value < start.value) return low;  // lower, if not much

  return std::nullopt;
}

}  // namespace espalier::detail
