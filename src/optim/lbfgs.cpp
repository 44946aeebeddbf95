// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/optim/lbfgs.hpp>

#include <fmt/format.h>

#include <cmath>
#include <deque>
#include <limits>
#include <utility>

#include <espalier/core/errors.hpp>

#include "optim/line_search.hpp"
#include "optim/options.hpp"

namespace espalier {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

void check_options(const LbfgsOptions& o) {
  constexpr std::string_view who = "minimize_lbfgs";
  detail::check_option(o.max_iter >= 0, who, "max_iter", "at least 0", o.max_iter);
  detail::check_option(o.gtol >= 0.0, who, "gtol", "at least 0", o.gtol);
  detail::check_option(o.ftol >= 0.0, who, "ftol", "at least 0", o.ftol);
  detail::check_option(o.history >= 1, who, "history", "at least 1", o.history);
  detail::check_option(o.precision > 0.0, who, "precision", "above 0", o.precision);
  detail::check_option(o.max_line_search >= 1, who, "max_line_search", "at least 1",
                       o.max_line_search);
}

/// The inverse Hessian, as the last steps s and changes of the gradient y tell it.
class History {
 public:
  explicit History(int size) : size_(static_cast<std::size_t>(size)) {}

  bool empty() const { return pairs_.empty(); }
  void clear() { pairs_.clear(); }

  /// Leaves out a pair without clear positive curvature, so that the matrix stays positive
  /// definite; `slope` is that of the function along s at its begin.
  void add(Vector s, Vector y, double slope) {
    const double curvature = s.dot(y);
    if (!(curvature > epsilon * std::abs(slope))) return;
    if (pairs_.size() == size_) pairs_.pop_front();
    pairs_.push_back({std::move(s), std::move(y), 1.0 / curvature});
  }

  /// −H·gradient, by the two loops of Nocedal (1980).
  Vector direction(const Vector& gradient) const {
    Vector d = -gradient;
    std::vector<double> alpha(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      alpha[i] = pairs_[i].rho * pairs_[i].s.dot(d);
      d -= alpha[i] * pairs_[i].y;
    }
    if (!pairs_.empty()) d /= pairs_.back().rho * pairs_.back().y.squaredNorm();
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      d += (alpha[i] - pairs_[i].rho * pairs_[i].y.dot(d)) * pairs_[i].s;
    return d;
  }

 private:
  struct Pair {
    Vector s, y;
    double rho;
  };
  std::size_t size_;
  std::deque<Pair> pairs_;
};

struct Point {
  Vector x;
  Vector gradient;
  double value = 0.0;
};

class Minimizer {
 public:
  Minimizer(const SmoothFunction& f, const LbfgsOptions& options)
      : f_(f), options_(options), history_(options.history) {}

  OptimResult run(Vector x0) {
    at_ = trial_ = {x0, Vector(x0.size()), 0.0};
    at_.value = evaluate(at_);
    if (!std::isfinite(at_.value) || !at_.gradient.allFinite())
      throw InvalidInput(fmt::format(
          "minimize_lbfgs: the function or its gradient is not finite at the start (value {}).",
          at_.value));
    std::string message = converged_by_gradient() ? gradient_message() : "";
    while (message.empty()) message = iterate();
    const bool converged = converged_;
    const double norm = gradient_norm();
    return {std::move(at_.x), at_.value,         norm, n_iter_, n_evaluations_,
            converged,        std::move(message)};
  }

 private:
  double evaluate(Point& p) {
    ++n_evaluations_;
    return f_(p.x, p.gradient);
  }

  double gradient_norm() const {
    return at_.gradient.size() > 0 ? at_.gradient.lpNorm<Eigen::Infinity>() : 0.0;
  }
  bool converged_by_gradient() { return converged_ = gradient_norm() <= options_.gtol; }
  std::string gradient_message() const {
    return fmt::format("converged: no component of the gradient exceeds gtol = {}", options_.gtol);
  }

  /// One step. Returns why to end, or nothing.
  std::string iterate() {
    if (n_iter_ == options_.max_iter)
      return fmt::format("max_iter = {} iterations reached", options_.max_iter);
    Vector d = history_.direction(at_.gradient);
    double slope = d.dot(at_.gradient);
    const double expected_decrease = -0.5 * slope;
    if (!(slope < 0.0) || !move_along(d, slope)) {
      if (history_.empty()) return failed(expected_decrease);
      history_.clear();  // perhaps the approximation was misleading: once more along the gradient
      d = -at_.gradient;
      slope = -at_.gradient.squaredNorm();
      if (!move_along(d, slope)) return failed(expected_decrease);
    }
    const double decrease = trial_.value - at_.value;  // trial_ holds the point before
    ++n_iter_;
    if (options_.callback) options_.callback({n_iter_, at_.value, gradient_norm()});
    if (converged_by_gradient()) return gradient_message();
    if (options_.ftol > 0.0 &&
        decrease <= options_.ftol * std::max({std::abs(at_.value), std::abs(trial_.value), 1.0})) {
      converged_ = true;
      return fmt::format("converged: the function falls by less than ftol = {}", options_.ftol);
    }
    return {};
  }

  /// Moves to a better point along d and remembers the step; false if none was found.
  bool move_along(const Vector& d, double slope) {
    const double first_step = history_.empty() ? 1.0 / d.norm() : 1.0;
    if (!detail::move_along(at_, trial_, d, slope, first_step, options_.max_line_search,
                            options_.precision, [this](Point& p) { p.value = evaluate(p); }))
      return false;
    Vector s = at_.x - trial_.x;
    const double slope_of_s = s.dot(trial_.gradient);
    history_.add(std::move(s), at_.gradient - trial_.gradient, slope_of_s);
    return true;
  }

  std::string failed(double expected_decrease) {
    converged_ = expected_decrease <= 100.0 * options_.precision * std::abs(at_.value);
    return converged_ ? "converged: no further decrease within the precision of the function"
                      : "the line search found no lower point";
  }

  const SmoothFunction& f_;
  const LbfgsOptions& options_;
  History history_;
  Point at_;
  Point trial_;
  int n_iter_ = 0;
  int n_evaluations_ = 0;
  bool converged_ = false;
};

}  // namespace

OptimResult minimize_lbfgs(const SmoothFunction& f, Vector x0, const LbfgsOptions& options) {
  check_options(options);
  return Minimizer(f, options).run(std::move(x0));
}

}  // namespace espalier
