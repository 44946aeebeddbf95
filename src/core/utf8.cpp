// SPDX-License-Identifier: BSD-3-Clause
#include "core/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::detail {

std::string printable(std::string_view text, std::size_t longest) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    const std::size_t next = i + std::max<std::size_t>(length, 1);
    if (next > longest) return result + "…";
    const auto first = static_cast<unsigned char>(text[i]);
    if (length == 0 || first < 0x20 || first == 0x7F) {
      result += fmt::format("\\x{:02x}", first);
    } else {
      result += text.substr(i, length);
    }
    i = next;
  }
  return result;
}

std::string shown(std::string_view text) { return "'" + printable(text, 40) + "'"; }

}  // namespace espalier::detail
