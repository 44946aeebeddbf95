// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>

#include <espalier/core/types.hpp>

namespace espalier::nn {

/// term(0) + … + term(n − 1) in eight sums side by side, which compilers turn into vector code,
/// added up in a fixed order.
template <class Term>
double lane_sum(Index n, const Term& term) {
  constexpr Index width = 8;
  std::array<double, width> sums{};
  Index i = 0;
  for (; i + width <= n; i += width)
    for (Index lane = 0; lane < width; ++lane)
      sums[static_cast<std::size_t>(lane)] += term(i + lane);
  for (; i < n; ++i) sums[static_cast<std::size_t>(i % width)] += term(i);
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

}  // namespace espalier::nn
