// SPDX-License-Identifier: BSD-3-Clause
#include "stats/distributions.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier::detail {
namespace {

using namespace testing_support;

/// Calls `compare(arguments…, expected)` with each row of a golden table.
template <class Compare>
void each_row(const char* table, const Compare& compare) {
  const auto& rows = golden("inspection_summary.json").at("distributions").at(table);
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(table) + " " + row.dump());
    compare(to_vector(row));
  }
}

TEST(Distributions, TailsMatchScipy) {
  each_row("normal_sf", [](const Vector& v) { EXPECT_TRUE(near(normal_sf(v[0]), v[1], 1e-12)); });
  each_row("student_t_sf",
           [](const Vector& v) { EXPECT_TRUE(near(student_t_sf(v[0], v[1]), v[2], 1e-12)); });
  const auto compare_f = [](const Vector& v) {
    EXPECT_TRUE(near(f_sf(v[0], v[1], v[2]), v[3], 1e-12));
  };
  each_row("f_sf", compare_f);
  each_row("large_f_sf", compare_f);
  each_row("chi2_sf", [](const Vector& v) { EXPECT_TRUE(near(chi2_sf(v[0], v[1]), v[2], 1e-12)); });
}

TEST(Distributions, InversesMatchScipy) {
  const auto close = [](double actual, double expected) {
    return std::abs(actual - expected) <= 1e-13 + 1e-12 * std::abs(expected);
  };
  each_row("normal_isf", [&](const Vector& v) { EXPECT_TRUE(close(normal_isf(v[0]), v[1])); });
  each_row("student_t_isf",
           [&](const Vector& v) { EXPECT_TRUE(close(student_t_isf(v[0], v[1]), v[2])); });
}

TEST(Distributions, AreOneAtTheBottomAndZeroAtTheTop) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double low : {-inf, -1.0, 0.0}) {
    EXPECT_EQ(chi2_sf(low, 3.0), 1.0);
    EXPECT_EQ(f_sf(low, 3.0, 4.0), 1.0);
  }
  EXPECT_EQ(student_t_sf(-inf, 3.0), 1.0);
  EXPECT_EQ(normal_sf(-inf), 1.0);
  EXPECT_EQ(student_t_sf(inf, 3.0), 0.0);
  EXPECT_EQ(chi2_sf(inf, 3.0), 0.0);
  EXPECT_EQ(f_sf(inf, 3.0, 4.0), 0.0);
  EXPECT_TRUE(std::isnan(chi2_sf(std::nan(""), 3.0)));
  EXPECT_TRUE(std::isnan(f_sf(std::nan(""), 3.0, 4.0)));
  EXPECT_TRUE(std::isnan(student_t_sf(std::nan(""), 3.0)));
  EXPECT_TRUE(std::isnan(normal_isf(1.5)));
}

TEST(Distributions, TailsEndAtZeroWhereProductsOverflow) {
  EXPECT_EQ(f_sf(1e308, 50.0, 3.0), 0.0);
  EXPECT_EQ(f_sf(std::numeric_limits<double>::infinity(), 5.0, 3.0), 0.0);
}

TEST(Distributions, IncompleteBetaIsSymmetric) {
  for (const double a : {0.5, 3.0, 200.0})
    for (const double b : {0.5, 7.0, 1000.0})
      for (const double x : {0.01, 0.3, 0.9})
        EXPECT_NEAR(incomplete_beta(a, b, x, 1.0 - x) + incomplete_beta(b, a, 1.0 - x, x), 1.0,
                    1e-13);
}

}  // namespace
}  // namespace espalier::detail
