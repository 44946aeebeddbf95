// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/huber_regressor.hpp>

#include <Eigen/Cholesky>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include <espalier/core/warnings.hpp>

#include "core/clock.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/design_products.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = HuberRegressor::type_name;

/// The objective divided by Σw, with its derivatives, at variables (coefficients of the columns
/// divided by their root mean square, intercept, σ).
class HuberProblem {
 public:
  HuberProblem(const Features& X, const Vector& y, const Vector& weights,
               const HuberRegressorParams& p)
      : design_(X, p.fit_intercept),
        y_(y),
        weights_(weights.size() > 0 ? weights : Vector(Vector::Ones(y.size()))),
        total_(weights_.sum()),
        epsilon_(p.epsilon),
        ridge_(Vector::Zero(design_.cols())) {
    scale_ = (design_.squares() / static_cast<double>(X.rows())).cwiseSqrt();
    scale_ = (scale_.array() > 0.0).select(scale_, 1.0);
    detail::refuse_overflow(name, X, scale_.head(X.cols()));
    if (p.alpha > 0.0)
      ridge_.head(X.cols()) =
          2.0 * p.alpha / total_ * scale_.head(X.cols()).array().inverse().square();
    if (!ridge_.allFinite())
      throw InvalidInput(
          fmt::format("{}: the squares of a column of X vanish; multiply it by a constant.", name));
    size_of_y_ = std::max(y.cwiseAbs().maxCoeff(), 1e-280);
  }

  Index size() const { return design_.cols() + 1; }
  double size_of_y() const { return size_of_y_; }
  const Vector& scale() const { return scale_; }
  Vector residuals(const Vector& z) const {
    return y_ - design_.times(z.head(size() - 1).cwiseQuotient(scale_));
  }

  /// The least-squares fit, and the scale of its residuals.
  Vector start() const {
    Vector z = Vector::Zero(size());
    const Vector rhs = design_.transposed_times(weights_.cwiseProduct(y_)).cwiseQuotient(scale_);
    z.head(size() - 1) = solve(scaled_gram(weights_ / total_), rhs / total_);
    const Vector r = residuals(z);
    z[size() - 1] = std::sqrt(weights_.dot(r.cwiseAbs2()) / total_);
    return z;
  }

  double value(const Vector& z) const {
    const double sigma = z[size() - 1];
    const Vector r = residuals(z);
    double sum = 0.0;
    for (Index i = 0; i < r.size(); ++i) {
      const double u = std::abs(r[i]) / sigma;
      sum += weights_[i] * (u <= epsilon_ ? u * u : epsilon_ * (2.0 * u - epsilon_));
    }
    const auto w = z.head(size() - 1);
    return sigma * (1.0 + sum / total_) + 0.5 * w.cwiseAbs2().dot(ridge_);
  }

  struct Derivatives {
    Vector gradient;
    Matrix hessian;  // lower triangle

    /// As if σ, which is at its bound, were no variable.
    void hold_sigma() {
      const Index q = gradient.size() - 1;
      gradient[q] = 0.0;
      hessian.row(q).setZero();
      hessian(q, q) = 1.0;
    }
  };
  /// With `majorised`, rows beyond ε have the curvature that bounds their loss from above in place of
  /// none: the Hessian is regular then, and steps are shorter.
  Derivatives derivatives(const Vector& z, bool majorised) const {
    const Index q = size() - 1;
    const double sigma = z[q];
    const Vector u = residuals(z) / sigma;
    const auto inside = u.array().abs() <= epsilon_;
    const Vector clipped = weights_.array() * u.array().max(-epsilon_).min(epsilon_) / total_;
    const Vector beyond =
        majorised ? Vector(epsilon_ / u.cwiseAbs().array()) : Vector::Zero(u.size());
    const Vector inner = weights_.array() / total_ * inside.select(1.0, beyond.array());
    Derivatives d{Vector(size()), Matrix::Zero(size(), size())};
    d.gradient.head(q) = -2.0 * design_.transposed_times(clipped).cwiseQuotient(scale_) +
                         ridge_.cwiseProduct(z.head(q));
    d.gradient[q] = 1.0 - clipped.cwiseProduct(u.cwiseMax(-epsilon_).cwiseMin(epsilon_)).sum();
    d.hessian.topLeftCorner(q, q) = (2.0 / sigma) * scaled_gram(inner);
    d.hessian.diagonal().head(q) += ridge_;
    const Vector inner_u = inner.cwiseProduct(u);
    d.hessian.row(q).head(q) =
        (2.0 / sigma) * design_.transposed_times(inner_u).cwiseQuotient(scale_).transpose();
    d.hessian(q, q) = (2.0 / sigma) * inner_u.dot(u);
    return d;
  }

  /// H⁻¹g of a matrix that is nearly singular where columns depend on each other.
  static Vector solve(Matrix H, const Vector& g) {
    Vector unit = H.diagonal().cwiseSqrt();
    unit = (unit.array() > 0.0).select(unit.cwiseInverse(), 1.0);
    H = unit.asDiagonal() * H * unit.asDiagonal();
    H.diagonal().array() += 1e-14;
    return unit.cwiseProduct(
        H.selfadjointView<Eigen::Lower>().ldlt().solve(unit.cwiseProduct(g)).eval());
  }

 private:
  Matrix scaled_gram(const Vector& weights) const {
    const Vector inverse = scale_.cwiseInverse();
    return inverse.asDiagonal() * design_.gram(weights) * inverse.asDiagonal();
  }

  detail::DesignProducts design_;
  const Vector& y_;
  Vector weights_;
  double total_, epsilon_;
  Vector ridge_;  // 2α/Σw in these variables
  Vector scale_;
  double size_of_y_ = 0.0;
};

/// The bound below σ. It goes down, from one solution to the next, to 1e-9 of the size of y: with a
/// small σ Newton's method gets nowhere from afar, but is quick from the solution for a larger one.
/// @see Madsen & Nielsen, SIAM J. Optim. 3 (1993) 223–235
class ScaleBound {
 public:
  ScaleBound(double size_of_y, double sigma) : last_(1e-9 * size_of_y), value_(0.1 * size_of_y) {
    while (value_ > 0.1 * sigma && !is_last()) lower();
  }
  double value() const { return value_; }
  bool is_last() const { return value_ == last_; }
  void lower() { value_ = std::max(0.1 * value_, last_); }

 private:
  double last_, value_;
};

struct Minimum {
  Vector z;
  int n_iter = 0;
  bool converged = false;
  std::string_view reason = "allow more (max_iter)";
};

/// Goes from z, with derivatives d, along a step of Newton to a lower value; false if there is none.
/// `decrement` is what the step would gain if the function were quadratic.
bool descend(const HuberProblem& problem, const HuberProblem::Derivatives& d, double lowest_sigma,
             Vector& z, double& value, double& decrement) {
  const Index q = z.size() - 1;
  const Vector step = HuberProblem::solve(d.hessian, d.gradient);
  const double slope = d.gradient.dot(step);
  decrement = 0.5 * slope;
  // σ falls to a tenth at most, so that it stays above 0.
  double length = step[q] > 0.0 ? std::min(1.0, 0.9 * z[q] / step[q]) : 1.0;
  for (int halvings = 0; halvings < 20; ++halvings, length *= 0.5) {
    Vector next = z - length * step;
    next[q] = std::max(next[q], lowest_sigma);
    const double next_value = problem.value(next);
    if (!(next_value < value && next_value <= value - 1e-4 * length * slope)) continue;
    z = std::move(next);
    value = next_value;
    return true;
  }
  return false;
}

/// `report` is called after each step with their number and the value.
template <class Report>
Minimum minimise(const HuberProblem& problem, Vector z, double tol, int max_iter,
                 const Report& report) {
  const Index q = z.size() - 1;
  ScaleBound bound(problem.size_of_y(), z[q]);
  z[q] = std::max(z[q], bound.value());
  Minimum result;
  double value = problem.value(z);
  for (bool majorised = false;;) {
    HuberProblem::Derivatives d = problem.derivatives(z, majorised);
    // (With ε = 1 and all residuals beyond it σ does not matter.)
    const bool at_bound = z[q] <= bound.value() && d.gradient[q] > -1e-12;
    if (at_bound) d.hold_sigma();
    // Residuals are rounded, which shows where σ is small.
    const double allowed = std::max(tol, 1e-15 * problem.size_of_y() / z[q]);
    const bool solved = d.gradient.lpNorm<Eigen::Infinity>() <= allowed;
    const bool may_go_lower = at_bound && !bound.is_last();
    result.converged = solved && !may_go_lower;
    if (result.converged || (result.n_iter == max_iter && !solved)) break;
    double decrement = 0.0;
    if (!solved && descend(problem, d, bound.value(), z, value, decrement)) {
      majorised = false;
      report(++result.n_iter, value);
    } else if (!solved && !majorised) {
      majorised = true;
    } else if (may_go_lower) {
      bound.lower();
      majorised = false;
    } else {  // if but for rounding, nothing more is to be had
      result.converged = decrement <= 1e-13 * std::abs(value);
      result.reason = "no lower point was found; scale the columns of X and y";
      break;
    }
  }
  result.z = std::move(z);
  return result;
}

}  // namespace

void HuberRegressorState::check(const Schema& schema) const {
  detail::check_one_output(name, coef, intercept, n_iter, schema);
}

HuberRegressorState HuberRegressor::do_fit(const Features& X, const Vector& y,
                                           const FitContext& context, const State* previous) const {
  const auto began = std::chrono::steady_clock::now();
  const HuberProblem problem(X, y, context.sample_weight, params());
  const Index q = problem.size() - 1, p = X.cols();
  Vector z = problem.start();
  if (previous != nullptr) {
    z.head(p) = previous->coef.row(0).transpose().cwiseProduct(problem.scale().head(p));
    if (params().fit_intercept) z[p] = previous->intercept[0];
    z[q] = previous->scale;
  }
  const Minimum found = minimise(problem, std::move(z), params().tol, params().max_iter,
                                 [&](int iteration, double value) {
                                   context.report({.task = name,
                                                   .iteration = iteration,
                                                   .total = params().max_iter,
                                                   .loss = value,
                                                   .elapsed = detail::seconds_since(began)});
                                 });
  if (!found.z.allFinite())
    throw InvalidInput(
        fmt::format("{}: the coefficients are not finite; scale the columns of X and y.", name));
  if (!found.converged)
    warn(WarningKind::convergence, std::string(name),
         fmt::format("did not converge in {} iterations: {}.", found.n_iter, found.reason));
  const Vector residuals = problem.residuals(found.z);
  State state;
  state.coef = found.z.head(p).cwiseQuotient(problem.scale().head(p)).transpose();
  state.intercept = Vector::Constant(1, params().fit_intercept ? found.z[p] : 0.0);
  state.scale = found.z[q];
  state.outliers = (residuals.array().abs() > state.scale * params().epsilon).cast<int>();
  state.n_iter = found.n_iter;
  state.converged = found.converged;
  return state;
}

Vector HuberRegressor::do_predict(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void HuberRegressor::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<HuberRegressor, Regressor, HuberRegressorParams, HuberRegressorState>;

}  // namespace espalier
