// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include <espalier/compose/pipeline.hpp>
#include <espalier/core/random.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

void row_order_does_not_matter(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const std::vector<Index> rows = Random(23).permutation(problem.X.rows());
  const Features shuffled = Features(problem.X).take(rows);
  for (const Method& method : methods(*e))
    require_same(
        fmt::format("{} of shuffled rows", method.name),
        difference(method.call(*e, shuffled), method.call(*e, problem.X).take(rows), 1e-9));
}

void single_rows_agree_with_the_batch(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  for (const Method& method : methods(*e)) {
    const Features batch = method.call(*e, problem.X).owned();
    for (const Index i : {0, 1, 2, 50, 119}) {
      const std::vector<Index> row{i};
      require_same(fmt::format("{} of row {} alone and in the batch", method.name, i),
                   difference(method.call(*e, Features(problem.X.row(i))), batch.take(row), 1e-7));
    }
    std::vector<Index> half(60);
    std::iota(half.begin(), half.end(), Index{30});
    require_same(fmt::format("{} of half of the rows and of all", method.name),
                 difference(method.call(*e, Features(problem.X.middleRows(30, 60))),
                            batch.take(half), 1e-7));
  }
}

void predictions_repeat(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const Outputs first = outputs(*e, problem.X);
  const Matrix others = s.problem({.rows = 17, .variant = 1}).X;
  try {
    outputs(*e, others);
  } catch (const InvalidInput&) {  // an encoder may not know all of these values
  }
  require_same("the same call again, after another one", difference(first, outputs(*e, problem.X)));
}

void fit_repeats(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const Outputs first = outputs(*e, problem.X);
  fit(*e, problem);
  require_same("after a second fit on the same data", difference(first, outputs(*e, problem.X)));
  require_same("of another object fitted on the same data",
               difference(first, outputs(*s.fitted(problem), problem.X)));
}

void second_fit_forgets_the_first(const Subject& s) {
  const Problem problem = s.problem();
  const Outputs expected = outputs(*s.fitted(problem), problem.X);
  const ProblemOptions wider{.rows = 70, .cols = 6, .classes = 2, .variant = 1};
  const ProblemOptions alike{.variant = 1};
  for (const ProblemOptions& before : {wider, alike}) {
    const auto e = s.fitted(s.problem(before));
    fit(*e, problem);
    require(e->n_features_in() == 4, "n_features_in() is that of an earlier fit");
    require_same(
        fmt::format("after a fit on other data ({} × {}) before", before.rows, before.cols),
        difference(expected, outputs(*e, problem.X)));
  }
}

/// A million times as far out as the training rows.
void far_rows_do_no_harm(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = s.fitted(problem);
  const Matrix far = 1e6 * problem.X;
  for (const Method& method : methods(*e)) {
    std::optional<Features> result;
    const std::string situation = method.name + " of rows far from the training rows";
    if (!s.tags().categorical)
      result = method.call(*e, far);
    else if (!succeeds_or_mentions(situation, {"categor"}, [&] { result = method.call(*e, far); }))
      continue;  // an encoder may not know them
    require_same(situation, not_finite(*result));
    if (method.name == "predict_proba")
      require(((result->to_matrix().rowwise().sum().array() - 1.0).abs() < 1e-9).all(),
              "the probabilities of a row far from the training rows do not sum to 1");
  }
  if (s.role() != RoleKind::classifier) return;
  const Labels& classes = as<Classifier>(*e).classes();
  for (const int label : as<Classifier>(*e).predict(far))
    require(std::find(classes.begin(), classes.end(), label) != classes.end(),
            fmt::format("a row far from the training rows gets the label {}, which is not one of "
                        "classes()",
                        label));
}

std::unique_ptr<Estimator> in_a_pipeline(const Subject& s) {
  const std::vector<Step> steps{{"only", Polymorphic<Estimator>(*s.make())}};
  switch (s.role()) {
    case RoleKind::transformer:
      return std::make_unique<Pipeline<Transformer>>(steps);
    case RoleKind::classifier:
      return std::make_unique<Pipeline<Classifier>>(steps);
    case RoleKind::regressor:
      return std::make_unique<Pipeline<Regressor>>(steps);
    case RoleKind::clusterer:
      return std::make_unique<Pipeline<Clusterer>>(steps);
    default:
      skip("a Pipeline ends in a transformer, a classifier, a regressor or a clusterer");
  }
}

void a_pipeline_of_it_agrees(const Subject& s) {
  const Problem problem = s.problem();
  const auto pipeline = in_a_pipeline(s);
  const Tags tags = pipeline->get_tags();
  require(tags.sample_weight == s.tags().sample_weight && tags.allow_nan == s.tags().allow_nan,
          "a Pipeline of it alone has other tags");
  fit(*pipeline, problem);
  const auto alone = s.fitted(problem);
  require_same("alone and as the only step of a Pipeline",
               difference(outputs(*alone, problem.X), outputs(*pipeline, problem.X)));
  if (s.supervised())
    require(score(*alone, problem.X, *problem.y) == score(*pipeline, problem.X, *problem.y),
            "score() differs in a Pipeline");
}

}  // namespace

Checks prediction_checks() {
  const auto forgets = [](const Subject& s) {
    return is_deterministic(s) &&
           !(s.has_param("warm_start") && s.prototype().get_param("warm_start") == Value(true));
  };
  return {
      {"row_order_does_not_matter", "shuffled rows give the shuffled result", is_deterministic,
       row_order_does_not_matter},
      {"single_rows_agree_with_the_batch", "what a row gives does not depend on its neighbours",
       is_deterministic, single_rows_agree_with_the_batch},
      {"predictions_repeat", "the same call gives the same bits, whatever came between",
       is_deterministic, predictions_repeat},
      {"fit_repeats", "a fit on the same data with the same seed gives the same bits",
       is_deterministic, fit_repeats},
      {"second_fit_forgets_the_first", "a fit does not depend on an earlier one", forgets,
       second_fit_forgets_the_first},
      {"far_rows_do_no_harm",
       "rows far from the training rows give finite results, and one of the classes", fits,
       far_rows_do_no_harm},
      {"a_pipeline_of_it_agrees", "in a Pipeline it gives what it gives alone", is_deterministic,
       a_pipeline_of_it_agrees},
  };
}

}  // namespace espalier::detail::kit
