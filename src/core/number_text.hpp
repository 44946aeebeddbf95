// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Numbers as text and back, the same in every locale.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace espalier::detail {

/// Appends the shortest decimal form that reads back as the same double; whole numbers below 10¹⁵
/// are written in full (100000, not 1e+05). Infinities are `inf` and `-inf`, NaN is `nan`.
void append_number(std::string& out, double value);

/// What parse_number leaves: long numbers, exponents, `inf`, and what is no number.
bool parse_general_number(std::string_view text, double& value);

/// Whether all of `text` is a number: what `std::from_chars` takes, perhaps with a `+` in front.
/// `value` is then the nearest double; one too large is infinite, one too small is zero.
inline bool parse_number(std::string_view text, double& value) {
  constexpr std::array<double, 16> power_of_ten{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char* p = text.data();
  const char* const end = p + text.size();
  std::uint64_t number = 0;
  const auto read_digits = [&] {
    const char* const begin = p;
    for (; p != end && *p >= '0' && *p <= '9'; ++p) {
      number = 10 * number + static_cast<std::uint64_t>(*p - '0');
    }
    return p - begin;
  };
  const bool negative = p != end && *p == '-';
  p += negative ? 1 : 0;
  std::ptrdiff_t digits = read_digits();
  std::ptrdiff_t decimals = 0;
  if (p != end && *p == '.') {
    ++p;
    decimals = read_digits();
    digits += decimals;
  }
  if (p != end || digits == 0 || digits > 15) return parse_general_number(text, value);
  // Up to 15 digits make an exact double, and so does the power of ten; their quotient rounds once.
  const double magnitude =
      static_cast<double>(number) / power_of_ten[static_cast<std::size_t>(decimals)];
  value = std::copysign(magnitude, negative ? -1.0 : 1.0);
  return true;
}

}  // namespace espalier::detail
