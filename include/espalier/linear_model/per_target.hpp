// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>

namespace espalier {

/// One number for all targets, or one for each: `.alpha = 0.5` or `.alpha = {0.5, 2.0}`.
class PerTarget {
 public:
  PerTarget(double value) : values_{value} {}
  PerTarget(std::initializer_list<double> values) : values_(values) {}
  PerTarget(std::vector<double> values) : values_(std::move(values)) {}

  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  std::size_t size() const { return values_.size(); }

  /// One value a target.
  /// @throws InvalidParameter  naming `owner` and `param`: neither one value nor one a target
  Vector of_targets(Index targets, std::string_view owner, std::string_view param) const;

  bool operator==(const PerTarget&) const = default;

 private:
  std::vector<double> values_;
};

/// A number, or a list of them.
template <>
struct Codec<PerTarget> {
  static Value encode(const PerTarget& v);
  static PerTarget decode(const Value& v);
  static std::string describe() { return "a number, or a list of numbers, each"; }
};

}  // namespace espalier
