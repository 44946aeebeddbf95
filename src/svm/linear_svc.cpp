// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/svm/linear_svc.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "core/seed.hpp"
#include "linalg/linear_predict.hpp"
#include "svm/linear_svm.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = LinearSVC::type_name;

/// Class `positive` against the others.
detail::SvmTask task_of(const Labels& codes, int positive, const Vector& class_weights,
                        const Vector& sample_weight, const LinearSVCParams& p) {
  detail::SvmTask task{Vector(codes.size()),
                       Vector(codes.size()),
                       true,
                       p.loss == SVCLoss::squared_hinge,
                       0.0,
                       p.fit_intercept ? p.intercept_scaling : 0.0};
  const bool binary = class_weights.size() == 2;
  for (Index i = 0; i < codes.size(); ++i) {
    const bool is_positive = codes[i] == positive;
    task.target[i] = is_positive ? 1.0 : -1.0;
    const double of_class = is_positive || binary ? class_weights[codes[i]] : 1.0;
    task.cost[i] = p.C * of_class * (sample_weight.size() > 0 ? sample_weight[i] : 1.0);
  }
  return task;
}

}  // namespace

void LinearSVCState::check(const Schema& schema) const {
  detail::check_linear_shapes(name, coef, intercept, schema);
  const Index outputs = classes.size() == 2 ? 1 : classes.size();
  if (classes.size() < 2 || coef.rows() != outputs || n_iter < 0)
    throw FormatError(
        fmt::format("{}: {} rows of coefficients and {} iterations do not fit {} classes", name,
                    coef.rows(), n_iter, classes.size()));
}

void LinearSVC::do_validate() const {
  const bool l1 = params().penalty == SVCPenalty::l1, hinge = params().loss == SVCLoss::hinge;
  if (l1 && hinge)
    throw InvalidParameter(fmt::format(
        "The 'loss' parameter of {} must be 'squared_hinge' with penalty = 'l1'.", name));
  if (params().dual && *params().dual == (hinge ? false : l1) && (hinge || l1))
    throw InvalidParameter(fmt::format("The 'dual' parameter of {} must be {} (or none) with {}.",
                                       name, hinge ? "true" : "false",
                                       hinge ? "loss = 'hinge'" : "penalty = 'l1'"));
}

LinearSVCState LinearSVC::do_fit(const Features& X, const Target& y,
                                 const FitContext& context) const {
  const LinearSVCParams& p = params();
  const EncodedLabels encoded = encode_labels(y.labels());
  const Index n_classes = encoded.classes.size();
  if (n_classes < 2)
    throw InvalidInput(
        fmt::format("{} needs samples of at least 2 classes in the data, but the data contains "
                    "only one class: {}",
                    name, encoded.classes[0]));
  const Vector class_weights =
      p.class_weight.of_classes(encoded.classes, encoded.codes, context.sample_weight, name,
                                detail::names_of_classes(encoded.classes, y.class_names()));
  if (!(class_weights.maxCoeff() > 0.0))
    throw InvalidInput(
        fmt::format("{}: class_weight leaves no class with a weight above 0.", name));
  std::vector<detail::SvmTask> tasks;
  for (int k = n_classes == 2 ? 1 : 0; k < n_classes; ++k)
    tasks.push_back(task_of(encoded.codes, k, class_weights, context.sample_weight, p));
  const detail::SvmSolver solver =
      p.penalty == SVCPenalty::l1
          ? detail::SvmSolver::l1
          : detail::smooth_or_dual(X, p.loss == SVCLoss::squared_hinge, p.dual);
  const auto solutions = detail::solve_svm(
      solver, X, tasks, {name, p.tol, p.max_iter, detail::seed_of(p.random_state, name)}, context);
  const auto outputs = static_cast<Index>(solutions.size());
  State state{encoded.classes, Matrix(outputs, X.cols()), Vector(outputs), 0, true};
  for (Index k = 0; k < outputs; ++k) {
    const detail::SvmSolution& solution = solutions[static_cast<std::size_t>(k)];
    state.coef.row(k) = solution.coef.transpose();
    state.intercept[k] = solution.intercept;
    state.n_iter = std::max(state.n_iter, solution.n_iter);
    state.converged = state.converged && solution.converged;
  }
  return state;
}

Matrix LinearSVC::do_decision_function(const State& state, const Features& X) const {
  return detail::linear_predict(X, state.coef, state.intercept);
}

void LinearSVC::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(detail::LinearRow(builder, state.coef, state.intercept));
}

template class Implements<LinearSVC, Classifier, LinearSVCParams, LinearSVCState>;

}  // namespace espalier
