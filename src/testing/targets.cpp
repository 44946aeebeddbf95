// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <limits>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

void y_of_another_length_is_refused(const Subject& s) {
  const Problem problem = s.problem();
  const Matrix shorter = problem.X.topRows(100);
  require_invalid_input("fit with 100 rows and 120 targets", {"100", "120", s.name()},
                        [&] { s.fitted(shorter, problem.y); });
  const auto e = s.fitted(problem);
  require_invalid_input("score with 100 rows and 120 targets", {},
                        [&] { score(*e, shorter, *problem.y); });
}

void y_is_finite(const Subject& s) {
  const Problem problem = s.problem();
  for (const double bad : {nan, inf, -inf}) {
    Vector y = problem.y->values().col(0);
    y[11] = bad;
    require_invalid_input(fmt::format("fit with {} in y", number_text(bad)),
                          {"y", std::isnan(bad) ? "NaN" : "inf", s.name()},
                          [&] { s.fitted(problem.X, Target(y)); });
  }
}

void several_columns_of_y_follow_the_tag(const Subject& s) {
  const Problem problem = s.problem();
  Matrix y(120, 2);
  y << problem.y->values(), problem.y->values().array() + 1.0;
  if (!s.tags().multi_output)
    require_invalid_input("fit with two columns of y", {"column", s.name()},
                          [&] { s.fitted(problem.X, Target(y)); });
  const Matrix column = y.leftCols(1);
  require_same("y as a column and as a vector",
               difference(outputs(*s.fitted(problem.X, Target(column)), problem.X),
                          outputs(*s.fitted(problem), problem.X)));
}

void negative_targets_follow_the_tag(const Subject& s) {
  const Problem problem = s.problem();
  Vector y = problem.y->values().col(0);
  y[17] = -1.0;
  if (!s.tags().positive_target) return void(s.fitted(problem.X, Target(y)));
  require_invalid_input("fit with a negative value in y", {"y", "-1", s.name()},
                        [&] { s.fitted(problem.X, Target(y)); });
}

}  // namespace

Checks target_checks() {
  return {
      {"y_of_another_length_is_refused", "X and y must have as many rows", is_supervised,
       y_of_another_length_is_refused},
      {"y_is_finite", "NaN and infinity in y are refused", is_supervised, y_is_finite},
      {"several_columns_of_y_follow_the_tag",
       "y with two columns is refused unless multi_output; one column is a vector", is_supervised,
       several_columns_of_y_follow_the_tag},
      {"negative_targets_follow_the_tag",
       "negative values in y are refused exactly if positive_target", is_regressor,
       negative_targets_follow_the_tag},
  };
}

}  // namespace espalier::detail::kit
