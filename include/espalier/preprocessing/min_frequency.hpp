// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <string>

#include <espalier/core/codec.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// How often a category must occur: in so many rows (an integer ≥ 1) or in such a share of the
/// rows (a number inside (0, 1)), as the type of the number says: `.min_frequency = 10`,
/// `.min_frequency = 0.01`.
class MinFrequency {
 public:
  template <std::integral T>
  MinFrequency(T rows) : value_(static_cast<double>(rows)), is_share_(false) {}
  MinFrequency(double share) : value_(share), is_share_(true) {}

  bool valid() const { return is_share_ ? value_ > 0.0 && value_ < 1.0 : value_ >= 1.0; }

  /// A category of fewer rows than this, among n, is infrequent.
  double rows(Index n) const { return is_share_ ? value_ * static_cast<double>(n) : value_; }

 private:
  friend struct Codec<MinFrequency>;
  double value_;
  bool is_share_;
};

template <>
struct Codec<MinFrequency> {
  static Value encode(const MinFrequency& v);
  static MinFrequency decode(const Value& v);
  static std::string describe() {
    return "a count of rows (an integer of at least 1) or a share of them (inside 0 and 1)";
  }
};

}  // namespace espalier
