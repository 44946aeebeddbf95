// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/column.hpp>

namespace espalier {

/// The categories of one column in the order of their codes: numbers or texts, and last, if the
/// column has them, the missing values, which are a category of their own.
///
///     Categories sizes = {"small", "medium", "large"};
///     Categories towns = {"Lyon", "Oslo", std::nullopt};   // missing values too
///     Categories years = {2023, 2024, 2025};               // NaN stands for missing
class Categories {
 public:
  Categories() = default;
  Categories(std::initializer_list<double> numbers) : Categories(std::vector<double>(numbers)) {}
  Categories(std::initializer_list<std::optional<std::string>> texts)
      : Categories(std::vector<std::optional<std::string>>(texts)) {}
  Categories(std::vector<double> numbers);
  Categories(std::vector<std::optional<std::string>> texts);
  Categories(Dictionary texts, bool missing) : values_(std::move(texts)), missing_(missing) {}

  bool is_numeric() const { return std::holds_alternative<std::vector<double>>(values_); }
  Index size() const;  ///< with the missing values
  bool has_missing() const { return missing_; }

  /// Without the missing values. @throws InvalidInput  the categories are texts, or numbers
  const std::vector<double>& numbers() const;
  const Dictionary& texts() const;

  /// Category i as it stands in feature names, which are those that scikit-learn gives for an
  /// array of doubles or of strings: "Lyon", "2023.0", "nan".
  std::string name(Index i) const;

  friend bool operator==(const Categories&, const Categories&) = default;

 private:
  std::variant<std::vector<double>, Dictionary> values_;
  bool missing_ = false;
};

/// A list of numbers (NaN last: missing) or of texts (none last: missing).
template <>
struct Codec<Categories> {
  static Value encode(const Categories& v);
  static Categories decode(const Value& v);
  static std::string describe() { return "a list of numbers or of texts"; }
};

}  // namespace espalier
