// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/preprocessing/category.hpp>

namespace espalier {

/// What a missing cell is replaced by: a statistic of its column, or a constant.
enum class ImputeStrategy { mean, median, most_frequent, constant };

constexpr auto names_of(ImputeStrategy) {
  return std::array<std::string_view, 4>{"mean", "median", "most_frequent", "constant"};
}

struct SimpleImputerParams {
  ImputeStrategy strategy = ImputeStrategy::mean;
  std::optional<Category> fill_value = {};
  std::optional<Category> missing_values = {};
  bool add_indicator = false;
  bool keep_empty_features = false;

  static constexpr auto fields() {
    using P = SimpleImputerParams;
    return Fields{
        field("strategy", &P::strategy, "what a missing cell is replaced by"),
        field("fill_value", &P::fill_value,
              "of strategy constant; none: 0 for numbers, 'missing_value' for categories"),
        field("missing_values", &P::missing_values,
              "the number or category that marks a missing cell; none: NaN, no category"),
        field("add_indicator", &P::add_indicator,
              "append a column of 0 and 1 for each column that had missing cells in fit"),
        field("keep_empty_features", &P::keep_empty_features,
              "keep columns that had no values in fit, filled as by strategy constant")};
  }
};

/// What SimpleImputer learns. Shapes: p input columns.
struct SimpleImputerState {
  Vector statistics;                              // p; NaN: the column is categorical or is dropped
  std::vector<std::optional<std::string>> texts;  // p; none: numeric or dropped; empty: all numeric
  std::vector<Index> indicators;                  // the columns that have an indicator, ascending

  static constexpr auto fields() {
    using S = SimpleImputerState;
    return Fields{field("statistics", &S::statistics), field("texts", &S::texts),
                  field("indicators", &S::indicators)};
  }
  void check(const Schema& schema) const;
};

/// Replaces missing cells, column by column, by a statistic of the column or by a constant.
///
/// - `mean` and `median` (of an even number of values: the mean of the middle two) need numbers.
/// - `most_frequent` and `constant` serve numbers and categories. Of equally frequent values the
///   smallest is taken; texts are ordered by bytes.
///
/// X may be dense, sparse or a table. In a table categorical columns stay categorical: each keeps
/// the dictionary it comes with, so that an encoder behind still sees categories that were not
/// there in `fit`, and a fill value that the dictionary lacks is appended to it. A table whose
/// columns want different strategies goes through a ColumnTransformer. In a sparse X the zeros
/// that are not stored are values, stored NaN are missing.
///
/// A column without any value in `fit` is dropped, with a warning, or kept with
/// `keep_empty_features`: then filled with `fill_value` under `constant` and otherwise with 0 or
/// "missing_value". (scikit-learn puts the number 0 into categorical columns, too; and under
/// `constant` it drops a sparse column that has zeros only, which here is a column with values.)
///
/// With `missing_values` set, cells equal to it are missing and NaN is refused, as in
/// scikit-learn.
///
/// Output columns: those of X, then the indicators, named `missingindicator_<column>`. A column
/// that had nothing missing in `fit` has no indicator. `inverse_transform` puts the missing cells
/// back where the indicators say so, and restores dropped columns as missing; it needs
/// `add_indicator`. Parameters that are not there: `copy` (X is never changed) and a function as
/// strategy.
///
/// `fit` costs O(np), or O(np log n) for `most_frequent` of numbers; each thread copies one
/// column of numbers at a time.
///
/// @throws InvalidParameter  strategy constant with a fill_value that is not a finite number or a
///                           text
/// @throws InvalidInput      a categorical column with `mean` or `median`; a fill_value that does
///                           not fit the type of a column; a sparse X with missing_values = 0
class SimpleImputer
    : public Implements<SimpleImputer, Transformer, SimpleImputerParams, SimpleImputerState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "SimpleImputer";

  /// What replaces missing numbers, for each column of X; NaN where it is categorical or dropped.
  const Vector& statistics() const { return state().statistics; }
  /// What replaces missing categories, for each column of X; none where it is numeric or dropped.
  /// Empty if X had no categorical column.
  const std::vector<std::optional<std::string>>& text_statistics() const { return state().texts; }
  /// The columns of X that have an indicator, ascending.
  const std::vector<Index>& indicator_features() const { return state().indicators; }

 private:
  friend Implements;
  Tags do_tags() const;
  void do_validate() const;
  State do_fit(const Features& X, const FitContext& context) const;
  Features do_transform(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  Features do_inverse_transform(const State& state, const Features& X) const;
  std::vector<std::string> do_feature_names_out(const State& state, const Schema& schema) const;
};

extern template class Implements<SimpleImputer, Transformer, SimpleImputerParams,
                                 SimpleImputerState>;

}  // namespace espalier
