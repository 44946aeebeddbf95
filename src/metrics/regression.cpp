// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/regression.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>
#include "metrics/checks.hpp"

namespace espalier {
namespace {

using namespace detail::metrics;

constexpr auto square = [](double x) { return x * x; };
constexpr auto identity = [](double x) { return x; };

/// Σ wᵢ f(i)
template <class F>
double weighted_sum(const Weights& weights, Index n, const F& f) {
  double sum = 0.0;
  for (Index i = 0; i < n; ++i) sum += weights[i] * f(i);
  return sum;
}

/// Σ wᵢ (f(i) − mean of f)². Measured from the first value, so that constants give exactly 0.
template <class F>
double squared_deviations(const Weights& weights, Index n, const F& f) {
  const double origin = f(0);
  const double mean =
      weighted_sum(weights, n, [&](Index i) { return f(i) - origin; }) / weights.sum();
  return weighted_sum(weights, n, [&](Index i) { return square(f(i) - origin - mean); });
}

/// The mean over outputs of `finish(weighted mean of loss(error))`.
template <class Loss, class Finish>
double mean_loss(std::string_view function, const MatrixRef& y_true, const MatrixRef& y_pred,
                 const RegressionLossOptions& options, const Loss& loss, const Finish& finish) {
  const Weights weights = check_predictions(function, y_true, y_pred, options.sample_weight);
  double total = 0.0;
  for (Index j = 0; j < y_true.cols(); ++j) {
    const double sum = weighted_sum(weights, y_true.rows(),
                                    [&](Index i) { return loss(y_true(i, j) - y_pred(i, j)); });
    total += finish(sum / weights.sum());
  }
  return total / static_cast<double>(y_true.cols());
}

/// 1 − unexplained / total, and what 0 / 0 and x / 0 shall be.
double explained(double unexplained, double total, bool force_finite) {
  if (total == 0.0 && force_finite) return unexplained == 0.0 ? 1.0 : 0.0;
  return 1.0 - unexplained / total;
}

}  // namespace

double mean_squared_error(const MatrixRef& y_true, const MatrixRef& y_pred,
                          const RegressionLossOptions& options) {
  return mean_loss("mean_squared_error", y_true, y_pred, options, square, identity);
}

double root_mean_squared_error(const MatrixRef& y_true, const MatrixRef& y_pred,
                               const RegressionLossOptions& options) {
  return mean_loss("root_mean_squared_error", y_true, y_pred, options, square,
                   [](double x) { return std::sqrt(x); });
}

double mean_absolute_error(const MatrixRef& y_true, const MatrixRef& y_pred,
                           const RegressionLossOptions& options) {
  return mean_loss(
      "mean_absolute_error", y_true, y_pred, options, [](double x) { return std::abs(x); },
      identity);
}

double r2_score(const MatrixRef& y_true, const MatrixRef& y_pred, const R2Options& options) {
  const Weights weights = check_predictions("r2_score", y_true, y_pred, options.sample_weight);
  const Index n = y_true.rows();
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  double total = 0.0;
  for (Index j = 0; j < y_true.cols(); ++j) {
    const auto squared_error = [&](Index i) { return square(y_true(i, j) - y_pred(i, j)); };
    total += explained(weighted_sum(weights, n, squared_error),
                       squared_deviations(weights, n, [&](Index i) { return y_true(i, j); }),
                       options.force_finite);
  }
  return total / static_cast<double>(y_true.cols());
}

double explained_variance_score(const MatrixRef& y_true, const MatrixRef& y_pred,
                                const R2Options& options) {
  const Weights weights =
      check_predictions("explained_variance_score", y_true, y_pred, options.sample_weight);
  const Index n = y_true.rows();
  double total = 0.0;
  for (Index j = 0; j < y_true.cols(); ++j) {
    const auto error = [&](Index i) { return y_true(i, j) - y_pred(i, j); };
    total += explained(squared_deviations(weights, n, error),
                       squared_deviations(weights, n, [&](Index i) { return y_true(i, j); }),
                       options.force_finite);
  }
  return total / static_cast<double>(y_true.cols());
}

}  // namespace espalier
