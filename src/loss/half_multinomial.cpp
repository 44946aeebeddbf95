// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/half_multinomial.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace espalier {
namespace {

/// Writes e^(rawₖ − max raw) and returns its sum and the maximum.
struct Exponentials {
  double maximum;
  double sum;
};

Exponentials exponentials(std::span<const double> raw, std::span<double> out) {
  Exponentials e{*std::max_element(raw.begin(), raw.end()), 0.0};
  for (std::size_t k = 0; k < raw.size(); ++k) {
    out[k] = std::exp(raw[k] - e.maximum);
    e.sum += out[k];
  }
  return e;
}

}  // namespace

double HalfMultinomial::loss(Index y, std::span<const double> raw) {
  const double maximum = *std::max_element(raw.begin(), raw.end());
  double sum = 0.0;
  for (const double r : raw) sum += std::exp(r - maximum);
  return std::log(sum) + maximum - raw[static_cast<std::size_t>(y)];
}

void HalfMultinomial::gradient(Index y, std::span<const double> raw, std::span<double> gradient) {
  inverse_link(raw, gradient);
  gradient[static_cast<std::size_t>(y)] -= 1.0;
}

void HalfMultinomial::gradient_hessian(Index y, std::span<const double> raw,
                                       std::span<double> gradient, std::span<double> hessian) {
  inverse_link(raw, gradient);
  for (std::size_t k = 0; k < gradient.size(); ++k) hessian[k] = gradient[k] * (1.0 - gradient[k]);
  gradient[static_cast<std::size_t>(y)] -= 1.0;
}

double HalfMultinomial::loss_gradient(Index y, std::span<const double> raw,
                                      std::span<double> gradient) {
  const double raw_y = raw[static_cast<std::size_t>(y)];
  const Exponentials e = exponentials(raw, gradient);
  for (double& p : gradient) p /= e.sum;
  gradient[static_cast<std::size_t>(y)] -= 1.0;
  return std::log(e.sum) + e.maximum - raw_y;
}

void HalfMultinomial::link(std::span<const double> probabilities, std::span<double> raw) {
  double mean = 0.0;
  for (std::size_t k = 0; k < raw.size(); ++k) {
    raw[k] = std::log(probabilities[k]);
    mean += raw[k] / static_cast<double>(raw.size());
  }
  for (double& r : raw) r -= mean;
}

void HalfMultinomial::inverse_link(std::span<const double> raw, std::span<double> probabilities) {
  const Exponentials e = exponentials(raw, probabilities);
  for (double& p : probabilities) p /= e.sum;
}

Vector HalfMultinomial::baseline(std::span<const double> y, Index n_classes,
                                 std::span<const double> weights) {
  constexpr double margin = std::numeric_limits<double>::epsilon();
  Vector raw(n_classes);
  std::vector<double> is_class(y.size());
  for (Index k = 0; k < n_classes; ++k) {
    std::transform(y.begin(), y.end(), is_class.begin(),
                   [k](double c) { return c == static_cast<double>(k) ? 1.0 : 0.0; });
    raw[k] = std::clamp(weighted_mean(is_class, weights), margin, 1.0 - margin);
  }
  const std::span<double> values(raw.data(), static_cast<std::size_t>(raw.size()));
  link(values, values);
  return raw;
}

}  // namespace espalier
