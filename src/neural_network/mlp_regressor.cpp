// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/mlp_regressor.hpp>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "neural_network/mlp_fit.hpp"
#include "neural_network/mlp_network.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = MLPRegressor::type_name;

mlp::Options options_of(const MLPRegressorParams& params) {
  mlp::Options options;
  mlp::copy_fields(params, options, detail::mlp_fields<MLPRegressorParams>(),
                   detail::mlp_fields<mlp::Options>());
  return options;
}

MLPOutput out_activation_of(MLPRegressorLoss loss) {
  if (loss == MLPRegressorLoss::poisson) return MLPOutput::exp;
  return loss == MLPRegressorLoss::log_loss ? MLPOutput::logistic : MLPOutput::identity;
}

mlp::Problem problem_of(const Features& X, const Matrix& y, const FitContext& context,
                        MLPRegressorLoss loss) {
  if (loss == MLPRegressorLoss::poisson && !(y.minCoeff() >= 0.0))
    throw InvalidInput(
        fmt::format("{}: loss='poisson' needs y ≥ 0, but the least is {}.", name, y.minCoeff()));
  if (loss == MLPRegressorLoss::log_loss && !(y.minCoeff() >= 0.0 && y.maxCoeff() <= 1.0))
    throw InvalidInput(
        fmt::format("{}: loss='log_loss' needs y from 0 to 1, but it is between {} and {}.", name,
                    y.minCoeff(), y.maxCoeff()));
  return {name, X, y, y.cols(), out_activation_of(loss), context};
}

MLPRegressorState state_of(mlp::Trained trained) {
  return {std::move(trained.network), std::move(trained.training), trained.n_iter};
}

}  // namespace

void MLPRegressorState::check(const Schema& schema) const {
  network.check(schema, name);
  training.check(name);
  if (network.out_activation == MLPOutput::softmax)
    throw FormatError(fmt::format("{}: the output activation is that of a classifier", name));
}

Tags MLPRegressor::do_tags() const {
  return {.sparse = true,
          .float32 = true,
          .categorical = true,
          .sample_weight = true,
          .positive_target = params().loss == MLPRegressorLoss::poisson,
          .multi_output = true,
          .weights_are_copies = false};
}

void MLPRegressor::do_validate() const { mlp::check_options(name, options_of(params())); }

bool MLPRegressor::has_partial_fit() const {
  return params().solver != MLPSolver::lbfgs && !params().early_stopping;
}

MLPRegressorState MLPRegressor::do_fit(const Features& X, const Matrix& y,
                                       const FitContext& context, const State* previous) const {
  return state_of(mlp::fit(problem_of(X, y, context, params().loss), options_of(params()),
                           mlp::previous_of(previous)));
}

MLPRegressorState MLPRegressor::do_partial_fit(const Features& X, const Matrix& y,
                                               const FitContext& context,
                                               const State* previous) const {
  return state_of(mlp::fit_piece(problem_of(X, y, context, params().loss), options_of(params()),
                                 mlp::previous_of(previous)));
}

Matrix MLPRegressor::do_predict(const State& state, const Features& X) const {
  Matrix result = mlp::predict_raw(state.network, X);
  mlp::to_values(state.network.out_activation, result.data(), result.size());
  return result;
}

double MLPRegressor::do_score(const State& state, const Matrix& y, const Matrix& predicted,
                              const Vector& sample_weight) const {
  return mlp::score_of_values(state.network.out_activation, y, predicted, sample_weight);
}

void MLPRegressor::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(mlp::NetworkRow(builder, state.network, name, false));
}

template class Implements<MLPRegressor, Regressor, MLPRegressorParams, MLPRegressorState>;

}  // namespace espalier
