// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Numbers as text and back, the same in every locale.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace espalier::detail {

/// Appends the shortest decimal form that reads back as the same double; whole numbers below 10¹⁵
/// are written in full (100000, not 1e+05). Infinities are `inf` and `-inf`, NaN is `nan`.
void append_number(std::string& out, double value);

/// What parse_number leaves: long numbers, exponents, `inf`, and what is no number.
bool parse_general_number(std::string_view text, double& value);

inline constexpr std::array<double, 16> power_of_ten{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

inline constexpr std::array<std::uint64_t, 9> integer_power_of_ten{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

/// The double nearest to ±digits / 10^decimals. Up to 15 digits make an exact double, and so does
/// the power of ten: the quotient is rounded once.
inline double from_decimal(std::uint64_t digits, std::ptrdiff_t decimals, bool negative) {
  const double magnitude =
      static_cast<double>(digits) / power_of_ten[static_cast<std::size_t>(decimals)];
  return std::copysign(magnitude, negative ? -1.0 : 1.0);
}

#ifdef __SSE2__
/// The number that `count` digits, 1 to 8, at `p` make; 8 bytes can be read there. All at once: two
/// neighbours become a number below 100, two of those one below 10⁴, and so on.
/// @see Lemire, "Quickly parsing eight digits", lemire.me (2018)
inline std::uint64_t parse_digits(const char* p, int count) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, p, 8);
  const int shift = 64 - 8 * count;  // the last digit into the last byte, zeros before
  bytes = (bytes << shift) - (std::uint64_t{0x3030303030303030} << shift);
  bytes = bytes * 10 + (bytes >> 8);
  constexpr std::uint64_t pair = 0x000000FF000000FF;
  return (((bytes & pair) * (100 + (std::uint64_t{1'000'000} << 32))) +
          (((bytes >> 16) & pair) * (1 + (std::uint64_t{10'000} << 32)))) >>
         32;
}

/// parse_plain_number for what most cells are: up to 8 digits, and perhaps a point and up to 8 more
/// (14 in all). 24 bytes can be read at `p`. Null for anything else. Lengths vary from cell to cell,
/// and a loop over digits would be mispredicted at the end of each.
inline const char* parse_short_number(const char* p, double& value) {
  const bool negative = *p == '-';
  p += negative ? 1 : 0;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  // Signed bytes: only '0' … '9' lie above '0' − 1 and below '9' + 1.
  const __m128i digits = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('0' - 1)),
                                       _mm_cmplt_epi8(bytes, _mm_set1_epi8('9' + 1)));
  const auto others = ~static_cast<unsigned>(_mm_movemask_epi8(digits));
  const int whole = std::countr_zero(others);
  if (whole < 1 || whole > 8) return nullptr;
  if (p[whole] != '.') {
    value = from_decimal(parse_digits(p, whole), 0, negative);
    return p + whole;
  }
  const int decimals = std::countr_zero(others & (others - 1)) - whole - 1;
  if (decimals < 1 || decimals > 8 || whole + decimals > 14) return nullptr;  // its end was seen
  const char* const fraction = p + whole + 1;
  const std::uint64_t number =
      parse_digits(p, whole) * integer_power_of_ten[static_cast<std::size_t>(decimals)] +
      parse_digits(fraction, decimals);
  value = from_decimal(number, decimals, negative);
  return fraction + decimals;
}
#endif

/// Reads a number of up to 15 digits, with a sign and a point or without, from the beginning of
/// [p, end). Returns what follows it, or null where there is no such number; an exponent and more
/// digits follow it too.
inline const char* parse_plain_number(const char* p, const char* end, double& value) {
#ifdef __SSE2__
  if (end - p >= 24) {
    if (const char* const after = parse_short_number(p, value); after != nullptr) return after;
  }
#endif
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
  if (digits == 0 || digits > 15) return nullptr;
  value = from_decimal(number, decimals, negative);
  return p;
}

/// Whether all of `text` is a number: what `std::from_chars` takes, perhaps with a `+` in front.
/// `value` is then the nearest double; one too large is infinite, one too small is zero.
inline bool parse_number(std::string_view text, double& value) {
  const char* const end = text.data() + text.size();
  return parse_plain_number(text.data(), end, value) == end || parse_general_number(text, value);
}

}  // namespace espalier::detail
