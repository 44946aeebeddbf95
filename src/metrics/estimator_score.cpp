// SPDX-License-Identifier: BSD-3-Clause
// Classifier::score and Regressor::score are declared with the roles, in core, and defined here,
// where the metrics are.
#include <espalier/core/estimator.hpp>
#include <espalier/metrics/classification.hpp>
#include <espalier/metrics/regression.hpp>

#include "core/input_checks.hpp"

namespace espalier {

double Classifier::score(const Features& X, const Target& y, const Vector& sample_weight) const {
  return accuracy_score(align(y), predict(X), {.sample_weight = sample_weight});
}

double Regressor::score(const Features& X, const Target& y, const Vector& sample_weight) const {
  detail::refuse_classes_to_regressors(*this, y, "the target");
  return score_impl(y.values(), predict_multi(X), sample_weight);
}

double Regressor::score_of(const Matrix& y, const Matrix& predicted,
                           const Vector& sample_weight) const {
  return score_impl(y, predicted, sample_weight);
}

double Regressor::score_impl(const Matrix& y, const Matrix& predicted,
                             const Vector& sample_weight) const {
  return r2_score(y, predicted, {.sample_weight = sample_weight});
}

}  // namespace espalier
