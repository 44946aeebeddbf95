// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>
#include <espalier/metrics/regression.hpp>

#include "metrics/checks.hpp"

namespace espalier {
namespace {

using namespace detail::metrics;

void check_power(std::string_view function, double power) {
  if (!std::isfinite(power) || (power > 0.0 && power < 1.0))
    throw InvalidParameter(fmt::format(
        "{}: power must be 0 or less, or 1 or more, and finite. Got {} instead.", function, power));
}

void check_domain(std::string_view function, const MatrixRef& y, const MatrixRef& predicted,
                  double power) {
  if (power == 0.0) return;
  for (Index j = 0; j < y.cols(); ++j)
    for (Index i = 0; i < y.rows(); ++i) {
      if (!(predicted(i, j) > 0.0))
        throw InvalidInput(
            fmt::format("{}: y_pred must be greater than 0 with power {}, but it is "
                        "{} in row {}.",
                        function, power, predicted(i, j), i));
      if ((power >= 1.0 && y(i, j) < 0.0) || (power >= 2.0 && y(i, j) == 0.0))
        throw InvalidInput(fmt::format(
            "{}: y_true must be {} with power {}, but it is {} in row "
            "{}.",
            function, power >= 2.0 ? "greater than 0" : "0 or greater", power, y(i, j), i));
    }
}

double unit_deviance(double y, double mean, double p) {
  if (p == 0.0) return (y - mean) * (y - mean);
  if (p == 1.0) return 2.0 * ((y > 0.0 ? y * std::log(y / mean) : 0.0) - y + mean);
  if (p == 2.0) return 2.0 * (std::log(mean / y) + y / mean - 1.0);
  return 2.0 * (std::pow(std::max(y, 0.0), 2.0 - p) / ((1.0 - p) * (2.0 - p)) -
                y * std::pow(mean, 1.0 - p) / (1.0 - p) + std::pow(mean, 2.0 - p) / (2.0 - p));
}

/// Over all outputs of the same weight.
double mean_deviance(const Weights& weights, const MatrixRef& y, const MatrixRef& predicted,
                     double power) {
  double sum = 0.0;
  for (Index j = 0; j < y.cols(); ++j)
    for (Index i = 0; i < y.rows(); ++i)
      sum += weights[i] * unit_deviance(y(i, j), predicted(i, j), power);
  return sum / (weights.sum() * static_cast<double>(y.cols()));
}

Weights check(std::string_view function, const MatrixRef& y_true, const MatrixRef& y_pred,
              const TweedieOptions& options) {
  const Weights weights = check_predictions(function, y_true, y_pred, options.sample_weight);
  check_power(function, options.power);
  check_domain(function, y_true, y_pred, options.power);
  return weights;
}

}  // namespace

double mean_tweedie_deviance(const MatrixRef& y_true, const MatrixRef& y_pred,
                             const TweedieOptions& options) {
  const Weights weights = check("mean_tweedie_deviance", y_true, y_pred, options);
  return mean_deviance(weights, y_true, y_pred, options.power);
}

double d2_tweedie_score(const MatrixRef& y_true, const MatrixRef& y_pred,
                        const TweedieOptions& options) {
  const Weights weights = check("d2_tweedie_score", y_true, y_pred, options);
  if (y_true.cols() != 1)
    throw InvalidInput(fmt::format("d2_tweedie_score: takes one output, got {}", y_true.cols()));
  if (y_true.rows() < 2) return std::numeric_limits<double>::quiet_NaN();
  double mean = 0.0;
  for (Index i = 0; i < y_true.rows(); ++i) mean += weights[i] * y_true(i, 0);
  mean /= weights.sum();
  const Matrix constant = Matrix::Constant(y_true.rows(), 1, mean);
  return 1.0 - mean_deviance(weights, y_true, y_pred, options.power) /
                   mean_deviance(weights, y_true, constant, options.power);
}

}  // namespace espalier
