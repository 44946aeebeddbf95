// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/optim/newton_cholesky.hpp>

#include <Eigen/Cholesky>
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include <espalier/core/errors.hpp>

#include "optim/line_search.hpp"
#include "optim/options.hpp"

namespace espalier {
namespace {

/// A pivot below this, of a matrix with a diagonal of ones, is rounding.
constexpr double smallest_pivot = 1e-13;

struct Point {
  Vector x;
  Vector gradient;
  Matrix hessian;
  double value = 0.0;
};

class Minimizer {
 public:
  Minimizer(const TwiceSmoothFunction& f, const NewtonCholeskyOptions& options)
      : f_(f), options_(options) {}

  OptimResult run(Vector x0) {
    const Index n = x0.size();
    at_ = trial_ = {std::move(x0), Vector(n), Matrix(n, n), 0.0};
    evaluate(at_);
    if (!std::isfinite(at_.value) || !at_.gradient.allFinite() ||
        !at_.hessian.diagonal().allFinite())
      throw InvalidInput(fmt::format(
          "minimize_newton_cholesky: the function or a derivative of it is not finite at the start "
          "(value {}).",
          at_.value));
    OptimResult result;
    while (result.message.empty()) result.message = iterate();
    result.x = std::move(at_.x);
    result.value = at_.value;
    result.gradient_norm = decrement_;
    result.n_iter = n_iter_;
    result.n_evaluations = n_evaluations_;
    result.converged = converged_;
    return result;
  }

 private:
  void evaluate(Point& p) {
    ++n_evaluations_;
    p.value = f_(p.x, p.gradient, p.hessian);
  }

  /// −H⁻¹·gradient. The Hessian of at_ is used up.
  Vector direction() {
    Vector scale = at_.hessian.diagonal().cwiseMax(0.0).cwiseSqrt();
    scale = (scale.array() > 0.0).select(scale, 1.0);
    Matrix& scaled = at_.hessian;
    scaled.array().colwise() /= scale.array();
    scaled.array().rowwise() /= scale.transpose().array();
    for (double shift = 0.0;; shift = std::max(1e-10, 100.0 * shift)) {
      Matrix shifted = scaled;
      shifted.diagonal().array() += shift;
      const Eigen::LLT<Eigen::Ref<Matrix>> factor(shifted);
      const bool regular =
          factor.info() == Eigen::Success &&
          (shift > 0.0 || (shifted.diagonal().array().square() > smallest_pivot).all());
      if (!regular && shift < 1e12) continue;
      return -factor.solve(at_.gradient.cwiseQuotient(scale)).cwiseQuotient(scale);
    }
  }

  /// One step. Returns why to end, or nothing.
  std::string iterate() {
    const Vector d = direction();
    const double slope = d.dot(at_.gradient);
    decrement_ = std::sqrt(std::max(0.0, -slope));
    if (n_iter_ > 0 && options_.callback) options_.callback({n_iter_, at_.value, decrement_});
    if (decrement_ <= options_.tol) {
      converged_ = true;
      return fmt::format("converged: the scaled gradient is no longer than tol = {}", options_.tol);
    }
    if (n_iter_ == options_.max_iter)
      return fmt::format("max_iter = {} iterations reached", options_.max_iter);
    if (!(slope < 0.0) || !move_along(d, slope)) {
      converged_ =
          0.5 * decrement_ * decrement_ <= 100.0 * options_.precision * std::abs(at_.value);
      return converged_ ? "converged: no further decrease within the precision of the function"
                        : "the line search found no lower point";
    }
    ++n_iter_;
    return {};
  }

  bool move_along(const Vector& d, double slope) {
    return detail::move_along(at_, trial_, d, slope, 1.0, options_.max_line_search,
                              options_.precision, [this](Point& p) { evaluate(p); });
  }

  const TwiceSmoothFunction& f_;
  const NewtonCholeskyOptions& options_;
  Point at_;
  Point trial_;
  double decrement_ = 0.0;
  int n_iter_ = 0;
  int n_evaluations_ = 0;
  bool converged_ = false;
};

}  // namespace

OptimResult minimize_newton_cholesky(const TwiceSmoothFunction& f, Vector x0,
                                     const NewtonCholeskyOptions& options) {
  constexpr std::string_view who = "minimize_newton_cholesky";
  detail::check_option(options.max_iter >= 0, who, "max_iter", "at least 0", options.max_iter);
  detail::check_option(options.tol >= 0.0, who, "tol", "at least 0", options.tol);
  detail::check_option(options.precision > 0.0, who, "precision", "above 0", options.precision);
  detail::check_option(options.max_line_search >= 1, who, "max_line_search", "at least 1",
                       options.max_line_search);
  return Minimizer(f, options).run(std::move(x0));
}

}  // namespace espalier
