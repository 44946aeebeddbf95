// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/warnings.hpp>

#include <sstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(Warnings, GoToTheHandlerAndNowhereElse) {
  std::ostringstream out;
  const auto before = set_warning_handler(warnings_to(out));
  warn(WarningKind::convergence, "Toy", "stopped at max_iter=3; raise it");
  set_warning_handler(before);
  warn(WarningKind::convergence, "Toy", "unheard");
  EXPECT_EQ(out.str(), "Warning (Toy): stopped at max_iter=3; raise it\n");
}

TEST(Warnings, AHandlerMayWarnAndReplaceItself) {
  std::ostringstream out;
  const auto before = set_warning_handler([&out](const Warning& warning) {
    set_warning_handler(warnings_to(out));
    warn(WarningKind::data, "Handler", "heard of " + warning.source);
  });
  warn(WarningKind::data, "Toy", "first");
  warn(WarningKind::data, "Toy", "second");
  set_warning_handler(before);
  EXPECT_EQ(out.str(), "Warning (Handler): heard of Toy\nWarning (Toy): second\n");
}

TEST(Warnings, AreHandledOneAtATime) {
  int calls = 0;  // not atomic
  const auto before = set_warning_handler([&calls](const Warning&) { ++calls; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 1000; ++i) warn(WarningKind::data, "Toy", "again");
    });
  for (std::thread& thread : threads) thread.join();
  set_warning_handler(before);
  EXPECT_EQ(calls, 4000);
}

}  // namespace
}  // namespace espalier
