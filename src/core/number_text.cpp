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

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

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

bool parse_number(std::string_view text, double& value) {
  constexpr std::array<double, 16> power_of_ten{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  const bool negative = p != end && *p == '-';
  if (negative) ++p;

  // Up to 15 digits make an exact double, and so does the power of ten: their quotient is rounded
  // once.
  std::uint64_t digits = 0;
  const char* const first = p;
  while (p != end && is_digit(*p)) digits = 10 * digits + static_cast<std::uint64_t>(*p++ - '0');
  std::ptrdiff_t count = p - first;
  std::ptrdiff_t decimals = 0;
  if (p != end && *p == '.') {
    const char* const point = p++;
    while (p != end && is_digit(*p)) digits = 10 * digits + static_cast<std::uint64_t>(*p++ - '0');
    decimals = p - point - 1;
    count += decimals;
  }
  if (p == end && count > 0 && count <= 15) {
    const double magnitude =
        static_cast<double>(digits) / power_of_ten[static_cast<std::size_t>(decimals)];
    value = negative ? -magnitude : magnitude;
    return true;
  }

  const auto read = std::from_chars(text.data(), end, value);
  if (read.ptr != end || text.empty()) return false;
  if (read.ec == std::errc::result_out_of_range) value = out_of_range(text);
  return read.ec == std::errc() || read.ec == std::errc::result_out_of_range;
}

}  // namespace espalier::detail
