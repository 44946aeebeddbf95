// SPDX-License-Identifier: BSD-3-Clause
#include "optim/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier::detail {
namespace {

constexpr double c1 = 1e-3;
constexpr double c2 = 0.9;
constexpr double precisions = 50.0;      // within so many, f does not tell two points apart
constexpr double narrow = 0.1;           // of the farther end: an interval not worth dividing
constexpr double shrinking = 0.66;       // in two evaluations at least, or the interval is halved
constexpr double nearest_beyond = 1.1;   // how far beyond the last two points to look for a
constexpr double farthest_beyond = 4.0;  // point that does not descend, in steps between them
constexpr double longest_step = 1e10;

bool is_finite(const LinePoint& p) { return std::isfinite(p.value) && std::isfinite(p.slope); }

/// Where the cubic through both points, with their slopes, has its minimum, as a share of the way
/// from `a` to `b`; infinity where it has none.
double cubic_minimiser(const LinePoint& a, const LinePoint& b) {
  const double theta = 3.0 * (a.value - b.value) / (b.step - a.step) + a.slope + b.slope;
  const double scale = std::max({std::abs(theta), std::abs(a.slope), std::abs(b.slope)});
  const double t = theta / scale;
  const double discriminant = t * t - (a.slope / scale) * (b.slope / scale);
  if (!(discriminant > 0.0)) return std::numeric_limits<double>::infinity();
  const double gamma = std::copysign(scale * std::sqrt(discriminant), b.step - a.step);
  return (gamma - a.slope + theta) / (2.0 * gamma - a.slope + b.slope);
}

/// The search's state; the names of Moré & Thuente (1994) in brackets.
class Search {
 public:
  Search(const LinePoint& start, double first_step)
      : start_(start), best_(start), other_(start), most_((1.0 + farthest_beyond) * first_step) {}

  const LinePoint& best() const { return best_; }

  bool falls_enough(const LinePoint& t) const {
    return t.value <= start_.value + c1 * t.step * start_.slope;
  }

  /// Whether `step`, the next one, would tell nothing new.
  bool is_exhausted(double step) const {
    if (!bracketed_) return !std::isfinite(step) || step == best_.step;
    return !(step > least_ && step < most_) || most_ - least_ <= narrow * most_;
  }

  /// Takes in a point and returns the next step.
  double next(const LinePoint& t) {
    if (!is_finite(t)) {
      limit_ = t.step;
      return 0.5 * (best_.step + t.step);
    }
    if (falls_enough(t) && t.slope >= 0.0) fell_enough_ = true;
    double step;
    if (!fell_enough_ && t.value <= best_.value && !falls_enough(t)) {
      // Lower, yet not low enough: what is to be minimised is f less the decrease asked for (ψ).
      best_ = tilted(best_, -1.0);
      other_ = tilted(other_, -1.0);
      step = divide(tilted(t, -1.0));
      best_ = tilted(best_, 1.0);
      other_ = tilted(other_, 1.0);
    } else {
      step = divide(t);
    }
    if (bracketed_) {
      const double width = std::abs(other_.step - best_.step);
      if (width >= shrinking * width_before_last_) step = 0.5 * (best_.step + other_.step);
      width_before_last_ = width_;
      width_ = width;
      least_ = std::min(best_.step, other_.step);
      most_ = std::max(best_.step, other_.step);
      return step;
    }
    least_ = step + nearest_beyond * (step - best_.step);
    most_ = step + farthest_beyond * (step - best_.step);
    return step < limit_ ? step : 0.5 * (best_.step + limit_);
  }

 private:
  LinePoint tilted(LinePoint p, double sign) const {
    p.value += sign * c1 * p.step * start_.slope;
    p.slope += sign * c1 * start_.slope;
    return p;
  }

  /// Trades an end of the interval for `t`; returns where to go on.
  double divide(const LinePoint& t) {
    const LinePoint best = best_;
    if (t.value > best.value) {
      other_ = t;
      bracketed_ = true;
      return between_higher(best, t);
    }
    const bool turned = (t.slope < 0.0) != (best.slope < 0.0) && t.slope != 0.0;
    best_ = t;
    if (turned) {
      other_ = best;
      bracketed_ = true;
      return between_turned(best, t);
    }
    if (std::abs(t.slope) < std::abs(best.slope)) return beyond_flatter(best, t);
    if (bracketed_) return t.step + cubic_minimiser(t, other_) * (other_.step - t.step);
    return t.step > best.step ? most_ : least_;
  }

  /// The cubic's minimum, or half way from there to the parabola's if that is nearer to the best.
  static double between_higher(const LinePoint& best, const LinePoint& t) {
    const double width = t.step - best.step;
    const double cubic = cubic_minimiser(best, t);
    const double parabola = 0.5 * best.slope / ((best.value - t.value) / width + best.slope);
    const double share = std::abs(cubic) <= std::abs(parabola) ? cubic : 0.5 * (cubic + parabola);
    return best.step + share * width;
  }

  /// The minimum of the cubic or of the parabola through the slopes, what is farther from `t`.
  static double between_turned(const LinePoint& best, const LinePoint& t) {
    const double cubic = cubic_minimiser(t, best);
    const double parabola = t.slope / (t.slope - best.slope);
    return t.step +
           (std::abs(cubic) > std::abs(parabola) ? cubic : parabola) * (best.step - t.step);
  }

  /// The same, beyond `t` as seen from the best before; the nearer one where an end lies beyond.
  double beyond_flatter(const LinePoint& best, const LinePoint& t) const {
    const double width = best.step - t.step;
    const double share = cubic_minimiser(t, best);
    const double cubic = share < 0.0 ? t.step + share * width : t.step > best.step ? most_ : least_;
    const double parabola = t.step + t.slope / (t.slope - best.slope) * width;
    const bool cubic_is_nearer = std::abs(cubic - t.step) < std::abs(parabola - t.step);
    if (!bracketed_) return std::clamp(cubic_is_nearer ? parabola : cubic, least_, most_);
    const double step = cubic_is_nearer ? cubic : parabola;
    const double farthest = t.step + shrinking * (other_.step - t.step);
    return t.step > best.step ? std::min(step, farthest) : std::max(step, farthest);
  }

  LinePoint start_;
  LinePoint best_;   // the lowest point so far (x)
  LinePoint other_;  // the other end of the interval, if there is one (y)
  bool bracketed_ = false;
  bool fell_enough_ = false;
  double least_ = 0.0;
  double most_;
  double limit_ = longest_step;
  double width_ = longest_step;
  double width_before_last_ = 2.0 * longest_step;
};

/// Where the values differ by no more than rounding, the slopes tell what f has fallen by: half
/// their sum times the step, without rounding for a parabola.
double value_of(const LinePoint& start, const LinePoint& t, double rounding) {
  const double change = 0.5 * t.step * (start.slope + t.slope);
  const double smallest = rounding * std::abs(start.value);
  const bool rounded = std::abs(t.value - start.value) <= smallest && std::abs(change) <= smallest;
  return rounded ? start.value + change : t.value;
}

}  // namespace

std::optional<LinePoint> wolfe_search(const std::function<LinePoint(double)>& evaluate,
                                      const LinePoint& start, double first_step,
                                      int max_evaluations, double precision) {
  double lowest = start.value;
  double step = std::min(first_step, longest_step);
  Search search(start, step);
  for (int i = 0; i < max_evaluations; ++i) {
    LinePoint t = evaluate(step);
    const double value = t.value;
    t.value = value_of(start, t, precisions * precision);
    const bool is_flat = std::abs(t.slope) <= c2 * std::abs(start.slope);
    if (is_finite(t) && search.falls_enough(t) && is_flat) return t;
    step = search.next(t);
    if (search.best().step == t.step) lowest = value;
    if (search.is_exhausted(step)) break;
  }
  if (lowest < start.value) return search.best();
  return std::nullopt;
}

}  // namespace espalier::detail
