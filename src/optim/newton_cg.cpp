// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/optim/newton_cg.hpp>

#include <cmath>
#include <limits>
#include <utility>

#include <espalier/core/errors.hpp>

#include "optim/line_search.hpp"
#include "optim/options.hpp"

namespace espalier {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// The quadratic model falls by less than this share in a step of conjugate gradients: what
/// remains is not worth it.
constexpr double little_gain = 0.5;

struct Point {
  Vector x;
  Vector gradient;
  double value = 0.0;
};

class Minimizer {
 public:
  Minimizer(const CurvedFunction& f, const NewtonCgOptions& options) : f_(f), options_(options) {}

  OptimResult run(Vector x0) {
    const Index n = x0.size();
    at_ = trial_ = {std::move(x0), Vector(n), 0.0};
    evaluate(at_);
    if (!std::isfinite(at_.value) || !at_.gradient.allFinite())
      throw InvalidInput(fmt::format(
          "minimize_newton_cg: the function or its gradient is not finite at the start (value {}).",
          at_.value));
    OptimResult result;
    while (result.message.empty()) result.message = iterate();
    result.gradient_norm = gradient_norm();
    result.x = std::move(at_.x);
    result.value = at_.value;
    result.n_iter = n_iter_;
    result.n_evaluations = n_evaluations_;
    result.converged = converged_;
    return result;
  }

 private:
  void evaluate(Point& p) {
    ++n_evaluations_;
    p.value = f_.evaluate(p.x, p.gradient);
  }

  double gradient_norm() const {
    return at_.gradient.size() > 0 ? at_.gradient.lpNorm<Eigen::Infinity>() : 0.0;
  }

  /// −H⁻¹·gradient by conjugate gradients, which begin at 0, so that every iterate descends.
  Vector direction() {
    const double norm = at_.gradient.norm();
    const double tolerance = std::min(0.5, std::sqrt(norm)) * norm;
    Vector d = Vector::Zero(at_.x.size());
    Vector residual = -at_.gradient, p = residual, product(d.size());
    double squared = residual.squaredNorm();
    double model = 0.0;
    for (int i = 1; i <= options_.max_inner_iter && std::sqrt(squared) > tolerance; ++i) {
      f_.multiply(p, product);
      const double curvature = p.dot(product);
      if (!(curvature > epsilon * p.squaredNorm())) return i == 1 ? p : d;
      const double step = squared / curvature;
      d += step * p;
      residual -= step * product;
      const double fall = 0.5 * step * squared;
      model += fall;
      if (i * fall < little_gain * tolerance / norm * model) break;
      const double before = std::exchange(squared, residual.squaredNorm());
      p = residual + squared / before * p;
    }
    return d;
  }

  /// One step. Returns why to end, or nothing.
  std::string iterate() {
    if (gradient_norm() <= options_.gtol) {
      converged_ = true;
      return fmt::format("converged: no component of the gradient exceeds gtol = {}",
                         options_.gtol);
    }
    if (n_iter_ == options_.max_iter)
      return fmt::format("max_iter = {} iterations reached", options_.max_iter);
    const Vector d = direction();
    const double slope = d.dot(at_.gradient);
    if (!(slope < 0.0) || !move_along(d, slope)) {
      converged_ = -0.5 * slope <= 100.0 * options_.precision * std::abs(at_.value);
      return converged_ ? "converged: no further decrease within the precision of the function"
                        : "the line search found no lower point";
    }
    ++n_iter_;
    if (options_.callback) options_.callback({n_iter_, at_.value, gradient_norm()});
    return {};
  }

  bool move_along(const Vector& d, double slope) {
    return detail::move_along(at_, trial_, d, slope, 1.0, options_.max_line_search,
                              options_.precision, [this](Point& p) { evaluate(p); });
  }

  const CurvedFunction& f_;
  const NewtonCgOptions& options_;
  Point at_;
  Point trial_;
  int n_iter_ = 0;
  int n_evaluations_ = 0;
  bool converged_ = false;
};

}  // namespace

OptimResult minimize_newton_cg(const CurvedFunction& f, Vector x0, const NewtonCgOptions& options) {
  constexpr std::string_view who = "minimize_newton_cg";
  detail::check_option(options.max_iter >= 0, who, "max_iter", "at least 0", options.max_iter);
  detail::check_option(options.gtol >= 0.0, who, "gtol", "at least 0", options.gtol);
  detail::check_option(options.max_inner_iter >= 1, who, "max_inner_iter", "at least 1",
                       options.max_inner_iter);
  detail::check_option(options.precision > 0.0, who, "precision", "above 0", options.precision);
  detail::check_option(options.max_line_search >= 1, who, "max_line_search", "at least 1",
                       options.max_line_search);
  return Minimizer(f, options).run(std::move(x0));
}

}  // namespace espalier
