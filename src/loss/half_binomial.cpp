// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/half_binomial.hpp>

#include <algorithm>
#include <limits>

namespace espalier {

double HalfBinomial::baseline(std::span<const double> y, std::span<const double> weights) {
  constexpr double margin = 10.0 * std::numeric_limits<double>::epsilon();
  return link(std::clamp(weighted_mean(y, weights), margin, 1.0 - margin));
}

}  // namespace espalier
