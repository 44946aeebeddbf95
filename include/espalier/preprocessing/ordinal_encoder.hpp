// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/preprocessing/categories.hpp>
#include <espalier/preprocessing/min_frequency.hpp>

namespace espalier {

/// What becomes of a category that was not there in `fit`: an error, or the code `unknown_value`.
enum class OrdinalUnknown { error, use_encoded_value };

constexpr auto names_of(OrdinalUnknown) {
  return std::array<std::string_view, 2>{"error", "use_encoded_value"};
}

struct OrdinalEncoderParams {
  std::vector<Categories> categories = {};
  OrdinalUnknown handle_unknown = OrdinalUnknown::error;
  std::optional<double> unknown_value = {};
  double encoded_missing_value = std::numeric_limits<double>::quiet_NaN();
  std::optional<MinFrequency> min_frequency = {};
  std::optional<Index> max_categories = {};

  static constexpr auto fields() {
    using P = OrdinalEncoderParams;
    return Fields{field("categories", &P::categories,
                        "the categories of each column; empty: those found in fit"),
                  field("handle_unknown", &P::handle_unknown,
                        "what becomes of categories that were not there in fit"),
                  field("unknown_value", &P::unknown_value,
                        "the code of unknown categories: a whole number or NaN"),
                  field("encoded_missing_value", &P::encoded_missing_value,
                        "the code of missing cells: a whole number or NaN"),
                  field("min_frequency", &P::min_frequency,
                        "rows, or share of the rows, under which a category is infrequent"),
                  field("max_categories", &P::max_categories, at_least(1),
                        "codes of the known categories of a column, at most")};
  }
};

/// What OrdinalEncoder learns, one entry a column.
struct OrdinalEncoderState {
  std::vector<Categories> categories;
  std::vector<std::vector<Index>> infrequent;  // positions in categories, ascending

  static constexpr auto fields() {
    using S = OrdinalEncoderState;
    return Fields{field("categories", &S::categories), field("infrequent", &S::infrequent)};
  }
  void check(const Schema& schema) const;
};

/// Replaces each category by its position 0, 1, 2, … among the categories of its column.
///
/// X is a table, whose numeric columns are encoded too, or a dense matrix; the output is a dense
/// matrix with the same columns. Categories are found or given, and infrequent ones grouped, as
/// OneHotEncoder does it, except that missing cells are never in the infrequent group: they have
/// a code of their own, `encoded_missing_value`. The infrequent group has the code after those of
/// the other categories.
///
/// `unknown_value` may not be the code of a category that is not infrequent, nor may
/// `encoded_missing_value` in a column with missing cells. It may be the code of the infrequent
/// group, which unknown categories then join.
///
/// `inverse_transform` gives a table if X had a categorical column, else a dense matrix. The code
/// of unknown categories becomes a missing cell; that of the infrequent group the category
/// `infrequent_sklearn`, and a missing cell in a numeric column.
///
/// Costs O(n log k) a numeric column of k categories, O(n + k) a categorical one.
///
/// @throws InvalidParameter  a parameter is outside its range; `unknown_value` is missing or is
///                           there without use; a code is used twice; given categories do not fit
///                           (see OneHotEncoder)
/// @throws InvalidInput      an unknown category under handle_unknown=error; inverse_transform of
///                           a number that is no code
class OrdinalEncoder
    : public Implements<OrdinalEncoder, Transformer, OrdinalEncoderParams, OrdinalEncoderState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "OrdinalEncoder";
  static constexpr Tags tags{
      .allow_nan = true, .keeps_missing = true, .categorical = true, .requires_y = false};

  /// One entry a column.
  const std::vector<Categories>& categories() const { return state().categories; }
  /// For each column the positions of its infrequent categories in categories(), ascending.
  const std::vector<std::vector<Index>>& infrequent_indices() const { return state().infrequent; }

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const FitContext& context) const;
  Features do_transform(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  Features do_inverse_transform(const State& state, const Features& X) const;
};

extern template class Implements<OrdinalEncoder, Transformer, OrdinalEncoderParams,
                                 OrdinalEncoderState>;

}  // namespace espalier
