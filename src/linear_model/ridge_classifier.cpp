// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge_classifier.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/ridge_fit.hpp"
#include "linear_model/signed_targets.hpp"

namespace espalier {

void RidgeClassifierState::check(const Schema& schema) const {
  detail::check_linear_shapes(RidgeClassifier::type_name, coef, intercept, schema);
  detail::check_signed_outputs(RidgeClassifier::type_name, classes, coef);
  if (n_iter < 1) throw FormatError("RidgeClassifier: n_iter is at least 1");
}

void RidgeClassifier::do_validate() const {
  detail::validate_ridge(params().positive, params().solver, type_name);
}

RidgeClassifierState RidgeClassifier::do_fit(const Features& X, const Target& y,
                                             const FitContext& context) const {
  const RidgeClassifierParams& p = params();
  const detail::SignedTargets targets =
      detail::signed_targets(y, p.class_weight, context.sample_weight, type_name);
  const RidgeParams ridge{.alpha = p.alpha,
                          .fit_intercept = p.fit_intercept,
                          .max_iter = p.max_iter,
                          .tol = p.tol,
                          .solver = p.solver,
                          .positive = p.positive};
  RidgeState fit = detail::fit_ridge(X, targets.y, targets.weights, ridge, type_name, context);
  return {targets.classes, std::move(fit.coef), std::move(fit.intercept), fit.n_iter};
}

Matrix RidgeClassifier::do_decision_function(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void RidgeClassifier::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<RidgeClassifier, Classifier, RidgeClassifierParams, RidgeClassifierState>;

}  // namespace espalier
