// SPDX-License-Identifier: BSD-3-Clause
#include "core/text_index.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include <espalier/core/errors.hpp>

namespace espalier::detail {

TextIndex::Found TextIndex::insert(std::string_view text) {
  if (2 * texts_.size() >= slots_.size()) grow();
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].code >= 0; i = (i + 1) & mask) {
    if (slots_[i].hash == hash && texts_[static_cast<std::size_t>(slots_[i].code)] == text) {
      return {slots_[i].code, false};
    }
  }
  if (texts_.size() == static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw InvalidInput("a column holds more distinct texts than a code can count (2147483647)");
  }
  const auto code = static_cast<std::int32_t>(texts_.size());
  texts_.push_back(keep(text));
  slots_[i] = {hash, code};
  return {code, true};
}

void TextIndex::clear() { *this = TextIndex(); }

std::string_view TextIndex::keep(std::string_view text) {
  if (text.size() > left_) {
    constexpr std::size_t largest = std::size_t{1} << 20;
    const std::size_t usual =
        std::min(largest, std::size_t{1024} << std::min<std::size_t>(blocks_.size(), 10));
    left_ = std::max(usual, text.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    next_ = blocks_.back().get();
  }
  char* const begin = next_;
  std::copy(text.begin(), text.end(), begin);
  next_ += text.size();
  left_ -= text.size();
  return {begin, text.size()};
}

void TextIndex::grow() {
  const std::vector<Slot> old = std::exchange(
      slots_, std::vector<Slot>(std::max<std::size_t>(16, 2 * slots_.size()), Slot{0, -1}));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.code < 0) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].code >= 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

TextIndex::Sorted TextIndex::sorted() const {
  std::vector<std::pair<std::string_view, std::int32_t>> order;
  order.reserve(texts_.size());
  for (const std::string_view text : texts_) {
    order.emplace_back(text, static_cast<std::int32_t>(order.size()));
  }
  std::sort(order.begin(), order.end());
  Sorted sorted{{}, std::vector<std::int32_t>(order.size())};
  sorted.dictionary.reserve(order.size());
  for (const auto& [text, code] : order) {
    sorted.rank[static_cast<std::size_t>(code)] =
        static_cast<std::int32_t>(sorted.dictionary.size());
    sorted.dictionary.emplace_back(text);
  }
  return sorted;
}

}  // namespace espalier::detail
