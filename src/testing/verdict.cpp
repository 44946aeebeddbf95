// SPDX-License-Identifier: BSD-3-Clause
#include "testing/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::detail::kit {

void fail(const std::string& message) { throw CheckFailed(message); }
void skip(const std::string& reason) { throw CheckSkipped(reason); }

void require_same(std::string_view what, const std::string& difference) {
  if (!difference.empty()) fail(fmt::format("{}: {}", what, difference));
}

bool mentions(std::string_view message, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto same = [&](char a, char b) { return lower(a) == lower(b); };
  return std::search(message.begin(), message.end(), part.begin(), part.end(), same) !=
         message.end();
}

void require_mentions(std::string_view situation, const std::exception& error,
                      std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts)
    if (!mentions(error.what(), part))
      fail(fmt::format("{}: the error does not mention '{}': {}", situation, part, error.what()));
}

void fail_other_error(std::string_view situation, std::string_view expected,
                      const std::exception& error) {
  const bool ours = dynamic_cast<const Error*>(&error) != nullptr;
  fail(fmt::format("{}: expected {}; came {}: {}", situation, expected,
                   ours ? "another Error" : "an exception that is no espalier::Error",
                   error.what()));
}

}  // namespace espalier::detail::kit
