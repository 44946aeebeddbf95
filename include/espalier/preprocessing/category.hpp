// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <espalier/core/codec.hpp>

namespace espalier {

/// The content of one cell as a parameter: a number for a numeric column, a text for a
/// categorical one. Both convert implicitly:
///
///     SimpleImputer({.strategy = ImputeStrategy::constant, .fill_value = -1})
///     SimpleImputer({.strategy = ImputeStrategy::constant, .fill_value = "unknown"})
class Category {
 public:
  Category(double number) : value_(number) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Category(T number) : value_(static_cast<double>(number)) {}
  Category(const char* text) : value_(std::string(text)) {}
  Category(std::string_view text) : value_(std::string(text)) {}
  Category(std::string text) : value_(std::move(text)) {}

  const double* number() const { return std::get_if<double>(&value_); }          ///< null: a text
  const std::string* text() const { return std::get_if<std::string>(&value_); }  ///< null: a number

  /// As in messages: 3, 'blue'.
  std::string to_string() const;

  friend bool operator==(const Category&, const Category&) = default;

 private:
  std::variant<double, std::string> value_;
};

/// NaN, which stands for a missing value, is encoded as none.
template <>
struct Codec<Category> {
  static Value encode(const Category& v);
  static Category decode(const Value& v);
  static std::string describe() { return "a text or a number"; }
};

}  // namespace espalier
