// SPDX-License-Identifier: BSD-3-Clause
// Compiled with -ffp-contract=off: a fused multiply-add would change the last bits from one
// processor to the next.
#include <espalier/core/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include <espalier/core/errors.hpp>

static_assert(FLT_EVAL_METHOD == 0, "the distributions need doubles without excess precision");

namespace espalier {
namespace {

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;  // 2⁶⁴ / golden ratio, odd

constexpr std::uint64_t splitmix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// log(x) for x > 0, finite, to an ulp or two, from + − × ÷ alone: x = m · 2ᵉ with m in [√½, √2),
/// and log m = 2 artanh((m − 1) / (m + 1)) as a power series; the terms left out are below 2⁻⁵⁷.
double portable_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0x1.6a09e667f3bcdp-1) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  double series = 0;
  for (int k = 21; k >= 3; k -= 2) series = (series + 1.0 / k) * square;
  constexpr double log2_high = 0x1.62e42fefa3800p-1;  // its multiples by an exponent are exact
  constexpr double log2_low = 0x1.ef35793c76730p-45;
  return exponent * log2_high + (exponent * log2_low + 2 * s * series + 2 * s);
}

struct WeightSummary {
  double max = 0;
  Index positive = 0;
};

WeightSummary check_weights(std::span<const double> weights) {
  WeightSummary summary;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double w = weights[i];
    if (!(w >= 0) || std::isinf(w)) {
      throw InvalidParameter(
          fmt::format("Random::choice: weights must be finite and ≥ 0; weight {} is {}.", i, w));
    }
    summary.max = std::max(summary.max, w);
    summary.positive += w > 0 ? 1 : 0;
  }
  return summary;
}

void check_count(Index k) {
  if (k < 0) throw InvalidParameter(fmt::format("Random::choice: k must be ≥ 0; got {}.", k));
}

}  // namespace

// Word i of the state is a bijection of the seed for a given stream, and of the stream for a given
// seed: two streams of a seed differ in every word.
Random::Random(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t counter = seed;
  for (std::uint64_t& word : state_) {
    counter += golden_gamma;
    word = splitmix(splitmix(counter) + stream * golden_gamma);
  }
}

double Random::uniform(double low, double high) {
  const double width = high - low;
  if (!(width >= 0) || std::isinf(width)) {
    throw InvalidParameter(fmt::format(
        "Random::uniform: needs low ≤ high, a finite distance apart; got [{}, {}).", low, high));
  }
  const double value = low + width * uniform();
  return value < high || width == 0 ? value : std::nextafter(high, low);
}

double Random::normal() {
  for (;;) {
    const double u = 1 - uniform();  // in (0, 1]
    const double v = 1.7156 * (uniform() - 0.5);
    const double x = u - 0.449871;
    const double y = std::abs(v) + 0.386595;
    const double q = x * x + y * (0.19600 * y - 0.25472 * x);
    if (q < 0.27597) return v / u;
    if (q <= 0.27846 && v * v <= -4 * u * u * portable_log(u)) return v / u;
  }
}

double Random::normal(double mean, double deviation) { return mean + deviation * normal(); }

Index Random::integer(Index n) {
  if (n < 1) {
    throw InvalidParameter(fmt::format("Random::integer: the range [0, {}) is empty.", n));
  }
  __extension__ using Wide = unsigned __int128;
  const auto range = static_cast<std::uint64_t>(n);
  auto product = static_cast<Wide>((*this)()) * range;
  if (static_cast<std::uint64_t>(product) < range) {
    const std::uint64_t threshold = (0 - range) % range;  // 2⁶⁴ mod n
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = static_cast<Wide>((*this)()) * range;
    }
  }
  return static_cast<Index>(product >> 64);
}

Index Random::integer(Index low, Index end) {
  Index width = 0;
  if (low >= end || __builtin_sub_overflow(end, low, &width)) {
    throw InvalidParameter(
        fmt::format("Random::integer: the range [{}, {}) is empty or wider than 2⁶³.", low, end));
  }
  return low + integer(width);
}

std::vector<Index> Random::permutation(Index n) {
  if (n < 0) throw InvalidParameter(fmt::format("Random::permutation: n must be ≥ 0; got {}.", n));
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  shuffle(std::span(order));
  return order;
}

std::vector<Index> Random::choice(Index n, Index k, bool replace) {
  check_count(k);
  if (n < 0 || (replace ? n == 0 && k > 0 : k > n)) {
    throw InvalidParameter(fmt::format("Random::choice: cannot take {} of {} {} replacement.", k, n,
                                       replace ? "with" : "without"));
  }
  std::vector<Index> chosen(static_cast<std::size_t>(k));
  if (replace) {
    for (Index& c : chosen) c = integer(n);
  } else if (k > n / 16) {
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Index{0});
    for (Index i = 0; i < k; ++i) {
      std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(integer(i, n))]);
    }
    std::copy_n(order.begin(), k, chosen.begin());
  } else {  // the same swaps; only the places that they touched are stored
    std::unordered_map<Index, Index> moved;
    const auto at = [&moved](Index i) -> Index& { return moved.try_emplace(i, i).first->second; };
    for (Index i = 0; i < k; ++i) {
      Index& there = at(integer(i, n));
      chosen[static_cast<std::size_t>(i)] = there;
      there = at(i);
    }
  }
  return chosen;
}

std::vector<Index> Random::choice(std::span<const double> weights, Index k, bool replace) {
  check_count(k);
  const WeightSummary summary = check_weights(weights);
  if (k > 0 && (replace ? summary.positive == 0 : k > summary.positive)) {
    throw InvalidParameter(
        fmt::format("Random::choice: cannot take {} {} replacement: {} of {} weights are positive.",
                    k, replace ? "with" : "without", summary.positive, weights.size()));
  }
  std::vector<double> scaled(weights.begin(), weights.end());
  for (double& w : scaled) {  // relative to the largest, so that the sum cannot overflow
    if (w > 0) w = std::max(w / summary.max, std::numeric_limits<double>::min());
  }
  return replace ? choice_with_replacement(scaled, k) : choice_without_replacement(scaled, k);
}

std::vector<Index> Random::choice_with_replacement(std::span<const double> weights, Index k) {
  std::vector<double> cumulative(weights.size());
  std::partial_sum(weights.begin(), weights.end(), cumulative.begin());
  std::vector<Index> chosen(static_cast<std::size_t>(k));
  for (Index& c : chosen) {
    const double target = uniform() * cumulative.back();
    auto found = std::upper_bound(cumulative.begin(), cumulative.end(), target);
    // A target rounded up to the total belongs to the last positive weight.
    if (found == cumulative.end()) {
      found = std::lower_bound(cumulative.begin(), cumulative.end(), cumulative.back());
    }
    c = found - cumulative.begin();
  }
  return chosen;
}

std::vector<Index> Random::choice_without_replacement(std::span<const double> weights, Index k) {
  struct Clock {
    double time;
    Index item;
    bool operator<(const Clock& other) const {
      return time < other.time || (time == other.time && item < other.item);
    }
  };
  std::vector<Clock> clocks;
  clocks.reserve(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const double u = (static_cast<double>((*this)() >> 12) + 0.5) * 0x1p-52;  // in (0, 1)
    clocks.push_back({-portable_log(u) / weights[i], static_cast<Index>(i)});
  }
  std::partial_sort(clocks.begin(), clocks.begin() + k, clocks.end());
  std::vector<Index> chosen(static_cast<std::size_t>(k));
  std::transform(clocks.begin(), clocks.begin() + k, chosen.begin(),
                 [](const Clock& c) { return c.item; });
  return chosen;
}

}  // namespace espalier
