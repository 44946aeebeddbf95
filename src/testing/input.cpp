// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <limits>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

void other_width_is_refused(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const Matrix narrow = problem.X.leftCols(3);
  Matrix wide(problem.X.rows(), 5);
  wide << problem.X, problem.X.col(0);
  for (const Method& method : methods(*e)) {
    require_invalid_input(method.name + " of 3 columns after a fit on 4", {"3", "4"},
                          [&] { method.call(*e, narrow); });
    require_invalid_input(method.name + " of 5 columns after a fit on 4", {"5", "4"},
                          [&] { method.call(*e, wide); });
  }
  if (s.supervised())
    require_invalid_input("score of 3 columns after a fit on 4", {"3", "4"},
                          [&] { score(*e, narrow, *problem.y); });
}

void negative_values_follow_the_tag(const Subject& s) {
  Problem problem = s.problem();
  const auto fitted = s.fitted(problem);
  problem.X(2, 1) = -1.0;
  if (!s.tags().positive_only) return void(s.fitted(problem));
  require_invalid_input("fit with a negative value", {"negative", s.name()},
                        [&] { s.fitted(problem); });
  for (const Method& method : methods(*fitted))
    require_invalid_input(method.name + " of a negative value", {"negative", s.name()},
                          [&] { method.call(*fitted, problem.X); });
}

void empty_input_is_refused(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const Matrix no_rows(0, 4), no_columns(120, 0);
  const std::vector<Index> none;
  const OptionalTarget no_y = problem.y ? OptionalTarget(problem.y->take(none)) : std::nullopt;
  require_invalid_input("fit on no rows", {"0 samples", s.name()},
                        [&] { s.fitted(no_rows, no_y); });
  require_invalid_input("fit on no columns", {"0 features", s.name()},
                        [&] { s.fitted(no_columns, problem.y); });
  for (const Method& method : methods(*e)) {
    require_invalid_input(method.name + " of no rows", {"0 samples", s.name()},
                          [&] { method.call(*e, no_rows); });
    require_invalid_input(method.name + " of no columns", {}, [&] { method.call(*e, no_columns); });
  }
}

/// Fit and every method refuse `value` in a cell, naming its column and `what`.
void require_value_refused(const Subject& s, double value, std::string_view what) {
  Problem problem = s.problem();
  const auto e = s.fitted(table_of(problem.X), problem.y);
  problem.X(7, 2) = value;
  const DataFrame table = table_of(problem.X);
  require_invalid_input(fmt::format("fit with {} in column 'third'", what),
                        {what, "third", s.name()}, [&] { s.fitted(table, problem.y); });
  for (const Method& method : methods(*e))
    require_invalid_input(fmt::format("{} with {} in column 'third'", method.name, what),
                          {what, "third"}, [&] { method.call(*e, table); });
}

void infinite_values_are_refused(const Subject& s) {
  require_value_refused(s, inf, "inf");
  require_value_refused(s, -inf, "inf");
}

void missing_values_follow_the_tag(const Subject& s) {
  if (!s.tags().allow_nan) return require_value_refused(s, nan, "NaN");
  const Problem problem = s.problem().with_missing();
  const auto e = s.fitted(problem);
  const Outputs results = outputs(*e, problem.X);
  for (const Output& output : results)
    require(output.value.rows() == problem.X.rows(),
            fmt::format("{} drops rows with missing values", output.method));
  if (s.role() == RoleKind::transformer && s.tags().keeps_missing) return;
  require_same("for an X with missing values", not_finite(results));
}

void sparse_input_follows_the_tag(const Subject& s) {
  Problem problem = s.problem();
  problem.X = (problem.X.array().abs() > 4.0).select(problem.X, 0.0);
  const SparseMatrix sparse = problem.X.sparseView();
  if (!s.tags().sparse) {
    require_invalid_input("fit on a sparse X", {"sparse", s.name()},
                          [&] { s.fitted(sparse, problem.y); });
    const auto e = s.fitted(problem);
    for (const Method& method : methods(*e))
      require_invalid_input(method.name + " of a sparse X", {"sparse", s.name()},
                            [&] { method.call(*e, sparse); });
    return;
  }
  std::unique_ptr<Estimator> e;
  if (!succeeds_or_mentions("fit on a sparse X", {"sparse"},
                            [&] { e = s.fitted(sparse, problem.y); }))
    skip("it takes sparse data in principle, but not with these parameters");
  const Outputs from_sparse = outputs(*e, sparse);
  const auto dense = s.fitted(problem);
  require_same("fitted on a sparse and on the same dense X",
               difference(from_sparse, outputs(*dense, problem.X), 1e-6));
  require_same("the same model on a sparse and on the same dense X",
               difference(from_sparse, outputs(*e, problem.X), 1e-9));
}

/// X with another column "colour" of three categories, in a dictionary of the given order.
DataFrame with_colours(const Matrix& X, Dictionary dictionary) {
  const Dictionary colours{"blue", "green", "red"};
  std::vector<std::int32_t> codes;
  for (Index i = 0; i < X.rows(); ++i) {
    const std::string& colour = colours[static_cast<std::size_t>(i % 3)];
    const auto at = std::find(dictionary.begin(), dictionary.end(), colour);
    codes.push_back(static_cast<std::int32_t>(at - dictionary.begin()));
  }
  return table_of(X).with(Column::categorical("colour", std::move(codes), std::move(dictionary)));
}

void categorical_columns_follow_the_tag(const Subject& s) {
  const Problem problem = s.problem();
  const DataFrame table = with_colours(problem.X, {"blue", "green", "red"});
  if (!s.tags().categorical)
    return require_invalid_input("fit on a table with a categorical column",
                                 {"colour", "categorical", s.name()},
                                 [&] { s.fitted(table, problem.y); });
  std::unique_ptr<Estimator> e;
  if (!succeeds_or_mentions("fit on a table with a categorical column", {"colour"},
                            [&] { e = s.fitted(table, problem.y); }))
    skip("it takes categories in principle, but not with these parameters");
  const Outputs expected = outputs(*e, table);
  require(expected.empty() || expected.front().value.rows() == table.rows(),
          "rows were lost in a table with categories");
  const DataFrame reordered = with_colours(problem.X, {"red", "purple", "blue", "green"});
  require_same("categories in another dictionary", difference(expected, outputs(*e, reordered)));
}

void unseen_and_missing_categories_do_no_harm(const Subject& s) {
  const Problem problem = s.problem();
  const DataFrame table = with_colours(problem.X, {"blue", "green", "red"});
  std::unique_ptr<Estimator> e;
  if (!succeeds_or_mentions("fit on a table with a categorical column", {"colour"},
                            [&] { e = s.fitted(table, problem.y); }))
    skip("it takes categories in principle, but not with these parameters");
  std::vector<std::optional<std::string>> cells(120, std::string("blue"));
  cells[5] = "purple";
  const DataFrame unseen = table.with(Column::categorical("colour", cells));
  cells[5] = std::nullopt;
  const DataFrame missing = table.with(Column::categorical("colour", cells));
  for (const Method& method : methods(*e)) {
    succeeds_or_mentions(method.name + " of an unseen category", {"colour"},
                         [&] { method.call(*e, unseen); });
    succeeds_or_mentions(method.name + " of a missing category", {"colour"},
                         [&] { method.call(*e, missing); });
  }
}

void one_row_works_or_says_why(const Subject& s) {
  const Problem problem = s.problem();
  const std::vector<Index> first{0};
  const OptionalTarget y = problem.y ? OptionalTarget(problem.y->take(first)) : std::nullopt;
  const Matrix row = problem.X.topRows(1);
  succeeds_or_mentions("fit on one row", {"sample", "row", "class", "fold", "split"},
                       [&] { outputs(*s.fitted(row, y), row); });
}

void one_column_works_or_says_why(const Subject& s) {
  const Problem problem = s.problem({.cols = 1});
  succeeds_or_mentions("fit on one column", {"feature", "column"},
                       [&] { outputs(*s.fitted(problem), problem.X); });
}

void constant_columns_do_no_harm(const Subject& s) {
  Problem problem = s.problem();
  problem.X.col(1).setConstant(3.0);
  problem.X.col(3).setZero();
  const auto e = s.fitted(problem);
  require_same("after a fit on constant columns", not_finite(outputs(*e, problem.X)));
}

}  // namespace

Checks input_checks() {
  const auto takes_categories = [](const Subject& s) { return s.fits() && s.tags().categorical; };
  return {
      {"other_width_is_refused", "every method refuses an X of another width, naming both", fits,
       other_width_is_refused},
      {"negative_values_follow_the_tag", "negative values are refused exactly if positive_only",
       fits, negative_values_follow_the_tag},
      {"empty_input_is_refused", "no rows, or no columns, are refused", fits,
       empty_input_is_refused},
      {"infinite_values_are_refused", "infinity is refused, naming the column", fits,
       infinite_values_are_refused},
      {"missing_values_follow_the_tag",
       "NaN is refused, naming the column; or, if allow_nan, gives finite results (unless "
       "keeps_missing)",
       fits, missing_values_follow_the_tag},
      {"sparse_input_follows_the_tag", "a sparse X is refused, or gives what a dense one gives",
       fits, sparse_input_follows_the_tag},
      {"categorical_columns_follow_the_tag",
       "a categorical column is refused by name, or its dictionary's order does not matter", fits,
       categorical_columns_follow_the_tag},
      {"unseen_and_missing_categories_do_no_harm",
       "an unseen or missing category gives a result, or an error that names the column",
       takes_categories, unseen_and_missing_categories_do_no_harm},
      {"one_row_works_or_says_why", "a fit on one row works or says what is missing", fits,
       one_row_works_or_says_why},
      {"one_column_works_or_says_why", "a fit on one column works or says what is missing", fits,
       one_column_works_or_says_why},
      {"constant_columns_do_no_harm", "constant columns give finite results", fits,
       constant_columns_do_no_harm},
  };
}

}  // namespace espalier::detail::kit
