// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/pointwise.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

namespace espalier {
namespace {

constexpr Index block_rows = 16'384;

struct Sums {
  double weighted = 0.0;
  double weight = 0.0;
};

Sums sum_range(std::span<const double> y, std::span<const double> weights, Index begin, Index end) {
  Sums sums;
  for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
    const double w = weights.empty() ? 1.0 : weights[i];
    sums.weighted += w * y[i];
    sums.weight += w;
  }
  return sums;
}

}  // namespace

double weighted_mean(std::span<const double> y, std::span<const double> weights) {
  if (y.empty()) throw InvalidInput("the mean of no values was asked for");
  if (!weights.empty() && weights.size() != y.size())
    throw InvalidInput(fmt::format("there are {} weights for {} values", weights.size(), y.size()));
  const auto n = static_cast<Index>(y.size());
  const Sums sums = reduce_blocks(
      Blocks{n, block_rows}, static_cast<double>(n), Sums{},
      [&](Index begin, Index end) { return sum_range(y, weights, begin, end); },
      [](Sums& total, const Sums& part) {
        total.weighted += part.weighted;
        total.weight += part.weight;
      });
  if (!(sums.weight > 0.0)) throw InvalidInput("the weights sum to zero");
  return sums.weighted / sums.weight;
}

}  // namespace espalier
