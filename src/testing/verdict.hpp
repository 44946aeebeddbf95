// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// How a check says that a promise is kept, broken, or not made.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include <espalier/core/errors.hpp>

namespace espalier::detail::kit {

/// A promise is broken.
class CheckFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// There is nothing to check.
class CheckSkipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void fail(const std::string& message);
[[noreturn]] void skip(const std::string& reason);

inline void require(bool holds, std::string_view message) {
  if (!holds) fail(std::string(message));
}

/// `difference` is empty when two things agree.
void require_same(std::string_view what, const std::string& difference);

/// Whether `message` has `part`, in small or capital letters.
bool mentions(std::string_view message, std::string_view part);

/// Fails unless `error` has every one of `parts`.
void require_mentions(std::string_view situation, const std::exception& error,
                      std::initializer_list<std::string_view> parts);

[[noreturn]] void fail_other_error(std::string_view situation, std::string_view expected,
                                   const std::exception& error);

/// Fails unless `call()` throws an `E` whose message has all of `parts`.
template <class E, class Call>
void require_error(std::string_view situation, const char* expected,
                   std::initializer_list<std::string_view> parts, const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return require_mentions(situation, error, parts);
  } catch (const std::exception& error) {
    fail_other_error(situation, expected, error);
  }
  fail(std::string(situation) + ": expected " + expected + ", but nothing was thrown");
}

template <class Call>
void require_invalid_input(std::string_view situation,
                           std::initializer_list<std::string_view> parts, const Call& call) {
  require_error<InvalidInput>(situation, "InvalidInput", parts, call);
}

/// Runs `call()`, which may throw an Error that has one of `alternatives` (any Error, if there are
/// none), and nothing else.
/// Returns whether it succeeded.
template <class Call>
bool succeeds_or_mentions(std::string_view situation,
                          std::initializer_list<std::string_view> alternatives, const Call& call) {
  try {
    call();
    return true;
  } catch (const Error& error) {
    for (const std::string_view part : alternatives)
      if (mentions(error.what(), part)) return false;
    if (alternatives.size() == 0) return false;
    std::string expected = "success, or an Error that mentions one of:";
    for (const std::string_view part : alternatives) expected += " '" + std::string(part) + "'";
    fail_other_error(situation, expected, error);
  } catch (const std::exception& error) {
    fail_other_error(situation, "success or an Error", error);
  }
}

}  // namespace espalier::detail::kit
