// SPDX-License-Identifier: BSD-3-Clause
#include "core/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace espalier::detail {
namespace {

/// Tells overflow from underflow for a decimal number that fits no double: by the power of ten of
/// its first digit that is not zero.
double out_of_range(std::string_view text) {
  const bool negative = text.front() == '-';
  const std::size_t e = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, e);
  long exponent = 0;
  if (e != std::string_view::npos) {
    const std::size_t begin = e + (text.substr(e + 1, 1) == "+" ? 2 : 1);
    const auto read = std::from_chars(text.data() + begin, text.data() + text.size(), exponent);
    if (read.ec != std::errc()) exponent = text[begin] == '-' ? -1'000'000'000 : 1'000'000'000;
  }
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.find_first_of("123456789");
  exponent += static_cast<long>(point) - static_cast<long>(std::min(first, digits.size()));
  const double magnitude = exponent > 0 && first != std::string_view::npos
                               ? std::numeric_limits<double>::infinity()
                               : 0.0;
  return negative ? -magnitude : magnitude;
}

}  // namespace

void append_number(std::string& out, double value) {
  std::array<char, 32> buffer;
  char* const end = buffer.data() + buffer.size();
  const bool whole = std::abs(value) < 1e15 && value == std::trunc(value);
  const auto written = whole ? std::to_chars(buffer.data(), end, value, std::chars_format::fixed)
                             : std::to_chars(buffer.data(), end, value);
  out.append(buffer.data(), written.ptr);
}

bool parse_general_number(std::string_view text, double& value) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ptr != end || text.empty()) return false;
  if (read.ec == std::errc::result_out_of_range) value = out_of_range(text);
  return read.ec == std::errc() || read.ec == std::errc::result_out_of_range;
}

}  // namespace espalier::detail
