// SPDX-License-Identifier: BSD-3-Clause
#include "core/text_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include <espalier/core/errors.hpp>

namespace espalier::detail {
namespace {

constexpr std::uint64_t odd_a = 0x9e3779b97f4a7c15;
constexpr std::uint64_t odd_b = 0xd6e8feb86659fd93;
constexpr std::size_t short_size = 8;

template <class Word>
std::uint64_t load(const char* bytes) {
  Word word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// For up to 8 bytes, together with their number, the text itself; else a hash of it.
std::uint64_t key_of(std::string_view text) {
  const char* const begin = text.data();
  const std::size_t n = text.size();
  if (n >= 4 && n <= short_size) {
    return load<std::uint32_t>(begin) | load<std::uint32_t>(begin + n - 4) << 32;
  }
  if (n < 4) {
    if (n == 0) return 0;
    return load<std::uint8_t>(begin) | load<std::uint8_t>(begin + n / 2) << 8 |
           load<std::uint8_t>(begin + n - 1) << 16;
  }
  std::uint64_t hash = load<std::uint64_t>(begin + n - 8) * odd_b;
  for (std::size_t i = 0; i + 8 < n; i += 8) {
    hash = (std::rotl(hash, 29) ^ load<std::uint64_t>(begin + i)) * odd_a;
  }
  return hash;
}

}  // namespace

std::size_t TextIndex::start(std::uint64_t key, std::size_t size) const {
  const std::uint64_t mixed = (key ^ (key >> 32) ^ size) * odd_a;
  return static_cast<std::size_t>((mixed ^ (mixed >> 29)) * odd_b >> shift_);
}

const TextIndex::Slot& TextIndex::slot_of(std::string_view text, std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = start(key, text.size());; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.code < 0) return slot;
    if (slot.key != key || slot.size != text.size()) continue;
    if (text.size() <= short_size || texts_[static_cast<std::size_t>(slot.code)] == text)
      return slot;
  }
}

std::int32_t TextIndex::find(std::string_view text) const {
  return slots_.empty() ? -1 : slot_of(text, key_of(text)).code;
}

TextIndex::Found TextIndex::insert(std::string_view text) {
  if (2 * texts_.size() >= slots_.size()) grow();
  const std::uint64_t key = key_of(text);
  const Slot& slot = slot_of(text, key);
  if (slot.code >= 0) return {slot.code, false};
  return insert_new(text, slots_[static_cast<std::size_t>(&slot - slots_.data())], key);
}

TextIndex::Found TextIndex::insert_new(std::string_view text, Slot& slot, std::uint64_t key) {
  if (texts_.size() == static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw InvalidInput("a column holds more distinct texts than a code can count (2147483647)");
  }
  texts_.push_back(keep(text));
  slot = {key, text.size(), static_cast<std::int32_t>(texts_.size() - 1)};
  return {slot.code, true};
}

void TextIndex::clear() {
  constexpr std::size_t kept_slots = std::size_t{1} << 14;
  if (slots_.size() > kept_slots || blocks_.size() > 8) {
    *this = TextIndex();
    return;
  }
  if (texts_.empty()) return;
  std::fill(slots_.begin(), slots_.end(), Slot());
  texts_.clear();
  blocks_.clear();
  left_ = 0;
}

std::string_view TextIndex::keep(std::string_view text) {
  if (text.size() > left_) {
    const std::size_t usual = std::size_t{1024} << std::min<std::size_t>(blocks_.size(), 10);
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
  std::vector<Slot> old(std::max<std::size_t>(16, 2 * slots_.size()));
  old.swap(slots_);
  shift_ = 64 - std::countr_zero(slots_.size());
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.code < 0) continue;
    std::size_t i = start(slot.key, slot.size);
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
