// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <set>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

void column_names_are_checked(const Subject& s) {
  const Problem problem = s.problem();
  const DataFrame table = table_of(problem.X);
  const auto e = s.fitted(table, problem.y);
  require(e->feature_names_in() == table.names(), "feature_names_in() are not the names at fit");
  const DataFrame reversed = table.select({"fourth", "third", "second", "first"});
  const DataFrame unseen = table.renamed("second", "stranger");
  for (const Method& method : methods(*e)) {
    require_invalid_input(method.name + " of reversed columns", {"order", s.name()},
                          [&] { method.call(*e, reversed); });
    require_invalid_input(method.name + " with 'second' renamed to 'stranger'",
                          {"stranger", "second", s.name()}, [&] { method.call(*e, unseen); });
    require_invalid_input(method.name + " without the column 'third'", {"third", s.name()},
                          [&] { method.call(*e, table.drop("third")); });
  }
}

/// A reported column that is missing must be one that is used; unused ones may be missing.
void columns_are_found_by_name(const Subject& s) {
  const Problem problem = s.problem();
  const DataFrame table = table_of(problem.X);
  const auto e = s.fitted(table, problem.y);
  const Outputs expected = outputs(*e, table);
  require_same(
      "columns in another order",
      difference(expected, outputs(*e, table.select({"fourth", "third", "second", "first"}))));
  const DataFrame more = table.with(Column::numeric("further", Vector::Zero(table.rows())));
  require_same("with a further column", difference(expected, outputs(*e, more)));
  int missed = 0;
  for (const std::string& name : table.names())
    if (!succeeds_or_mentions("without the column " + name, {name},
                              [&] { outputs(*e, table.drop(name)); }))
      ++missed;
  require(missed > 0, "no column is missed when it is taken away");
}

void nameless_input_is_accepted_after_a_fit_with_names(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(table_of(problem.X), problem.y);
  require_same("a matrix after a fit on a table",
               difference(outputs(*e, table_of(problem.X)), outputs(*e, problem.X)));
}

void a_fit_without_names_forgets_them(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(table_of(problem.X), problem.y);
  fit(*e, problem);
  require(e->feature_names_in().empty(),
          "feature_names_in() has the names of an earlier fit after one without names");
  outputs(*e, table_of(problem.X));
}

void output_columns_have_names(const Subject& s) {
  const Problem problem = s.problem();
  const auto check = [&](const Features& X, std::string_view form) {
    const auto e = s.fitted(X, problem.y);
    const auto& names = as<Transformer>(*e).get_feature_names_out();
    const Features transformed = as<Transformer>(*e).transform(X);
    require(static_cast<Index>(names.size()) == transformed.cols(),
            fmt::format("fitted on {}, get_feature_names_out() has {} names for {} columns", form,
                        names.size(), transformed.cols()));
    require(transformed.names() == names,
            fmt::format("fitted on {}, the output does not bear the names of "
                        "get_feature_names_out()",
                        form));
    const std::set<std::string> distinct(names.begin(), names.end());
    require(distinct.size() == names.size(), "a name of an output column stands twice");
  };
  check(problem.X, "a matrix");
  check(table_of(problem.X), "a table");
}

}  // namespace

Checks name_checks() {
  const auto fixed = [](const Subject& s) { return s.fits() && !s.tags().selects_columns; };
  const auto selects = [](const Subject& s) { return s.fits() && s.tags().selects_columns; };
  return {
      {"column_names_are_checked", "reversed, unseen and missing columns are refused by name",
       fixed, column_names_are_checked},
      {"columns_are_found_by_name", "order and further columns do not matter (selects_columns)",
       selects, columns_are_found_by_name},
      {"nameless_input_is_accepted_after_a_fit_with_names",
       "a matrix may follow a table of the same width", fits,
       nameless_input_is_accepted_after_a_fit_with_names},
      {"a_fit_without_names_forgets_them", "names do not outlive the fit that saw them", fits,
       a_fit_without_names_forgets_them},
      {"output_columns_have_names", "get_feature_names_out() has a different name a column",
       is_transformer, output_columns_have_names},
  };
}

}  // namespace espalier::detail::kit
