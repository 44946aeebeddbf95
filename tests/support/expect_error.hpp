// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace espalier::testing_support {

/// Succeeds when `call()` throws an `E` whose message has all of `parts`.
template <class E, class Call>
testing::AssertionResult throws(const Call& call, std::initializer_list<std::string_view> parts) {
  try {
    call();
  } catch (const E& error) {
    const std::string_view message = error.what();
    for (const std::string_view part : parts)
      if (message.find(part) == std::string_view::npos)
        return testing::AssertionFailure() << "'" << part << "' is not in: " << message;
    return testing::AssertionSuccess();
  } catch (const std::exception& error) {
    return testing::AssertionFailure() << "another error: " << error.what();
  }
  return testing::AssertionFailure() << "no error";
}

}  // namespace espalier::testing_support
