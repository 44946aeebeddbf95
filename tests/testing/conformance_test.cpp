// SPDX-License-Identifier: BSD-3-Clause
// Every estimator of the library keeps every promise of the conformance kit: one test for each
// pair.
#include <espalier/testing/gtest.hpp>

#include <set>

#include <gtest/gtest.h>

#include <espalier/core/registry.hpp>

#include "testing/prototypes.hpp"

namespace espalier {
namespace {

struct Case {
  std::string name;
  EstimatorCheck check;
};

void PrintTo(const Case& c, std::ostream* out) { PrintTo(c.check, out); }

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const Prototype& prototype : prototypes())
    for (const EstimatorCheck& check : estimator_checks(*prototype.estimator, prototype.options))
      result.push_back({prototype.label + "_" + std::string(check.name()), check});
  return result;
}

class Conformance : public testing::TestWithParam<Case> {};

TEST_P(Conformance, Holds) {
  const CheckResult result = GetParam().check.run();
  if (result.status == CheckStatus::skipped) GTEST_SKIP() << result.message;
  EXPECT_TRUE(result.ok()) << result;
}

INSTANTIATE_TEST_SUITE_P(Registry, Conformance, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

TEST(ConformanceTable, HasEveryClassOfTheRegistry) {
  Registry library;
  detail::add_builtin_estimators(library);
  std::set<std::string> checked;
  for (const Prototype& prototype : prototypes())
    checked.insert(std::string(prototype.estimator->class_name()));
  for (const std::string& name : library.names())
    EXPECT_TRUE(checked.contains(name)) << name << " escapes the conformance kit";
  EXPECT_EQ(checked.size(), library.names().size());
}

TEST(ConformanceTable, SkipsNoCheckByOption) {
  for (const Prototype& prototype : prototypes()) EXPECT_TRUE(prototype.options.skip.empty());
}

}  // namespace
}  // namespace espalier
