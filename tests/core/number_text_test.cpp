// SPDX-License-Identifier: BSD-3-Clause
#include "core/number_text.hpp"

#include <charconv>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

namespace espalier {
namespace {

/// Sign, digits, point and digits of random lengths.
std::string random_number(Random& random) {
  std::string text = random.uniform() < 0.3 ? "-" : "";
  const auto digits = [&](Index most) {
    for (Index k = random.integer(0, most + 1); k > 0; --k)
      text += static_cast<char>('0' + random.integer(10));
  };
  digits(11);
  if (random.uniform() < 0.7) {
    text += '.';
    digits(11);
  }
  return text;
}

TEST(ParseNumber, AgreesWithFromCharsWhateverFollows) {
  Random random(1);
  int plain = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = random_number(random);
    double expected = 0.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), expected);
    const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size();
    double value = 0.0;
    ASSERT_EQ(detail::parse_number(text, value), is_number) << text;
    if (is_number) {
      ASSERT_EQ(value, expected) << text;
    }
    for (const std::string_view behind :
         {",12345678901234567890123456", "e5,                      ", "\n",
          "x9999999999999999999999999"}) {
      const std::string longer = text + std::string(behind);
      const char* const end = longer.data() + longer.size();
      const char* const after = detail::parse_plain_number(longer.data(), end, value);
      if (after == nullptr) continue;
      ++plain;
      ASSERT_EQ(after, longer.data() + text.size()) << longer;
      ASSERT_EQ(value, expected) << longer;
    }
  }
  EXPECT_GT(plain, 200'000);
}

TEST(ParseNumber, KeepsTheSignOfZero) {
  double value = 1.0;
  const std::string text = "-0.00,123456789012345678901234";
  EXPECT_NE(detail::parse_plain_number(text.data(), text.data() + text.size(), value), nullptr);
  EXPECT_TRUE(std::signbit(value));
}

}  // namespace
}  // namespace espalier
