// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <espalier/core/implements.hpp>
#include <espalier/preprocessing/categories.hpp>
#include <espalier/preprocessing/category.hpp>
#include <espalier/preprocessing/min_frequency.hpp>

namespace espalier {

/// Which output column of each input column is left out: the first one, or the first one of those
/// with exactly two.
enum class OneHotDrop { first, if_binary };

constexpr auto names_of(OneHotDrop) {
  return std::array<std::string_view, 2>{"first", "if_binary"};
}

/// What becomes of a category that was not there in `fit`: an error; a row of zeros; the
/// infrequent group where the column has one, else zeros; the same, with a warning.
enum class OneHotUnknown { error, ignore, infrequent_if_exist, warn };

constexpr auto names_of(OneHotUnknown) {
  return std::array<std::string_view, 4>{"error", "ignore", "infrequent_if_exist", "warn"};
}

struct OneHotEncoderParams {
  std::vector<Categories> categories = {};
  std::optional<OneHotDrop> drop = {};
  std::vector<std::optional<Category>> drop_categories = {};
  bool sparse_output = true;
  OneHotUnknown handle_unknown = OneHotUnknown::error;
  std::optional<MinFrequency> min_frequency = {};
  std::optional<Index> max_categories = {};

  static constexpr auto fields() {
    using P = OneHotEncoderParams;
    return Fields{
        field("categories", &P::categories,
              "the categories of each column; empty: those found in fit"),
        field("drop", &P::drop, "which output of each column to leave out"),
        field("drop_categories", &P::drop_categories,
              "instead of drop: the category of each column to leave out; none: missing values"),
        field("sparse_output", &P::sparse_output, "return a sparse matrix, else a dense one"),
        field("handle_unknown", &P::handle_unknown,
              "what becomes of categories that were not there in fit"),
        field("min_frequency", &P::min_frequency,
              "rows, or share of the rows, under which a category is infrequent"),
        field("max_categories", &P::max_categories, at_least(1),
              "outputs of a column at most, the infrequent group included")};
  }
};

/// What OneHotEncoder learns, one entry a column.
struct OneHotEncoderState {
  std::vector<Categories> categories;
  std::vector<std::vector<Index>> infrequent;  // positions in categories, ascending
  std::vector<Index> drop_idx;  // position in categories of what is left out; -1: nothing

  static constexpr auto fields() {
    using S = OneHotEncoderState;
    return Fields{field("categories", &S::categories), field("infrequent", &S::infrequent),
                  field("drop_idx", &S::drop_idx)};
  }
  void check(const Schema& schema) const;
};

/// Makes of each column one column of 0 and 1 per category.
///
///     OneHotEncoder encoder({.handle_unknown = OneHotUnknown::ignore, .min_frequency = 10});
///
/// X is a table, whose numeric columns are encoded too, or a dense matrix. The categories of a
/// column are those that some row has: texts in byte order, numbers ascending; missing cells are
/// a category of their own, the last. Given `categories` keep the order they are given in;
/// numbers must ascend.
///
/// Infrequent categories, those with fewer rows than `min_frequency` says and then, while a
/// column has more than `max_categories` outputs, the rarest (of equally rare ones the first),
/// share one output, the last of their column. `drop` acts after this grouping; the column of a
/// dropped category is not there, its rows are zeros. With `drop` unknown categories look like
/// the dropped one, hence a warning.
///
/// Output names: `<column>_<category>`, and `<column>_infrequent_sklearn` for the group. Numbers
/// are written as scikit-learn writes doubles: `year_2024.0`, `year_nan`.
///
/// `inverse_transform` takes a dense or sparse matrix and gives a table if X had a categorical
/// column, else a dense matrix. Each row takes the category of its largest output. Zeros become
/// the dropped category, or a missing cell where unknown categories are allowed, and are an error
/// elsewhere. The infrequent group becomes the category `infrequent_sklearn`, and a missing cell
/// in a numeric column.
///
/// Differences from scikit-learn: an explicit `drop` is the parameter `drop_categories`; `dtype`
/// and `feature_name_combiner` are not there.
///
/// Costs O(n log k) a numeric column of k categories, O(n + k) a categorical one, and memory for
/// the p stored ones of each row; a dense output has n times the number of all categories.
///
/// @throws InvalidParameter  a parameter is outside its range; `drop` and `drop_categories` are
///                           both set; given categories repeat, do not ascend, or do not fit the
///                           columns
/// @throws InvalidInput      an unknown category under handle_unknown=error; a category to drop
///                           that the column lacks or that is infrequent
class OneHotEncoder
    : public Implements<OneHotEncoder, Transformer, OneHotEncoderParams, OneHotEncoderState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "OneHotEncoder";
  static constexpr Tags tags{.allow_nan = true, .categorical = true, .requires_y = false};

  /// One entry a column.
  const std::vector<Categories>& categories() const { return state().categories; }
  /// For each column the positions of its infrequent categories in categories(), ascending.
  const std::vector<std::vector<Index>>& infrequent_indices() const { return state().infrequent; }
  /// For each column the position in categories() of what is left out, or −1. Of a dropped
  /// infrequent group it is the first category.
  const std::vector<Index>& drop_idx() const { return state().drop_idx; }

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const FitContext& context) const;
  Features do_transform(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  Features do_inverse_transform(const State& state, const Features& X) const;
  std::vector<std::string> do_feature_names_out(const State& state, const Schema& schema) const;
  void report_unknown(const std::vector<std::string>& unknown) const;
};

extern template class Implements<OneHotEncoder, Transformer, OneHotEncoderParams,
                                 OneHotEncoderState>;

}  // namespace espalier
