// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <limits>

#include <espalier/core/archive.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

bool learns_in_pieces(const Subject& s) { return s.fits() && s.prototype().has_partial_fit(); }

void partial_fit(Estimator& e, const Features& X, const OptionalTarget& y,
                 const FitContext& context = {}) {
  switch (e.role()) {
    case RoleKind::transformer:
      y ? as<Transformer>(e).partial_fit(X, *y, context)
        : as<Transformer>(e).partial_fit(X, context);
      return;
    case RoleKind::classifier:
      as<Classifier>(e).partial_fit(X, y.value(), context);
      return;
    case RoleKind::regressor:
      as<Regressor>(e).partial_fit(X, y.value(), context);
      return;
    case RoleKind::clusterer:
      as<Clusterer>(e).partial_fit(X, context);
      return;
    default:
      as<OutlierDetector>(e).partial_fit(X, context);
  }
}

/// A third of the rows of a problem.
Problem piece(const Problem& problem, Index third) {
  const Index rows = problem.X.rows() / 3;
  std::vector<Index> taken;
  for (Index i = 0; i < rows; ++i) taken.push_back(third * rows + i);
  return {problem.X(taken, Eigen::all),
          problem.y ? OptionalTarget(problem.y->take(taken)) : std::nullopt};
}

/// The first piece, with the classes of the whole problem.
void begin(Estimator& e, const Problem& problem, const FitContext& context = {}) {
  const Problem first = piece(problem, 0);
  if (e.role() == RoleKind::classifier)
    as<Classifier>(e).partial_fit(first.X, *first.y, *problem.y, context);
  else
    partial_fit(e, first.X, first.y, context);
}

std::unique_ptr<Estimator> in_pieces(const Subject& s, const Problem& problem,
                                     const FitContext& context = {}) {
  auto e = s.make();
  begin(*e, problem, context);
  for (const Index third : {1, 2}) {
    const Problem next = piece(problem, third);
    partial_fit(*e, next.X, next.y, context);
  }
  return e;
}

void pieces_make_a_model(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = in_pieces(s, problem);
  require(e->fitted(), "fitted() is false after three calls of partial_fit");
  require(e->n_features_in() == problem.X.cols(), "n_features_in() is not the width of the pieces");
  const std::string unusable = not_finite(outputs(*e, problem.X));
  require(unusable.empty(), fmt::format("after three pieces it gives {}", unusable));
  if (s.role() == RoleKind::classifier)
    require(equal(as<Classifier>(*e).classes(), encode_labels(problem.labels()).classes),
            "classes() are not those that the first call announced");
}

void pieces_repeat(const Subject& s) {
  const Problem problem = s.problem();
  const Outputs once = outputs(*in_pieces(s, problem), problem.X);
  for (const int threads : {1, 2, 7}) {
    FitContext context;
    context.n_threads = threads;
    require_same(fmt::format("the same pieces on {} threads", threads),
                 difference(once, outputs(*in_pieces(s, problem, context), problem.X)));
  }
}

void another_width_is_refused_in_pieces(const Subject& s) {
  const Problem problem = s.problem();
  const auto e = in_pieces(s, problem);
  const Outputs before = outputs(*e, problem.X);
  const Problem other = s.problem({.cols = 5, .variant = 1});
  require_invalid_input("partial_fit on 5 features after 4", {s.name(), "5", "4"},
                        [&] { partial_fit(*e, other.X, other.y); });
  Matrix infinite = problem.X;
  infinite(3, 2) = std::numeric_limits<double>::infinity();
  require_invalid_input("partial_fit with infinity in X", {s.name()},
                        [&] { partial_fit(*e, infinite, problem.y); });
  require_same("after partial_fits that failed", difference(before, outputs(*e, problem.X)));
}

void a_saved_model_goes_on(const Subject& s) {
  if (!s.registered()) skip("it is not in the registry");
  const Problem problem = s.problem();
  const Problem next = piece(problem, 1);
  const auto e = s.make();
  begin(*e, problem);
  const auto loaded = from_json(to_json(*e));
  partial_fit(*e, next.X, next.y);
  partial_fit(*loaded, next.X, next.y);
  require_same("going on with the model and with a saved one",
               difference(outputs(*e, problem.X), outputs(*loaded, problem.X)));
}

void new_classes_are_refused_in_pieces(const Subject& s) {
  const Problem problem = s.problem();
  const Problem first = piece(problem, 0);
  const auto e = s.make();
  require_invalid_input("a first partial_fit without the classes", {s.name(), "classes"},
                        [&] { partial_fit(*e, first.X, first.y); });
  begin(*e, problem);
  require_invalid_input(
      "partial_fit on a class that was not announced", {s.name(), "class 77"},
      [&] { partial_fit(*e, first.X, Target(Labels(Labels::Constant(40, 77)))); });
}

}  // namespace

Checks piece_checks() {
  const auto classifies = [](const Subject& s) { return is_classifier(s) && learns_in_pieces(s); };
  const auto repeats = [](const Subject& s) { return is_deterministic(s) && learns_in_pieces(s); };
  return {
      {"pieces_make_a_model", "a sequence of partial_fits gives a model", learns_in_pieces,
       pieces_make_a_model},
      {"pieces_repeat", "the same pieces give the same bits, on any number of threads", repeats,
       pieces_repeat},
      {"another_width_is_refused_in_pieces",
       "partial_fit refuses other columns than before, and then changes nothing", learns_in_pieces,
       another_width_is_refused_in_pieces},
      {"a_saved_model_goes_on", "a loaded model goes on as the saved one would", repeats,
       a_saved_model_goes_on},
      {"new_classes_are_refused_in_pieces",
       "partial_fit wants to know the classes at first, and takes no other later", classifies,
       new_classes_are_refused_in_pieces},
  };
}

}  // namespace espalier::detail::kit
