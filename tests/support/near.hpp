// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Comparison of numbers and matrices with a relative tolerance; NaN equals NaN.
#pragma once

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <espalier/core/types.hpp>

namespace espalier::testing_support {

inline bool is_near(double a, double b, double relative) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b));
}

inline testing::AssertionResult near(double actual, double expected, double relative = 1e-12) {
  if (is_near(actual, expected, relative)) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "got " << actual << ", expected " << expected << ", off by " << actual - expected;
}

inline testing::AssertionResult near(const Matrix& actual, const Matrix& expected,
                                     double relative = 1e-12) {
  if (actual.rows() != expected.rows() || actual.cols() != expected.cols())
    return testing::AssertionFailure()
           << "got " << actual.rows() << " × " << actual.cols() << ", expected " << expected.rows()
           << " × " << expected.cols();
  for (Index j = 0; j < actual.cols(); ++j)
    for (Index i = 0; i < actual.rows(); ++i)
      if (!is_near(actual(i, j), expected(i, j), relative))
        return testing::AssertionFailure() << "at (" << i << ", " << j << "): got " << actual(i, j)
                                           << ", expected " << expected(i, j);
  return testing::AssertionSuccess();
}

}  // namespace espalier::testing_support
