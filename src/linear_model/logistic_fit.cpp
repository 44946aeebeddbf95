// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/logistic_fit.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include <espalier/core/parallel.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>

#include "core/clock.hpp"
#include "core/seed.hpp"
#include "linalg/linear_predict.hpp"
#include "linear_model/column_moments.hpp"
#include "linear_model/logistic_coordinate_descent.hpp"
#include "linear_model/logistic_saga.hpp"

namespace espalier::detail {
namespace {

std::span<const double> span_of(const Vector& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

/// The loss for some classes, and the constant model that it prefers.
struct Task {
  std::unique_ptr<BlockLoss> loss;
  Vector baseline;   // k
  double curvature;  // second derivative of the loss by a raw value at the baseline, its largest
                     // over the classes

  LinearCoefficients constant_model(Index p) const {
    return {Matrix::Zero(baseline.size(), p), baseline};
  }
};

Task binary_task(const Labels& codes, const Vector& weights) {
  const Vector y = codes.cast<double>();
  const double baseline = HalfBinomial::baseline(span_of(y), span_of(weights));
  return {half_binomial_blocks(codes, weights), Vector::Constant(1, baseline),
          HalfBinomial::gradient_hessian(0.0, baseline).hessian};
}

Task multinomial_task(const Labels& codes, Index n_classes, const Vector& weights) {
  const Vector y = codes.cast<double>();
  Vector baseline = HalfMultinomial::baseline(span_of(y), n_classes, span_of(weights));
  Vector p(n_classes);
  HalfMultinomial::inverse_link(span_of(baseline), {p.data(), static_cast<std::size_t>(n_classes)});
  return {half_multinomial_blocks(codes, n_classes, weights), std::move(baseline),
          (p.array() * (1.0 - p.array())).maxCoeff()};
}

Task task_of(const LogisticData& data) {
  return data.n_classes == 2 ? binary_task(data.codes, data.weights)
                             : multinomial_task(data.codes, data.n_classes, data.weights);
}

LinearSolution fit_by_descent(std::string_view owner, const LogisticData& data,
                              const LogisticRegressionParams& params, double penalty,
                              const LinearCoefficients* start, const FitContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const double l1_ratio = penalty > 0.0 ? params.l1_ratio : 0.0;
  LogisticDescentOptions options{.l1 = l1_ratio * penalty,
                                 .l2 = (1.0 - l1_ratio) * penalty,
                                 .fit_intercept = params.fit_intercept,
                                 .tol = params.tol,
                                 .max_iter = params.max_iter};
  options.report = [&](int iteration, double objective) {
    context.report({.task = owner,
                    .iteration = iteration,
                    .total = params.max_iter,
                    .loss = objective,
                    .elapsed = detail::seconds_since(began)});
  };
  LogisticDescentResult result;
  if (params.solver == LogisticSolver::saga) {
    const Task task = task_of(data);
    result = logistic_saga(owner, data.X, data.codes, data.n_classes, data.weights, task.curvature,
                           options, seed_of(params.random_state, owner),
                           start != nullptr ? *start : task.constant_model(data.X.cols()));
  } else {
    refuse_overflow(owner, data.X, column_moments(data.X, data.weights).variance);
    LogisticDescentResult from;
    if (start != nullptr) {
      from.coef = start->coef;
      from.intercept = start->intercept;
    }
    result = logistic_coordinate_descent(data.X, data.codes, data.n_classes, data.weights, options,
                                         start != nullptr ? &from : nullptr);
  }
  if (!result.converged)
    warn_not_converged(owner, result.n_iter, "max_iter was reached", result.optimality, params.tol);
  return {std::move(result.coef), std::move(result.intercept), result.n_iter, result.converged};
}

LinearSolver solver_of(LogisticSolver solver, const Features& X, Index outputs) {
  switch (solver) {
    case LogisticSolver::lbfgs:
      return LinearSolver::lbfgs;
    case LogisticSolver::newton_cholesky:
      return LinearSolver::newton_cholesky;
    case LogisticSolver::newton_cg:
      return LinearSolver::newton_cg;
    default:
      return choose_solver(X, outputs);
  }
}

LinearSolution fit_smooth(std::string_view owner, const LogisticData& data,
                          const LogisticRegressionParams& params, double penalty,
                          const LinearCoefficients* start, const FitContext& context) {
  const Task task = task_of(data);
  const LinearProblem problem{
      owner, data.X, *task.loss, data.weights, penalty, params.fit_intercept, task.curvature};
  const Index k = task.loss->outputs();
  return solve_linear(problem, solver_of(params.solver, data.X, k),
                      start != nullptr ? *start : task.constant_model(data.X.cols()),
                      {params.tol, params.max_iter}, context);
}

/// The smaller of the two keeps its digits.
void binary_probabilities(double raw, double* out) {
  const double smaller = HalfBinomial::inverse_link(-std::abs(raw));
  const int likelier = raw > 0.0 ? 1 : 0;
  out[likelier] = 1.0 - smaller;
  out[1 - likelier] = smaller;
}

/// As logistic_probabilities.
class LogisticRow : public LinearRow {
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

LinearSolution fit_logistic(std::string_view owner, const LogisticData& data,
                            const LogisticRegressionParams& params, const LinearCoefficients* start,
                            const FitContext& context) {
  const double total_weight =
      data.weights.size() > 0 ? data.weights.sum() : static_cast<double>(data.X.rows());
  const double penalty = 1.0 / (params.C * total_weight);
  const bool has_l1 = params.l1_ratio > 0.0 && penalty > 0.0;
  const bool descends = has_l1 || params.solver == LogisticSolver::saga;
  LinearSolution solution = descends ? fit_by_descent(owner, data, params, penalty, start, context)
                                     : fit_smooth(owner, data, params, penalty, start, context);
  if (!solution.coef.allFinite() || !solution.intercept.allFinite())
    throw InvalidInput(fmt::format(
        "{}: the coefficients are not finite: X is too large, or a class weighs nothing.", owner));
  if (data.n_classes > 2) {  // of equal losses, the one of the least penalty
    if (!has_l1) solution.coef.rowwise() -= solution.coef.colwise().mean().eval();
    solution.intercept.array() -= solution.intercept.mean();
  }
  return solution;
}

void check_logistic_solver(std::string_view owner, LogisticSolver solver, double C,
                           double l1_ratio) {
  const bool l1 = l1_ratio > 0.0 && std::isfinite(C);
  const bool descends = solver == LogisticSolver::coordinate_descent;
  if (solver == LogisticSolver::automatic || solver == LogisticSolver::saga || l1 == descends)
    return;
  refuse_param(owner, "solver",
               l1 ? "'auto', 'coordinate-descent' or 'saga' with an L1 penalty (l1_ratio above 0)"
                  : "another than 'coordinate-descent' without an L1 penalty (l1_ratio 0 or C inf)",
               Codec<LogisticSolver>::encode(solver));
}

Matrix logistic_probabilities(const Matrix& decisions) {
  const Index n_classes = decisions.cols() == 1 ? 2 : decisions.cols();
  Matrix proba(decisions.rows(), n_classes);
  parallel_for_blocks({decisions.rows(), 2048}, 20.0 * static_cast<double>(proba.size()),
                      [&](Index begin, Index end) {
                        Vector row(n_classes);
                        const std::span<double> values(row.data(),
                                                       static_cast<std::size_t>(n_classes));
                        for (Index i = begin; i < end; ++i) {
                          if (n_classes == 2) {
                            binary_probabilities(decisions(i, 0), row.data());
                          } else {
                            row = decisions.row(i);
                            HalfMultinomial::inverse_link(values, values);
                          }
                          proba.row(i) = row;
                        }
                      });
  return proba;
}

void compile_logistic(const Matrix& coef, const Vector& intercept, RowBuilder& builder) {
  builder.set_model(LogisticRow(builder, coef, intercept));
}

void check_logistic_state(std::string_view owner, const Labels& classes, const Matrix& coef,
                          const Vector& intercept, const Schema& schema) {
  check_linear_shapes(owner, coef, intercept, schema);
  const Index outputs = classes.size() == 2 ? 1 : classes.size();
  if (classes.size() < 2 || coef.rows() != outputs)
    throw FormatError(fmt::format("{}: {} rows of coefficients do not fit {} classes", owner,
                                  coef.rows(), classes.size()));
}

EncodedLabels encode_classes(std::string_view owner, const Labels& y) {
  EncodedLabels encoded = encode_labels(y);
  if (encoded.classes.size() < 2)
    throw InvalidInput(
        fmt::format("{} needs samples of at least 2 classes in the data, but the data contains "
                    "only one class: {}",
                    owner, encoded.classes[0]));
  return encoded;
}

}  // namespace espalier::detail
