// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/pointwise.hpp>

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

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

void check_sizes(std::span<const double> y, std::span<const double> weights,
                 std::string_view what) {
  if (y.empty()) throw InvalidInput(fmt::format("the {} of no values was asked for", what));
  if (!weights.empty() && weights.size() != y.size())
    throw InvalidInput(fmt::format("there are {} weights for {} values", weights.size(), y.size()));
}

double interpolated_quantile(std::span<const double> y, double q) {
  std::vector<double> values(y.begin(), y.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  if (at + 1 == values.end()) return *at;
  const double above = *std::min_element(at + 1, values.end());
  return std::lerp(*at, above, place - static_cast<double>(below));
}

struct Weighted {
  double value;
  double weight;
};

/// The smallest value at which the weights of the items in order reach a share q of them all. Halves
/// the items that may be it until few are left.
double reached_value(std::span<Weighted> items, double q) {
  constexpr std::size_t few = 32;
  const auto less = [](const Weighted& a, const Weighted& b) { return a.value < b.value; };
  const auto sum = [](std::span<const Weighted> some) {
    double total = 0.0;
    for (const Weighted& item : some) total += item.weight;
    return total;
  };
  double missing = q * sum(items);
  while (items.size() > few) {
    const std::size_t half = items.size() / 2;
    std::nth_element(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(half - 1),
                     items.end(), less);
    const double lower = sum(items.first(half));
    if (lower >= missing) {
      items = items.first(half);
    } else {
      items = items.subspan(half);
      missing -= lower;
    }
  }
  std::sort(items.begin(), items.end(), less);
  for (const Weighted& item : items) {
    missing -= item.weight;
    if (missing <= 0.0) return item.value;
  }
  return items.back().value;  // rounding left something
}

}  // namespace

double weighted_mean(std::span<const double> y, std::span<const double> weights) {
  check_sizes(y, weights, "mean");
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

double log_of_mean(std::span<const double> y, std::span<const double> weights) {
  constexpr double least = 10.0 * std::numeric_limits<double>::epsilon();
  return std::log(std::max(weighted_mean(y, weights), least));
}

double weighted_quantile(std::span<const double> y, double q, std::span<const double> weights) {
  check_sizes(y, weights, "quantile");
  if (weights.empty()) return interpolated_quantile(y, q);
  std::vector<Weighted> items;
  items.reserve(y.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    if (weights[i] > 0.0) items.push_back({y[i], weights[i]});
  if (items.empty()) throw InvalidInput("the weights sum to zero");
  return reached_value(items, q);
}

}  // namespace espalier
