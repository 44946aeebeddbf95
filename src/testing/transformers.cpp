// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

Features fit_transform(Transformer& e, const Problem& problem) {
  return problem.y ? e.fit_transform(problem.X, *problem.y) : e.fit_transform(problem.X);
}

void fit_transform_is_fit_then_transform(const Subject& s) {
  const Problem problem = s.problem();
  const auto both = s.make();
  const Features at_once = fit_transform(as<Transformer>(*both), problem).owned();
  const auto e = s.fitted(problem);
  require_same("fit_transform(X) and fit(X).transform(X)",
               difference(at_once, as<Transformer>(*e).transform(problem.X), 1e-12));
  require(at_once.names() == as<Transformer>(*e).get_feature_names_out(),
          "fit_transform(X) does not bear the names of get_feature_names_out()");
}

void rows_are_kept(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const Features transformed = as<Transformer>(*e).transform(problem.X);
  require(transformed.rows() == 120,
          fmt::format("transform gives {} rows for 120", transformed.rows()));
  require(transformed.cols() > 0, "transform gives no columns");
}

void y_follows_the_tag(const Subject& s) {
  const Problem problem = s.problem();
  if (s.tags().requires_y)
    return require_invalid_input("fit without y", {"y", s.name()},
                                 [&] { as<Transformer>(*s.make()).fit(problem.X); });
  const Labels y = Labels::LinSpaced(120, 0, 119).unaryExpr([](int i) { return i % 2; });
  const auto e = s.make();
  as<Transformer>(*e).fit(problem.X, y);
  require_invalid_input("fit with 100 rows and 120 targets", {s.name()},
                        [&] { as<Transformer>(*e).fit(Matrix(problem.X.topRows(100)), y); });
}

/// What cannot be undone exactly (bins, projections) is at least undone to something that
/// transforms to the same.
void inverse_transform_undoes_transform(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const auto& model = as<Transformer>(*e);
  const Features transformed = model.transform(problem.X).owned();
  std::optional<Features> back;
  try {
    back = model.inverse_transform(transformed).owned();
  } catch (const NotSupported& error) {
    require_mentions("inverse_transform", error, {s.name()});
    skip("it has no inverse_transform");
  }
  require(back->rows() == 120 && back->cols() == 4,
          fmt::format("inverse_transform gives {} × {} for 120 × 4", back->rows(), back->cols()));
  require_same("transform(inverse_transform(transform(X))) and transform(X)",
               difference(model.transform(*back), transformed, 1e-7));
  require_invalid_input("inverse_transform of another width", {s.name()}, [&] {
    model.inverse_transform(Matrix(Matrix::Zero(5, transformed.cols() + 1)));
  });
}

}  // namespace

Checks transformer_checks() {
  return {
      {"fit_transform_is_fit_then_transform", "fit_transform(X) is fit(X).transform(X)",
       is_transformer, fit_transform_is_fit_then_transform},
      {"rows_are_kept", "transform gives a row for each row", is_transformer, rows_are_kept},
      {"y_follows_the_tag", "y is required if requires_y, else accepted", is_transformer,
       y_follows_the_tag},
      {"inverse_transform_undoes_transform",
       "inverse_transform, where it exists, gives rows that transform to the same", is_transformer,
       inverse_transform_undoes_transform},
  };
}

}  // namespace espalier::detail::kit
