// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/sgd_classifier.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <espalier/loss/half_binomial.hpp>

#include "core/labels_of.hpp"
#include "core/seed.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/sgd/fit.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = SGDClassifier::type_name;

detail::SgdLoss internal(SGDClassifierLoss loss) { return static_cast<detail::SgdLoss>(loss); }

Index outputs_of(const Labels& classes) { return classes.size() == 2 ? 1 : classes.size(); }

/// One function for two classes, one a class for more: that class is y = 1, the others −1 or, of
/// log_loss, 0.
std::vector<detail::SgdTarget> targets_of(const Labels& codes, const Vector& class_weights,
                                          SGDClassifierLoss loss, const Vector& sample_weight) {
  detail::SgdTarget target{
      .codes = codes.data(),
      .negative = loss == SGDClassifierLoss::log_loss ? 0.0 : -1.0,
      .sample_weight = sample_weight.size() > 0 ? sample_weight.data() : nullptr};
  if (class_weights.size() == 2) {
    target.negative_weight = class_weights[0];
    target.positive_weight = class_weights[1];
    return {target};
  }
  std::vector<detail::SgdTarget> targets;
  for (Index k = 0; k < class_weights.size(); ++k) {
    target.positive = static_cast<int>(k);
    target.positive_weight = class_weights[k];
    targets.push_back(target);
  }
  return targets;
}

/// One row of `raw`, k decision values, becomes K probabilities: of log_loss each by itself, divided
/// by their sum; of modified_huber the part of [−1, 1] below the value, likewise.
void probabilities_of_row(SGDClassifierLoss loss, const double* raw, std::size_t k, double* out) {
  const auto one = [&](double r) {
    return loss == SGDClassifierLoss::log_loss ? HalfBinomial::inverse_link(r)
                                               : 0.5 * (std::clamp(r, -1.0, 1.0) + 1.0);
  };
  if (k == 1) {
    out[1] = one(raw[0]);
    out[0] = loss == SGDClassifierLoss::log_loss ? one(-raw[0]) : 1.0 - out[1];
    return;
  }
  double sum = 0.0;
  for (std::size_t c = 0; c < k; ++c) sum += out[c] = one(raw[c]);
  for (std::size_t c = 0; c < k; ++c)
    out[c] = sum > 0.0 ? out[c] / sum : 1.0 / static_cast<double>(k);
}

/// As do_predict_proba.
class SgdRow : public detail::LinearRow {
 public:
  SgdRow(RowBuilder& builder, const SGDCoefficients& linear, SGDClassifierLoss loss)
      : LinearRow(builder, linear.coef, linear.intercept), loss_(loss) {}
  bool has_probabilities() const noexcept override {
    return loss_ == SGDClassifierLoss::log_loss || loss_ == SGDClassifierLoss::modified_huber;
  }
  bool probabilities(const double* raw, double* out) const noexcept override {
    if (!has_probabilities()) return false;
    probabilities_of_row(loss_, raw, static_cast<std::size_t>(outputs()), out);
    return true;
  }

 private:
  SGDClassifierLoss loss_;
};

}  // namespace

void SGDClassifierState::check(const Schema& schema) const {
  detail::check_sgd_coefficients(name, linear, schema);
  if (classes.size() < 2 || linear.coef.rows() != outputs_of(classes) || n_iter < 1)
    throw FormatError(fmt::format("{}: {} rows of coefficients and {} epochs do not fit {} classes",
                                  name, linear.coef.rows(), n_iter, classes.size()));
}

void SGDClassifier::do_validate() const {
  detail::check_sgd_params(name, params().learning_rate, params().alpha,
                           params().loss == SGDClassifierLoss::hinge, "hinge");
}

bool SGDClassifier::has_probabilities() const {
  return params().loss == SGDClassifierLoss::log_loss ||
         params().loss == SGDClassifierLoss::modified_huber;
}

SGDClassifierState SGDClassifier::learn(const Features& X, const Target& y,
                                        const EncodedLabels& encoded, const FitContext& context,
                                        SGDCoefficients start, int max_iter) const {
  const Labels& classes = encoded.classes;
  const Vector class_weights =
      params().class_weight.of_classes(classes, encoded.codes, context.sample_weight, name,
                                       detail::names_of_classes(classes, y.class_names()));
  const detail::SgdProblem problem{
      name, X, targets_of(encoded.codes, class_weights, params().loss, context.sample_weight),
      encoded.codes};
  detail::SgdSchedule schedule =
      detail::sgd_schedule(params(), detail::seed_of(params().random_state, name));
  schedule.max_iter = max_iter;
  detail::SgdResult result =
      detail::fit_sgd(problem, detail::sgd_rule(params(), internal(params().loss)), schedule,
                      std::move(start), context);
  return {classes, std::move(result.coefficients), result.n_iter, result.converged};
}

SGDClassifierState SGDClassifier::do_fit(const Features& X, const Target& y,
                                         const FitContext& context, const State* previous) const {
  const EncodedLabels encoded = encode_labels(y.labels());
  const Labels& classes = encoded.classes;
  if (classes.size() < 2)
    throw InvalidInput(
        fmt::format("{} needs samples of at least 2 classes in the data, but the data contains "
                    "only one class: {}",
                    name, classes[0]));
  if (previous != nullptr && previous->classes.size() != classes.size())
    throw InvalidInput(fmt::format("{}: warm_start goes on with {} classes, but y has {}.", name,
                                   previous->classes.size(), classes.size()));
  State state = learn(X, y, encoded, context,
                      detail::sgd_start(previous != nullptr ? &previous->linear : nullptr,
                                        outputs_of(classes), X.cols(), false),
                      params().max_iter);
  if (params().tol && !state.converged) detail::warn_sgd(name, params().max_iter);
  return state;
}

SGDClassifierState SGDClassifier::do_partial_fit(const Features& X, const Target& y,
                                                 const Labels& classes, const FitContext& context,
                                                 const State* previous) const {
  detail::refuse_early_stopping(name, params().early_stopping);
  if (params().class_weight.is_balanced())
    throw InvalidParameter(
        fmt::format("The 'class_weight' parameter of {} cannot be 'balanced' in partial_fit, which "
                    "does not know how many rows of each class there will be: give the weights.",
                    name));
  if (classes.size() < 2)
    throw InvalidInput(fmt::format(
        "{} needs at least 2 classes, but partial_fit was told of one: {}", name, classes[0]));
  const EncodedLabels encoded{classes, detail::positions_of(y.labels(), classes)};
  return learn(X, y, encoded, context,
               detail::sgd_start(previous != nullptr ? &previous->linear : nullptr,
                                 outputs_of(classes), X.cols(), true),
               1);
}

Matrix SGDClassifier::do_decision_function(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.linear.coef, state.linear.intercept);
}

Matrix SGDClassifier::do_predict_proba(const State& state, const Features& X) const {
  const Matrix raw = do_decision_function(state, X).transpose();
  Matrix proba(state.classes.size(), raw.cols());
  for (Index i = 0; i < raw.cols(); ++i)
    probabilities_of_row(params().loss, raw.col(i).data(), static_cast<std::size_t>(raw.rows()),
                         proba.col(i).data());
  return proba.transpose();
}

void SGDClassifier::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(SgdRow(builder, state.linear, params().loss));
}

template class Implements<SGDClassifier, Classifier, SGDClassifierParams, SGDClassifierState>;

}  // namespace espalier
