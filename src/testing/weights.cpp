// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <limits>

#include <espalier/core/random.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

FitContext weighted(Vector weights) {
  FitContext context;
  context.sample_weight = std::move(weights);
  return context;
}

void weights_without_the_tag_are_refused(const Subject& s) {
  const Problem problem = s.problem();
  require_invalid_input("fit with sample_weight, which the tags do not take",
                        {"sample_weight", s.name()},
                        [&] { s.fitted(problem, weighted(Vector::Ones(120))); });
}

void unusable_weights_are_refused(const Subject& s) {
  const Problem problem = s.problem();
  const auto refused = [&](std::string_view situation, const Vector& weights) {
    require_invalid_input(fmt::format("fit with {}", situation), {"weight", s.name()},
                          [&] { s.fitted(problem, weighted(weights)); });
  };
  Vector weights = Vector::Ones(120);
  refused("119 weights for 120 rows", weights.head(119));
  refused("121 weights for 120 rows", Vector::Ones(121));
  refused("weights that are all zero", Vector::Zero(120));
  for (const double bad : {-1.0, nan, inf}) {
    weights[17] = bad;
    refused(fmt::format("a weight of {}", number_text(bad)), weights);
  }
}

void weights_are_not_modified(const Subject& s) {
  const Problem problem = s.problem();
  FitContext context = weighted(Vector::LinSpaced(120, 0.0, 3.0));
  const Vector before = context.sample_weight;
  s.fitted(problem, context);
  require_same("fit changed sample_weight",
               difference(Features(Matrix(context.sample_weight)), Features(Matrix(before))));
}

void unit_weights_change_nothing(const Subject& s) {
  const Problem problem = s.problem();
  require_same("with weights of 1 and without weights",
               difference(outputs(*s.fitted(problem, weighted(Vector::Ones(120))), problem.X),
                          outputs(*s.fitted(problem), problem.X), 1e-7));
}

Problem rows_of(const Problem& problem, const std::vector<Index>& rows) {
  return {Features(problem.X).take(rows).to_matrix(),
          problem.y ? OptionalTarget(problem.y->take(rows)) : std::nullopt};
}

void weight_zero_is_no_row(const Subject& s) {
  const Problem problem = s.problem();
  Vector weights(120);
  std::vector<Index> kept;
  for (Index i = 0; i < 120; ++i) {
    weights[i] = i % 4 == 1 ? 0.0 : 1.0 + static_cast<double>(i % 3);
    if (weights[i] > 0.0) kept.push_back(i);
  }
  const Problem smaller = rows_of(problem, kept);
  const auto with_zeros = s.fitted(problem, weighted(weights));
  const auto without = s.fitted(smaller, weighted(weights(kept)));
  for (const Method& method : methods(*without))
    require_same(
        fmt::format("{} after rows of weight 0 and without these rows", method.name),
        difference(method.call(*with_zeros, problem.X), method.call(*without, problem.X), 1e-7));
}

/// Rows with weights from 0 to 4, and the same with every row as often as its weight says,
/// shuffled: the two fits that must agree. Labels and values are partly random, so that no fit is
/// perfect.
struct Copies {
  Problem once;
  Vector weights;
  Problem repeated;
};

Copies copies(const Subject& s) {
  constexpr Index n = 60;
  Copies result{s.problem({.rows = n, .classes = 2, .spread = 8.0}), Vector(n), {}};
  Random random(17);
  std::vector<Index> rows;
  for (Index i = 0; i < n; ++i) {
    const Index k = random.integer(5);
    result.weights[i] = static_cast<double>(k);
    rows.insert(rows.end(), static_cast<std::size_t>(k), i);
  }
  random.shuffle(std::span(rows));
  result.repeated = rows_of(result.once, rows);
  return result;
}

void require_copies_agree(const Subject& s, bool sparse) {
  const Copies data = copies(s);
  const auto form = [&](const Matrix& X) -> Features {
    if (sparse) return SparseMatrix(X.sparseView());
    return X;
  };
  std::unique_ptr<Estimator> with_weights;
  if (!succeeds_or_mentions("fit with weights", {"sparse"}, [&] {
        with_weights = s.fitted(form(data.once.X), data.once.y, weighted(data.weights));
      }))
    skip("it takes sparse data in principle, but not with these parameters");
  const auto with_copies = s.fitted(form(data.repeated.X), data.repeated.y);
  for (const Method& method : methods(*with_copies))
    require_same(fmt::format("{} after a fit with weight k and with k copies", method.name),
                 difference(method.call(*with_weights, form(data.once.X)),
                            method.call(*with_copies, form(data.once.X)), 1e-6));
}

void weight_k_is_k_copies(const Subject& s) { require_copies_agree(s, false); }
void weight_k_is_k_copies_sparse(const Subject& s) { require_copies_agree(s, true); }

/// One class, or the half of the rows with larger values, weighs a thousand times as much: some
/// output must change. Transformers that impute show it on missing values only, so some are
/// missing.
void weights_have_an_effect(const Subject& s) {
  Problem problem = s.problem({.spread = 8.0});
  Vector weights = Vector::Ones(120);
  // By class and within the classes: an estimator may look at either only.
  const double middle = problem.X.col(0).mean();
  for (Index i = 0; i < 120; ++i) {
    if (problem.X(i, 0) > middle) weights[i] = 1000.0;
    if (s.role() == RoleKind::classifier && problem.labels()[i] == 0) weights[i] *= 30.0;
  }
  if (s.tags().allow_nan)
    for (Index i = 0; i < 120; i += 9) problem.X(i, 1) = nan;
  const auto with = s.fitted(problem, weighted(weights));
  const auto without = s.fitted(problem);
  require(!difference(outputs(*with, problem.X), outputs(*without, problem.X), 1e-9).empty(),
          "very different weights give what no weights give: sample_weight is ignored");
}

void groups_follow_the_tag(const Subject& s) {
  const Problem problem = s.problem();
  FitContext context;
  context.groups = Labels::LinSpaced(120, 0, 119).unaryExpr([](int i) { return i % 10; });
  if (s.tags().groups) return void(s.fitted(problem, context));
  require_invalid_input("fit with groups, which the tags do not take", {"groups", s.name()},
                        [&] { s.fitted(problem, context); });
}

void validation_set_follows_the_tag(const Subject& s) {
  const Problem problem = s.problem();
  FitContext context;
  const Problem other = s.problem({.rows = 60});
  const Target y = other.y ? *other.y : Target(Labels(Labels::Zero(60)));
  context.validation = ValidationSet{other.X, y};
  if (!s.tags().validation_set)
    return require_invalid_input("fit with a validation set, which the tags do not take",
                                 {"validation", s.name()}, [&] { s.fitted(problem, context); });
  s.fitted(problem, context);
  context.validation = ValidationSet{Matrix(other.X.leftCols(2)), y};
  require_invalid_input("fit with a validation set of another width", {},
                        [&] { s.fitted(problem, context); });
  context.validation = ValidationSet{Matrix(other.X.topRows(30)), y};
  require_invalid_input("fit with a validation set of 30 rows and 60 targets", {"validation"},
                        [&] { s.fitted(problem, context); });
}

}  // namespace

Checks weight_checks() {
  const auto takes_none = [](const Subject& s) { return s.fits() && !s.tags().sample_weight; };
  const auto copies = [](const Subject& s) {
    return takes_weights(s) && s.tags().weights_are_copies;
  };
  const auto sparse_copies = [](const Subject& s) {
    return takes_weights(s) && s.tags().weights_are_copies && s.tags().sparse;
  };
  return {
      {"weights_without_the_tag_are_refused", "sample_weight is not dropped in silence", takes_none,
       weights_without_the_tag_are_refused},
      {"unusable_weights_are_refused",
       "weights of a wrong number, negative, not finite or all zero are refused", takes_weights,
       unusable_weights_are_refused},
      {"weights_are_not_modified", "fit does not write into sample_weight", takes_weights,
       weights_are_not_modified},
      {"unit_weights_change_nothing", "weights of 1 are no weights", takes_weights,
       unit_weights_change_nothing},
      {"weight_zero_is_no_row", "a row of weight 0 might as well not be there", takes_weights,
       weight_zero_is_no_row},
      {"weight_k_is_k_copies", "weight k is k copies of the row", copies, weight_k_is_k_copies},
      {"weight_k_is_k_copies_sparse", "weight k is k copies of the row, for a sparse X",
       sparse_copies, weight_k_is_k_copies_sparse},
      {"weights_have_an_effect", "sample_weight is not ignored", takes_weights,
       weights_have_an_effect},
      {"groups_follow_the_tag", "groups are taken or refused as the tag says", fits,
       groups_follow_the_tag},
      {"validation_set_follows_the_tag", "a validation set is taken or refused as the tag says",
       fits, validation_set_follows_the_tag},
  };
}

}  // namespace espalier::detail::kit
