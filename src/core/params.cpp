// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/params.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/utf8.hpp"

namespace espalier {

std::string Interval::describe() const {
  return fmt::format("in the range {}{}, {}{}", low_included ? '[' : '(', number_text(low),
                     number_text(high), high_included ? ']' : ')');
}

namespace detail {

void refuse_param(std::string_view estimator, std::string_view param, const std::string& expects,
                  const Value& got) {
  throw InvalidParameter(fmt::format("The '{}' parameter of {} must be {}. Got {} instead.", param,
                                     estimator, expects, printable(got.to_text(), 80)));
}

void refuse_unknown_param(const std::string& estimator, std::string_view param,
                          const std::vector<std::string>& valid) {
  throw InvalidParameter(
      fmt::format("Invalid parameter '{}' for estimator {}. Valid parameters are: {}.", param,
                  estimator, fmt::join(valid, ", ")));
}

void check_keys(const Value& object, const std::vector<std::string_view>& known, bool all_required,
                std::string_view owner) {
  std::vector<std::string_view> seen;
  for (const auto& [key, value] : decode_object(object)) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw FormatError(fmt::format("{} has no member {}; it has: {}", owner, shown(key),
                                    fmt::join(known, ", ")));
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      throw FormatError(fmt::format("{} has '{}' twice", owner, key));
    seen.push_back(key);
  }
  for (const std::string_view key : known)
    if (all_required && object.find(key) == nullptr)
      throw FormatError(fmt::format("{} lacks its member '{}'", owner, key));
}

void rethrow_in_field(const FormatError& error, std::string_view owner, std::string_view field) {
  throw FormatError(fmt::format("{}.{}: {}", owner, field, error.what()));
}

}  // namespace detail
}  // namespace espalier
