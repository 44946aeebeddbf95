// SPDX-License-Identifier: BSD-3-Clause
#include "decomposition/minka.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace espalier::detail {
namespace {

constexpr double smallest_variance = 1e-15;

/// log, of differences that may vanish by rounding.
double log_of(double difference, double scale) {
  return std::log(std::max(difference, std::numeric_limits<double>::epsilon() * scale));
}

}  // namespace

Index minka_dimension(const Vector& spectrum, double n) {
  const Index p = spectrum.size();
  const Vector after = [&] {  // the sum of what comes from each on
    Vector sums = Vector::Zero(p + 1);
    for (Index i = p - 1; i >= 0; --i) sums[i] = sums[i + 1] + spectrum[i];
    return sums;
  }();
  Index best = 1;
  double best_evidence = -std::numeric_limits<double>::infinity();
  double log_directions = 0.0, log_variances = 0.0, log_gaps = 0.0, log_inverse_gaps = 0.0;
  for (Index k = 1; k < p; ++k) {
    const Index last = k - 1;
    const double variance = spectrum[last];
    if (variance < smallest_variance) break;
    const double freedom = static_cast<double>(p - last) / 2.0;
    const auto rest = static_cast<double>(p - k);
    const double noise = std::max(smallest_variance, after[k] / rest);
    log_directions += std::lgamma(freedom) - std::log(std::numbers::pi) * freedom;
    log_variances += std::log(variance);
    // The curvature of the evidence: every pair of a kept direction and a later one.
    for (Index j = k; j < p; ++j) log_gaps += log_of(variance - spectrum[j], variance);
    double log_noise_gaps = 0.0;
    for (Index i = 0; i < k; ++i) {
      const double inverse = 1.0 / spectrum[i];
      if (i < last) log_inverse_gaps += log_of(1.0 / variance - inverse, 1.0 / variance);
      log_noise_gaps += log_of(1.0 / noise - inverse, 1.0 / noise);
    }
    const auto kept = static_cast<double>(k);
    const double pairs = static_cast<double>(p) * kept - kept * (kept + 1.0) / 2.0;
    const double curvature =
        log_gaps + log_inverse_gaps + rest * log_noise_gaps + pairs * std::log(n);
    const double evidence = -kept * std::log(2.0) + log_directions - n / 2.0 * log_variances -
                            n * rest / 2.0 * std::log(noise) +
                            (pairs + kept) / 2.0 * std::log(2.0 * std::numbers::pi) -
                            curvature / 2.0 - kept / 2.0 * std::log(n);
    if (evidence > best_evidence) {
      best_evidence = evidence;
      best = k;
    }
  }
  return best;
}

}  // namespace espalier::detail
