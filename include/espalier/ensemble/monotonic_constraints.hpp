// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/features.hpp>

namespace espalier {

/// Whether predictions may only rise (1) or only fall (−1) as a feature grows, the others being the
/// same, or do as they like (0); scikit-learn's parameter `monotonic_cst`:
///
///     .monotonic_cst = std::vector<int>{1, 0, -1}                                    // a column each
///     .monotonic_cst = std::map<std::string, int>{{"area", 1}, {"distance", -1}}     // by name
///
/// Where a table has names, those that are not mentioned are free.
class MonotonicConstraints {
 public:
  MonotonicConstraints() = default;  ///< none
  MonotonicConstraints(std::vector<int> signs) : choice_(std::move(signs)) {}
  MonotonicConstraints(std::map<std::string, int> signs) : choice_(std::move(signs)) {}

  bool is_none() const { return std::holds_alternative<std::monostate>(choice_); }

  /// 1, 0 or −1 for each column of `X`; empty if all are free. `is_categorical` says which columns
  /// have no order to follow.
  /// @throws InvalidInput  naming `owner` and the column: there are not as many signs as columns,
  ///                       no such name, another sign, or a sign for a categorical column
  std::vector<std::int8_t> signs(const Features& X, const std::vector<bool>& is_categorical,
                                 std::string_view owner) const;

 private:
  friend struct Codec<MonotonicConstraints>;
  std::variant<std::monostate, std::vector<int>, std::map<std::string, int>> choice_;
};

/// A list of signs, an object of signs by column name, or none.
template <>
struct Codec<MonotonicConstraints> {
  static Value encode(const MonotonicConstraints& v);
  static MonotonicConstraints decode(const Value& v);
  static std::string describe();
};

}  // namespace espalier
