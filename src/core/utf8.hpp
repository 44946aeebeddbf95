// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Characters of a text, and texts of unknown origin within a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace espalier::detail {

/// The length of the character that begins `text`; 0 if its bytes are not UTF-8 or there is none.
inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned b = byte(0);
  if (b < 0x80) return text.empty() ? 0 : 1;
  if (b >= 0xC2 && b <= 0xDF) return continues(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    const bool in_range = !(b == 0xE0 && byte(1) < 0xA0) && !(b == 0xED && byte(1) > 0x9F);
    return in_range && continues(1) && continues(2) ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    const bool in_range = !(b == 0xF0 && byte(1) < 0x90) && !(b == 0xF4 && byte(1) > 0x8F);
    return in_range && continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// How many bytes of `text` are UTF-8, from the beginning.
inline std::size_t valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const bool ascii = static_cast<unsigned char>(text[i]) < 0x80;  // most characters
    const std::size_t length = ascii ? 1 : utf8_length(text.substr(i));
    if (length == 0) break;
    i += length;
  }
  return i;
}

/// `text` on one line and not too long for a message: whole characters from its first `longest`
/// bytes, then `…` if there are more. Control characters and bytes that are not UTF-8 are shown as
/// `\x0a`.
std::string printable(std::string_view text, std::size_t longest);

/// The same in quotes, for a single word: `'text'`.
std::string shown(std::string_view text);

}  // namespace espalier::detail
