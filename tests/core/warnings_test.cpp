// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/warnings.hpp>

#include <sstream>

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

}  // namespace
}  // namespace espalier
