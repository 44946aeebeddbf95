// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>

namespace espalier {

/// The penalties of a path: `.alphas = 50` for so many from the smallest that leaves no coefficient
/// down to `eps` times it, evenly in the logarithm; or `.alphas = {0.1, 1.0}` for these.
class AlphaGrid {
 public:
  AlphaGrid(int count) : count_(count) {}
  AlphaGrid(std::initializer_list<double> values) : values_(values) {}
  AlphaGrid(std::vector<double> values) : values_(std::move(values)) {}

  bool is_given() const { return values_.has_value(); }
  int count() const { return values_ ? static_cast<int>(values_->size()) : count_; }

  /// @throws InvalidParameter  naming `owner`: a count below 1, no value, or one that is negative or
  ///                           not finite
  void validate(std::string_view owner) const;

  /// Descending: the values, or a grid from `largest` to eps·largest.
  std::vector<double> from(double largest, double eps) const;

  bool operator==(const AlphaGrid&) const = default;

 private:
  friend struct Codec<AlphaGrid>;
  int count_ = 0;
  std::optional<std::vector<double>> values_;  // none: a grid
};

/// An integer, or a list of numbers.
template <>
struct Codec<AlphaGrid> {
  static Value encode(const AlphaGrid& v);
  static AlphaGrid decode(const Value& v);
  static std::string describe() { return "an integer or a list of numbers"; }
};

}  // namespace espalier
