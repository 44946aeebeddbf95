// SPDX-License-Identifier: BSD-3-Clause
#include "inspection/glm_family.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace espalier::detail {
namespace {

/// x·ln(x/y), 0 for x = 0.
double x_log_ratio(double x, double y) { return x > 0.0 ? x * std::log(x / y) : 0.0; }

double log_normal_density(double y, double mu, double variance) {
  return -0.5 * (std::log(2.0 * std::numbers::pi * variance) + (y - mu) * (y - mu) / variance);
}

/// The part of the tweedie density that the mean does not enter, for y > 0 and 1 < power < 2:
/// ln Σⱼ Wⱼ with Wⱼ = zʲ / (j!·Γ(−jα)). Terms grow up to j ≈ y^(2−power)/(φ(2−power)) and fall from
/// there; those below e⁻³⁷ of the largest do not count.
double log_tweedie_series(double y, double power, double dispersion) {
  const double alpha = (2.0 - power) / (1.0 - power);
  const double log_z = -alpha * std::log(y) + alpha * std::log(power - 1.0) -
                       (1.0 - alpha) * std::log(dispersion) - std::log(2.0 - power);
  const auto log_term = [&](double j) {
    return j * log_z - std::lgamma(j + 1.0) - std::lgamma(-j * alpha);
  };
  const double peak =
      std::max(1.0, std::round(std::pow(y, 2.0 - power) / (dispersion * (2.0 - power))));
  const double largest = log_term(peak);
  double sum = 1.0;
  for (const double step : {1.0, -1.0})
    for (double j = peak + step; j >= 1.0; j += step) {
      const double term = std::exp(log_term(j) - largest);
      sum += term;
      if (term < 1e-16) break;
    }
  return largest + std::log(sum);
}

double log_tweedie_density(double y, double mu, double power, double dispersion) {
  const double cumulant = std::pow(mu, 2.0 - power) / (2.0 - power);
  if (y == 0.0) return -cumulant / dispersion;
  const double theta = std::pow(mu, 1.0 - power) / (1.0 - power);
  return log_tweedie_series(y, power, dispersion) - std::log(y) +
         (y * theta - cumulant) / dispersion;
}

}  // namespace

bool FamilyOfGlm::allows(double y) const {
  switch (family_) {
    case GlmFamily::gaussian:
      return true;
    case GlmFamily::binomial:
      return y == 0.0 || y == 1.0;
    case GlmFamily::poisson:
    case GlmFamily::tweedie:
      return y >= 0.0;
    case GlmFamily::gamma:
    case GlmFamily::inverse_gaussian:
      break;
  }
  return y > 0.0;
}

std::string_view FamilyOfGlm::range() const {
  switch (family_) {
    case GlmFamily::gaussian:
      return "any number";
    case GlmFamily::binomial:
      return "0 or 1";
    case GlmFamily::poisson:
    case GlmFamily::tweedie:
      return "at least 0";
    case GlmFamily::gamma:
    case GlmFamily::inverse_gaussian:
      break;
  }
  return "above 0";
}

double FamilyOfGlm::variance(double mu) const {
  switch (family_) {
    case GlmFamily::gaussian:
      return 1.0;
    case GlmFamily::binomial:
      return mu * (1.0 - mu);
    case GlmFamily::poisson:
      return mu;
    case GlmFamily::gamma:
      return mu * mu;
    case GlmFamily::inverse_gaussian:
      return mu * mu * mu;
    case GlmFamily::tweedie:
      break;
  }
  return std::pow(mu, power_);
}

double FamilyOfGlm::deviance(double y, double mu) const {
  switch (family_) {
    case GlmFamily::gaussian:
      return (y - mu) * (y - mu);
    case GlmFamily::binomial:
      return 2.0 * (x_log_ratio(y, mu) + x_log_ratio(1.0 - y, 1.0 - mu));
    case GlmFamily::poisson:
      return 2.0 * (x_log_ratio(y, mu) - (y - mu));
    case GlmFamily::gamma:
      return 2.0 * ((y - mu) / mu - std::log(y / mu));
    case GlmFamily::inverse_gaussian:
      return (y - mu) * (y - mu) / (y * mu * mu);
    case GlmFamily::tweedie:
      break;
  }
  const double p = power_;
  return 2.0 * (std::pow(y, 2.0 - p) / ((1.0 - p) * (2.0 - p)) -
                y * std::pow(mu, 1.0 - p) / (1.0 - p) + std::pow(mu, 2.0 - p) / (2.0 - p));
}

double FamilyOfGlm::log_density(double y, double mu, double dispersion) const {
  switch (family_) {
    case GlmFamily::gaussian:
      return log_normal_density(y, mu, dispersion);
    case GlmFamily::binomial:
      return y > 0.5 ? std::log(mu) : std::log1p(-mu);
    case GlmFamily::poisson:
      return y * std::log(mu) - mu - std::lgamma(y + 1.0);
    case GlmFamily::gamma: {
      const double shape = 1.0 / dispersion;
      return shape * std::log(shape * y / mu) - shape * y / mu - std::log(y) - std::lgamma(shape);
    }
    case GlmFamily::inverse_gaussian:
      return -0.5 * (deviance(y, mu) / dispersion +
                     std::log(2.0 * std::numbers::pi * dispersion * y * y * y));
    case GlmFamily::tweedie:
      break;
  }
  return log_tweedie_density(y, mu, power_, dispersion);
}

double inverse_link(GlmLink link, double eta) {
  switch (link) {
    case GlmLink::identity:
      return eta;
    case GlmLink::log:
      return std::exp(eta);
    case GlmLink::logit:
      break;
  }
  return 1.0 / (1.0 + std::exp(-eta));
}

double mean_slope(GlmLink link, double mu) {
  switch (link) {
    case GlmLink::identity:
      return 1.0;
    case GlmLink::log:
      return mu;
    case GlmLink::logit:
      break;
  }
  return mu * (1.0 - mu);
}

}  // namespace espalier::detail
