// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The conformance kit in GoogleTest: one test a check.
///
///     #include <gtest/gtest.h>
///     #include <espalier/testing/gtest.hpp>
///
///     class Conformance : public testing::TestWithParam<espalier::EstimatorCheck> {};
///
///     TEST_P(Conformance, Holds) {
///       const espalier::CheckResult result = GetParam().run();
///       if (result.status == espalier::CheckStatus::skipped) GTEST_SKIP() << result.message;
///       EXPECT_TRUE(result.ok()) << result;
///     }
///
///     INSTANTIATE_TEST_SUITE_P(MyScaler, Conformance,
///                              testing::ValuesIn(espalier::estimator_checks(MyScaler())),
///                              espalier::CheckName());
///
/// The header does not include GoogleTest itself, so any version does.
#pragma once

#include <ostream>
#include <string>

#include <espalier/testing/check_estimator.hpp>

namespace espalier {

/// Names the tests of INSTANTIATE_TEST_SUITE_P after the checks. Several estimators in one suite
/// need a name function of their own, since the names of a suite must differ.
struct CheckName {
  template <class TestParamInfo>
  std::string operator()(const TestParamInfo& info) const {
    return std::string(info.param.name());
  }
};

/// How GoogleTest prints the parameter of a test.
inline void PrintTo(const EstimatorCheck& check, std::ostream* out) {
  *out << check.estimator() << ": " << check.promise();
}

}  // namespace espalier
