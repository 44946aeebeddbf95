// SPDX-License-Identifier: BSD-3-Clause
#include "core/radix_sort.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

namespace espalier {
namespace {

TEST(RadixSort, SortsAsTheStandardLibrary) {
  for (const std::size_t n : {0U, 1U, 100U, 5'000U, 100'000U}) {
    Random random(n);
    std::vector<double> values(n);
    for (double& v : values)
      v = std::ldexp(random.normal(), static_cast<int>(random.integer(2000)) - 1000);
    for (std::size_t i = 0; i < n / 4; ++i) values[i] = values[n - 1 - i];
    if (n > 10) {
      values[3] = std::numeric_limits<double>::infinity();
      values[4] = -std::numeric_limits<double>::infinity();
      values[5] = std::numeric_limits<double>::denorm_min();
      values[6] = 0.0;
    }
    std::vector<double> expected = values;
    std::sort(expected.begin(), expected.end());
    detail::radix_sort(values);
    EXPECT_EQ(values, expected);
  }
}

TEST(RadixSort, SortsNumbersThatShareDigits) {
  std::vector<double> values(4'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 7919 % 16);
  std::vector<double> expected = values;
  std::sort(expected.begin(), expected.end());
  detail::radix_sort(values);
  EXPECT_EQ(values, expected);
}

}  // namespace
}  // namespace espalier
