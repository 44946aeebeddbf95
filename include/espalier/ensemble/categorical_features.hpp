// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/features.hpp>

namespace espalier {

/// Which columns a model treats as categories, as in scikit-learn's parameter
/// `categorical_features`:
///
///     .categorical_features = CategoricalFeatures::from_dtype()        // the categorical columns
///     of a table .categorical_features = std::vector<std::string>{"town", "year"} // by name
///     .categorical_features = std::vector<Index>{0, 3}                 // by position
///     .categorical_features = CategoricalFeatures::none()
///
/// A numeric column that is named holds category codes: any numbers, each a category of its own.
class CategoricalFeatures {
 public:
  CategoricalFeatures() = default;  ///< from_dtype
  CategoricalFeatures(std::vector<std::string> names) : choice_(std::move(names)) {}
  CategoricalFeatures(std::vector<Index> positions) : choice_(std::move(positions)) {}

  static CategoricalFeatures from_dtype() { return {}; }
  static CategoricalFeatures none() { return std::vector<Index>{}; }

  /// For each column of `X`, whether it is categorical.
  /// @throws InvalidInput  naming `owner` and the column: there is none of that name or position,
  ///                       or a categorical column of the table is not chosen
  std::vector<bool> choose(const Features& X, std::string_view owner) const;

 private:
  friend struct Codec<CategoricalFeatures>;
  struct FromDtype {};
  std::variant<FromDtype, std::vector<std::string>, std::vector<Index>> choice_;
};

/// "from_dtype", a list of names, a list of positions, or none.
template <>
struct Codec<CategoricalFeatures> {
  static Value encode(const CategoricalFeatures& v);
  static CategoricalFeatures decode(const Value& v);
  static std::string describe();
};

}  // namespace espalier
