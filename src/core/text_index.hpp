// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <espalier/core/column.hpp>

namespace espalier::detail {

/// Numbers distinct texts 0, 1, 2, … as they come, and keeps a copy of each. A hash table with open
/// addressing; the copies lie one after the other in blocks of memory.
class TextIndex {
 public:
  struct Found {
    std::int32_t code;
    bool is_new;
  };

  /// The number of `text`, a new one if it was not there.
  /// @throws InvalidInput  2³¹ − 1 texts are there
  Found insert(std::string_view text);

  /// The number of `text`, or −1.
  std::int32_t find(std::string_view text) const;

  std::size_t size() const { return texts_.size(); }
  std::string_view operator[](std::size_t code) const { return texts_[code]; }

  /// Forgets the texts and keeps some of the memory.
  void clear();

  struct Sorted {
    Dictionary dictionary;           // the texts, sorted by bytes
    std::vector<std::int32_t> rank;  // where each code went
  };
  Sorted sorted() const;

 private:
  struct Slot {
    std::uint64_t key = 0;   // the bytes of a text of at most 8, else a hash
    std::uint64_t size = 0;  // of the text
    std::int32_t code = -1;  // −1: free
  };
  /// The slot of `text`, or the free one where it belongs; there is one.
  const Slot& slot_of(std::string_view text, std::uint64_t key) const;
  Found insert_new(std::string_view text, Slot& slot, std::uint64_t key);
  std::size_t start(std::uint64_t key, std::size_t size) const;
  std::string_view keep(std::string_view text);
  void grow();

  std::vector<Slot> slots_;  // a power of two, at most half of them taken
  int shift_ = 64;           // 64 − log₂ of their number
  std::vector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace espalier::detail
