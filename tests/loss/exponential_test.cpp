// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/detail/exponential.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

namespace espalier {
namespace {

using detail::exponential;

TEST(Exponential, AgreesWithTheStandardLibrary) {
  Random random(1);
  double worst = 0.0;  // in units in the last place
  for (int i = 0; i < 200'000; ++i) {
    const double x = i % 2 == 0 ? 1416.0 * random.uniform() - 707.0 : 6.0 * random.normal();
    const double expected = std::exp(x);
    const double ulp = std::nextafter(expected, 1e308) - expected;
    worst = std::max(worst, std::abs(exponential(x) - expected) / ulp);
  }
  EXPECT_LE(worst, 2.0);
}

TEST(Exponential, IsExactAtZeroAndBoundedFarOut) {
  EXPECT_EQ(exponential(0.0), 1.0);
  EXPECT_EQ(exponential(-0.0), 1.0);
  EXPECT_EQ(exponential(-1e308), 0.0);
  EXPECT_EQ(exponential(-std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_NEAR(exponential(709.7) / std::exp(709.7), 1.0, 1e-15);
  EXPECT_EQ(exponential(1e308), exponential(709.7));
}

}  // namespace
}  // namespace espalier
