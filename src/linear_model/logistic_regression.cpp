// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/logistic_regression.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include <espalier/core/parallel.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>
#include <espalier/optim/lbfgs.hpp>

#include "linalg/linear_predict.hpp"
#include "linear_model/linear_objective.hpp"
#include "loss/block_loss.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = LogisticRegression::type_name;

std::span<const double> span_of(const Vector& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

/// The loss for some classes, and the constant model that it prefers.
struct Task {
  std::unique_ptr<detail::BlockLoss> loss;
  Vector baseline;   // k
  double curvature;  // second derivative of the loss by a raw value at the baseline, its largest
                     // over the classes
};

Task binary_task(const Labels& codes, const Vector& weights) {
  const Vector y = codes.cast<double>();
  const double baseline = HalfBinomial::baseline(span_of(y), span_of(weights));
  return {detail::half_binomial_blocks(codes, weights), Vector::Constant(1, baseline),
          HalfBinomial::gradient_hessian(0.0, baseline).hessian};
}

Task multinomial_task(const Labels& codes, Index n_classes, const Vector& weights) {
  const Vector y = codes.cast<double>();
  Vector baseline = HalfMultinomial::baseline(span_of(y), n_classes, span_of(weights));
  Vector p(n_classes);
  HalfMultinomial::inverse_link(span_of(baseline), {p.data(), static_cast<std::size_t>(n_classes)});
  return {detail::half_multinomial_blocks(codes, n_classes, weights), std::move(baseline),
          (p.array() * (1.0 - p.array())).maxCoeff()};
}

LbfgsResult minimize(const detail::LinearObjective& objective, const Vector& start,
                     const LogisticRegressionParams& params, const FitContext& context) {
  const auto began = std::chrono::steady_clock::now();
  LbfgsOptions options{.max_iter = params.max_iter, .gtol = params.tol};
  options.callback = [&](const LbfgsIteration& iteration) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
    context.report({.task = name,
                    .iteration = iteration.iteration,
                    .total = params.max_iter,
                    .loss = iteration.value,
                    .elapsed = elapsed.count()});
  };
  return minimize_lbfgs(std::cref(objective), start, options);
}

void warn_not_converged(const LbfgsResult& result, const LogisticRegressionParams& params) {
  warn(WarningKind::convergence, std::string(name),
       fmt::format("did not converge in {} iterations: {}; the largest component of the gradient "
                   "is {:.1e}, tol is "
                   "{:.1e}. Allow more iterations (max_iter), or a stronger penalty (smaller C).",
                   result.n_iter, result.message, result.gradient_norm, params.tol));
}

/// The smaller of the two keeps its digits.
void binary_probabilities(double raw, double* out) {
  const double smaller = HalfBinomial::inverse_link(-std::abs(raw));
  const int likelier = raw > 0.0 ? 1 : 0;
  out[likelier] = 1.0 - smaller;
  out[1 - likelier] = smaller;
}

/// As do_predict_proba.
class LogisticRow : public detail::LinearRow {
 public:
  using LinearRow::LinearRow;
  bool has_probabilities() const noexcept override { return true; }
  bool probabilities(const double* raw, double* out) const noexcept override {
    if (outputs() == 1) return binary_probabilities(raw[0], out), true;
    const auto k = static_cast<std::size_t>(outputs());
    HalfMultinomial::inverse_link({raw, k}, {out, k});
    return true;
  }
};

}  // namespace

void LogisticRegressionState::check(const Schema& schema) const {
  detail::check_linear_shapes(name, coef, intercept, schema);
  const Index outputs = classes.size() == 2 ? 1 : classes.size();
  if (classes.size() < 2 || coef.rows() != outputs || n_iter < 0)
    throw FormatError(
        fmt::format("{}: {} rows of coefficients and {} iterations do not fit {} classes", name,
                    coef.rows(), n_iter, classes.size()));
}

LogisticRegressionState LogisticRegression::do_fit(const Features& X, const Target& y,
                                                   const FitContext& context) const {
  const EncodedLabels encoded = encode_labels(y.labels());
  const Index n_classes = encoded.classes.size();
  if (n_classes < 2)
    throw InvalidInput(
        fmt::format("{} needs samples of at least 2 classes in the data, but the data contains "
                    "only one class: {}",
                    name, encoded.classes[0]));
  const Vector weights = class_weighted(params().class_weight, encoded, context.sample_weight, name,
                                        detail::names_of_classes(encoded.classes, y.class_names()));
  const Task task = n_classes == 2 ? binary_task(encoded.codes, weights)
                                   : multinomial_task(encoded.codes, n_classes, weights);
  const double total_weight = weights.size() > 0 ? weights.sum() : static_cast<double>(X.rows());
  const double l2 = 1.0 / (params().C * total_weight);
  const detail::LinearObjective objective(X, *task.loss, weights, l2, params().fit_intercept,
                                          task.curvature);
  detail::refuse_overflow(name, X, objective.scale());
  const LbfgsResult result = minimize(objective, objective.start(task.baseline), params(), context);
  if (!result.converged) warn_not_converged(result, params());
  State state{encoded.classes, objective.coef(result.x), objective.intercept(result.x),
              result.n_iter, result.converged};
  if (n_classes > 2) state.intercept.array() -= state.intercept.mean();
  return state;
}

Matrix LogisticRegression::do_decision_function(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void LogisticRegression::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(LogisticRow(builder, state.coef, state.intercept));
}

Matrix LogisticRegression::do_predict_proba(const State& state, const Features& X) const {
  const Matrix raw = detail::linear_predict(X, state.coef, state.intercept);
  const Index n_classes = state.classes.size();
  Matrix proba(raw.rows(), n_classes);
  parallel_for_blocks(
      {raw.rows(), 2048}, 20.0 * static_cast<double>(proba.size()), [&](Index begin, Index end) {
        Vector row(n_classes);
        const std::span<double> values(row.data(), static_cast<std::size_t>(n_classes));
        for (Index i = begin; i < end; ++i) {
          if (n_classes == 2) {
            binary_probabilities(raw(i, 0), row.data());
            proba.row(i) = row;
          } else {
            row = raw.row(i);
            HalfMultinomial::inverse_link(values, values);
            proba.row(i) = row;
          }
        }
      });
  return proba;
}

template class Implements<LogisticRegression, Classifier, LogisticRegressionParams,
                          LogisticRegressionState>;

}  // namespace espalier
