// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What OneHotEncoder, OrdinalEncoder and LabelEncoder share: finding the categories of a column,
/// turning cells into codes and back, and grouping infrequent categories.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/core/schema.hpp>
#include <espalier/preprocessing/categories.hpp>
#include <espalier/preprocessing/min_frequency.hpp>

namespace espalier::detail {

/// The name that scikit-learn gives to the group of infrequent categories.
inline constexpr std::string_view infrequent_name = "infrequent_sklearn";

/// The categories of a column and the rows that each has.
struct CountedCategories {
  Categories categories;
  std::vector<Index> counts;
};

/// Numbers ascending, texts in byte order, only those that some row has.
CountedCategories find_categories(const FeatureColumn& column);

/// The rows of each category of a given list.
CountedCategories count_categories(const FeatureColumn& column, const Categories& categories);

/// The position of each cell in `categories`; `unseen_code` for what is not there.
std::vector<std::int32_t> encode_cells(const FeatureColumn& column, const Categories& categories);

/// The same for one row; a missing cell is RowCategories::missing.
RowCategories row_categories(const RowColumn& column, const Categories& categories);

/// The distinct cells whose code is `unseen_code`, as a message shows them; empty if there are
/// none.
std::string unseen_cells(const FeatureColumn& column, const std::vector<std::int32_t>& codes);

/// What an encoder is told about categories.
struct CategoryRules {
  std::string_view owner;
  const std::vector<Categories>& given;  // empty: find them
  bool refuse_unknown;
  const std::optional<MinFrequency>& min_frequency;
  const std::optional<Index>& max_categories;
  bool group_missing;  // whether the missing values may be an infrequent category
};

/// One entry a column.
struct LearnedCategories {
  std::vector<Categories> categories;
  std::vector<std::vector<Index>> infrequent;  // ascending positions in the categories
};

/// @throws InvalidParameter  the given lists do not fit: their number, types, order, repetitions
/// @throws InvalidInput  a cell is in no given list, and unknown ones are refused
LearnedCategories learn_categories(const Features& X, const CategoryRules& rules);

/// Checks min_frequency by itself.
void check_min_frequency(std::string_view owner, const std::optional<MinFrequency>& min_frequency);

/// Where categories go when the infrequent ones are put together: the others keep their order,
/// the group comes last.
struct Grouping {
  std::vector<Index> group_of;  // one a category
  Index groups = 0;
  bool has_infrequent = false;
  Index infrequent_group() const { return groups - 1; }
  Index first_of(Index group) const;  // the first category of a group
};
Grouping group_categories(Index categories, const std::vector<Index>& infrequent);

/// The column that has category `codes[i]` in row i; a negative code is missing, and the code
/// after the last category is the infrequent group: a text of its own, but missing among numbers.
Column decode_cells(std::string name, const std::vector<Index>& codes,
                    const Categories& categories);

/// Throws FormatError when learned categories do not fit the schema.
void check_learned(std::string_view owner, const Schema& schema,
                   const std::vector<Categories>& categories,
                   const std::vector<std::vector<Index>>& infrequent);

}  // namespace espalier::detail
