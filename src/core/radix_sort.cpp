// SPDX-License-Identifier: BSD-3-Clause
#include "core/radix_sort.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace espalier::detail {
namespace {

constexpr int bits = 11;
constexpr int passes = 6;  // 66 bits
constexpr std::size_t digits = std::size_t{1} << bits;
constexpr std::size_t worth_it = 2'048;

/// Orders as the numbers do: negative ones have all bits turned, the others the sign.
std::uint64_t key_of(double x) {
  const auto u = std::bit_cast<std::uint64_t>(x);
  return u ^ ((u >> 63) != 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
}
double number_of(std::uint64_t key) {
  return std::bit_cast<double>(key ^
                               ((key >> 63) != 0 ? std::uint64_t{1} << 63 : ~std::uint64_t{0}));
}
std::size_t digit(std::uint64_t key, int pass) { return key >> (bits * pass) & (digits - 1); }

}  // namespace

void radix_sort(std::vector<double>& values) {
  if (values.size() < worth_it) return std::sort(values.begin(), values.end());
  std::vector<std::uint64_t> from(values.size());
  std::vector<std::uint64_t> to(values.size());
  std::vector<std::array<std::uint32_t, digits>> counts(passes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    from[i] = key_of(values[i]);
    for (int pass = 0; pass < passes; ++pass)
      ++counts[static_cast<std::size_t>(pass)][digit(from[i], pass)];
  }
  for (int pass = 0; pass < passes; ++pass) {
    auto& count = counts[static_cast<std::size_t>(pass)];
    if (count[digit(from[0], pass)] == values.size()) continue;  // one digit for all
    std::uint32_t before = 0;
    for (std::uint32_t& c : count) before += std::exchange(c, before);
    for (const std::uint64_t key : from) to[count[digit(key, pass)]++] = key;
    from.swap(to);
  }
  std::transform(from.begin(), from.end(), values.begin(), number_of);
}

}  // namespace espalier::detail
