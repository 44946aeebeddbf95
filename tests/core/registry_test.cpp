// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/registry.hpp>

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;

TEST(Registry, RefusesAFactoryThatMakesNothing) {
  Registry own;
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { own.add("Nothing", nullptr); }, {"'Nothing'", "empty"}));
  EXPECT_FALSE(own.contains("Nothing"));
  own.add("Null", [] { return std::unique_ptr<Estimator>(); });
  EXPECT_TRUE(throws<InvalidParameter>([&] { own.make("Null"); }, {"'Null'", "made nothing"}));
}

TEST(Registry, CompletesANameThatLacksItsRole) {
  EXPECT_TRUE(throws<InvalidParameter>([] { registry().make("Pipeline"); },
                                       {"'Pipeline'", "role", "Pipeline<Classifier>"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { registry().make("Pipe"); }, {"'Pipe'", "Ridge"}));
}

}  // namespace
}  // namespace espalier
