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
    lowest_sigma_ = 1e-12 * std::max(y.cwiseAbs().maxCoeff(), 1e-280);
  }

  Index size() const { return design_.cols() + 1; }
  double lowest_sigma() const { return lowest_sigma_; }
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
    z[size() - 1] = std::max(lowest_sigma_, std::sqrt(weights_.dot(r.cwiseAbs2()) / total_));
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
  };
  Derivatives derivatives(const Vector& z) const {
    const Index q = size() - 1;
    const double sigma = z[q];
    const Vector u = residuals(z) / sigma;
    const auto inside = u.array().abs() <= epsilon_;
    const Vector clipped = weights_.array() * u.array().max(-epsilon_).min(epsilon_) / total_;
    const Vector inner = inside.select((weights_ / total_).array(), 0.0);
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
    H.diagonal().array() += 1e-12;
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
  double lowest_sigma_ = 0.0;
};

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
    z[q] = std::max(previous->scale, problem.lowest_sigma());
  }
  State state;
  double value = problem.value(z);
  std::string_view reason = "allow more (max_iter)";
  for (;; ++state.n_iter) {
    const auto d = problem.derivatives(z);
    const bool at_bound = z[q] <= problem.lowest_sigma() && d.gradient[q] > 0.0;
    const double largest = at_bound ? d.gradient.head(q).lpNorm<Eigen::Infinity>() * z[q]
                                    : d.gradient.lpNorm<Eigen::Infinity>();
    state.converged = largest <= params().tol;
    if (state.n_iter > 0)
      context.report({.task = name,
                      .iteration = state.n_iter,
                      .total = params().max_iter,
                      .loss = value,
                      .elapsed = detail::seconds_since(began)});
    if (state.converged || state.n_iter == params().max_iter) break;
    const Vector step = HuberProblem::solve(d.hessian, d.gradient);
    const double slope = d.gradient.dot(step);
    // σ falls to a tenth at most, so that it stays above 0.
    double length = step[q] > 0.0 ? std::min(1.0, 0.9 * z[q] / step[q]) : 1.0;
    Vector next;
    double next_value = value;
    for (int halvings = 0; halvings < 50; ++halvings, length *= 0.5) {
      next = z - length * step;
      next[q] = std::max(next[q], problem.lowest_sigma());
      next_value = problem.value(next);
      if (next_value <= value - 1e-4 * length * slope) break;
    }
    if (!(next_value < value)) {  // if but for rounding, nothing more is to be had
      state.converged = 0.5 * slope <= 1e-13 * std::abs(value);
      reason = "no lower point was found; scale the columns of X and y";
      break;
    }
    z = next;
    value = next_value;
  }
  if (!z.allFinite())
    throw InvalidInput(
        fmt::format("{}: the coefficients are not finite; scale the columns of X and y.", name));
  if (!state.converged)
    warn(WarningKind::convergence, std::string(name),
         fmt::format("did not converge in {} iterations: {}.", state.n_iter, reason));
  const Vector residuals = problem.residuals(z);
  state.coef = z.head(p).cwiseQuotient(problem.scale().head(p)).transpose();
  state.intercept = Vector::Constant(1, params().fit_intercept ? z[p] : 0.0);
  state.scale = z[q];
  state.outliers = (residuals.array().abs() > state.scale * params().epsilon).cast<int>();
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
