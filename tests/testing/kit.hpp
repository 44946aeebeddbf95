// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Runs the conformance kit on one estimator, for the tests of the kit itself.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/registry.hpp>
#include <espalier/testing/check_estimator.hpp>

namespace espalier::kit {

inline std::string failures(const std::vector<CheckResult>& results) {
  std::ostringstream text;
  for (const CheckResult& result : results)
    if (!result.ok()) text << result << '\n';
  return text.str();
}

template <class T>
std::vector<CheckResult> checked(const T& prototype = {}) {
  registry().add<T>();
  return check_estimator(prototype);
}

inline CheckResult run(const Estimator& prototype, std::string_view name,
                       const CheckOptions& options = {}) {
  for (const EstimatorCheck& check : estimator_checks(prototype, options))
    if (check.name() == name) return check.run();
  return {"", std::string(name), CheckStatus::skipped, "does not apply"};
}

/// The check fails, and its message has `part`.
template <class T>
testing::AssertionResult finds(std::string_view check, std::string_view part) {
  registry().add<T>();
  const CheckResult result = run(T(), check);
  if (result.status != CheckStatus::failed)
    return testing::AssertionFailure() << "not found: " << result;
  if (result.message.find(part) == std::string::npos)
    return testing::AssertionFailure() << "'" << part << "' is not in: " << result;
  return testing::AssertionSuccess();
}

/// The same, and every other check passes: without this one the fault would go unseen.
template <class T>
testing::AssertionResult finds_only(std::string_view check, std::string_view part,
                                    const T& prototype = {}) {
  std::vector<CheckResult> results = checked(prototype);
  std::erase_if(results, [](const CheckResult& result) { return result.ok(); });
  if (results.size() != 1 || results[0].check != check ||
      results[0].message.find(part) == std::string::npos)
    return testing::AssertionFailure()
           << "expected only " << check << " with '" << part << "' to fail; failed:\n"
           << failures(results);
  return testing::AssertionSuccess();
}

}  // namespace espalier::kit
