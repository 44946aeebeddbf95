// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/logistic_regression.hpp>

#include <fmt/format.h>

#include <optional>

#include "linalg/linear_predict.hpp"
#include "linear_model/logistic_fit.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = LogisticRegression::type_name;

/// @throws InvalidInput  y lacks a class that warm_start goes on from
void check_previous(const LogisticRegressionState& previous, const EncodedLabels& y) {
  const bool as_many = y.classes.size() == previous.classes.size();
  if (as_many && y.classes == previous.classes) return;
  throw InvalidInput(
      fmt::format("{}: warm_start goes on from {} classes, but y has {} of them; there have to be "
                  "rows of each.",
                  name, previous.classes.size(), y.classes.size()));
}

}  // namespace

void LogisticRegressionState::check(const Schema& schema) const {
  detail::check_logistic_state(name, classes, coef, intercept, schema);
  if (n_iter < 0) throw FormatError(fmt::format("{}: n_iter is {}", name, n_iter));
}

void LogisticRegression::do_validate() const {
  detail::check_logistic_solver(name, params().solver, params().C, params().l1_ratio);
}

LogisticRegressionState LogisticRegression::do_fit(const Features& X, const Target& y,
                                                   const FitContext& context,
                                                   const State* previous) const {
  const EncodedLabels encoded = detail::encode_classes(name, y.labels());
  const Vector weights = class_weighted(params().class_weight, encoded, context.sample_weight, name,
                                        detail::names_of_classes(encoded.classes, y.class_names()));
  std::optional<detail::LinearCoefficients> start;
  if (previous != nullptr) {
    check_previous(*previous, encoded);
    start = {previous->coef, previous->intercept};
  }
  detail::LinearSolution solution =
      detail::fit_logistic(name, {X, encoded.codes, encoded.classes.size(), weights}, params(),
                           start ? &*start : nullptr, context);
  return {encoded.classes, std::move(solution.coef), std::move(solution.intercept), solution.n_iter,
          solution.converged};
}

Matrix LogisticRegression::do_decision_function(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

Matrix LogisticRegression::do_predict_proba(const State& state, const Features& X) const {
  return detail::logistic_probabilities(do_decision_function(state, X));
}

void LogisticRegression::do_compile(const State& state, RowBuilder& builder) const {
  detail::compile_logistic(state.coef, state.intercept, builder);
}

template class Implements<LogisticRegression, Classifier, LogisticRegressionParams,
                          LogisticRegressionState>;

}  // namespace espalier
