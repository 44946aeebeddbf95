// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/params.hpp>

namespace espalier {

/// What X looked like at fit: width, names, column types and categories. Saved with the model and
/// compared with every later X.
struct Schema {
  Index n_features = 0;
  std::vector<std::string> names;  ///< empty: fitted without names
  std::vector<ColumnType> types;   ///< empty: all numeric
  /// One a column, empty for a numeric one; or none at all: all numeric.
  std::vector<Dictionary> categories;

  static constexpr auto fields() {
    return Fields{field("n_features", &Schema::n_features), field("names", &Schema::names),
                  field("types", &Schema::types), field("categories", &Schema::categories)};
  }

  static Schema of(const Features& X);

  ColumnType type(Index j) const;
  std::string name(Index j) const;  ///< the name, or x<j>
  std::vector<std::string> names_or_default() const;

  /// Checks that `X` has the width, the names in the same order, and the types seen at fit. Returns
  /// X, in which columns without any value have taken the expected type (a column that is empty in
  /// a small file has no type of its own).
  /// @throws InvalidInput  naming `owner`, the column, what was expected and what came
  Features conform(const Features& X, std::string_view owner) const;

  /// The part of the schema for some columns.
  Schema select(std::span<const Index> columns) const;

  /// @throws FormatError  the lists disagree in length, or hold a text twice (a damaged file)
  void check() const;
};

/// A table column brought to an expected type if it holds no values at all; else itself.
Column as_type_if_empty(const Column& column, ColumnType type);

}  // namespace espalier
