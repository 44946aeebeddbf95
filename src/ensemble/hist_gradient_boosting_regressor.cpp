// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include <string_view>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

#include "ensemble/hist_gradient_boosting/fit.hpp"
#include "ensemble/hist_gradient_boosting/reading.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = HistGradientBoostingRegressor::type_name;

/// Refuses targets for which the loss is not defined. `of` says which: "y" or "y of the validation
/// set".
void check_domain(const RegressionLoss& loss, const Vector& y, std::string_view of) {
  const bool is_share = loss.is(RegressionLoss::cross_entropy);
  if (!is_share && !loss.positive_targets()) return;
  const bool zero = !loss.is(RegressionLoss::gamma);
  const std::string_view domain = is_share ? "in [0, 1]" : zero ? "at least 0" : "above 0";
  for (Index i = 0; i < y.size(); ++i)
    if ((zero ? y[i] < 0.0 : y[i] <= 0.0) || (is_share && y[i] > 1.0))
      throw InvalidInput(fmt::format("{}: with loss='{}', {} must be {}, but row {} has {}.", name,
                                     loss.name(), of, domain, i, number_text(y[i])));
}

/// Weights of 1 are no weights: the quantiles of leaves know a difference.
Vector without_ones(const Vector& weights) {
  return (weights.array() == 1.0).all() ? Vector() : weights;
}

/// From raw predictions to predictions: the inverse link of the loss.
Vector prediction_of(const RegressionLoss& loss, const Matrix& raw) {
  Vector predicted = raw.col(0);
  loss.inverse_link({predicted.data(), static_cast<std::size_t>(predicted.size())});
  return predicted;
}

/// The compiled trees, and the inverse link of the loss behind them.
class RegressorRow : public hgb::BoostedRow {
 public:
  RegressorRow(RowBuilder& builder, const HistGradientBoostingRegressorState& state)
      : BoostedRow(builder, state), loss_(state.loss) {}

  RowStatus raw(const double* registers, double* out) const noexcept override {
    const RowStatus status = BoostedRow::raw(registers, out);
    if (status != RowStatus::ok) return status;
    try {
      loss_.inverse_link({out, 1});
    } catch (...) {  // a user's function
      return RowStatus::not_finite;
    }
    return RowStatus::ok;
  }
  bool raw_rows(const Features& X, Matrix& out) const override {
    if (!BoostedRow::raw_rows(X, out)) return false;
    loss_.inverse_link({out.data(), static_cast<std::size_t>(out.size())});
    return true;
  }

 private:
  RegressionLoss loss_;
};

/// Targets and raw predictions as scorers see them.
hgb::ScorerView scorer_view(const RegressionLoss& loss) {
  return {[loss](const Matrix& raw) { return Predictions::of_regressor(prediction_of(loss, raw)); },
          [](const Vector& y) { return Target(y); }};
}

hgb::RegressionObjectiveOptions objective_options(const HistGradientBoostingRegressorParams& p) {
  return {p.loss, p.quantile.value_or(0.5), p.huber_delta, p.tweedie_power};
}

}  // namespace

Tags HistGradientBoostingRegressor::do_tags() const {
  return {.allow_nan = true,
          .sparse = true,
          .categorical = true,
          .sample_weight = true,
          .validation_set = true,
          .positive_target = params().loss.positive_targets(),
          .weights_are_copies = false};  // leaves count rows
}

void HistGradientBoostingRegressor::do_validate() const {
  hgb::check_stopping(hgb::fit_options(params(), role_kind, type_name), role_kind);
  if (params().loss.is(RegressionLoss::quantile) && !params().quantile)
    detail::refuse_param(type_name, "quantile", "a number in the range (0, 1) with loss='quantile'",
                         Value());
  params().loss.validate();
}

HistGradientBoostingRegressorState HistGradientBoostingRegressor::do_fit(
    const Features& X, const Vector& y, const FitContext& context, const State* previous) const {
  const RegressionLoss& loss = params().loss;
  check_domain(loss, y, "y");
  if (loss.positive_targets() && !(y.array() > 0.0).any())
    throw InvalidInput(fmt::format("{}: with loss='{}', some y must be above 0, but all are 0.",
                                   name, loss.name()));
  if (previous != nullptr && previous->loss != loss)
    detail::refuse_param(
        type_name, "loss",
        fmt::format("'{}', that of the fit that warm_start goes on from", previous->loss.name()),
        std::string(loss.name()));
  hgb::FitProblem problem;
  problem.targets = {y, without_ones(context.sample_weight)};
  if (context.validation) {
    problem.validation = {context.validation->y.vector(), context.validation->sample_weight};
    check_domain(loss, problem.validation->y, "y of the validation set");
  }
  problem.objective = hgb::make_regression_objective(objective_options(params()));
  problem.view = scorer_view(loss);
  return {hgb::fit_state(X, problem, hgb::fit_options(params(), role_kind, type_name), context,
                         previous),
          loss};
}

Vector HistGradientBoostingRegressor::do_predict(const State& state, const Features& X) const {
  return prediction_of(state.loss, hgb::predict_raw(state, X));
}

Eigen::MatrixXi HistGradientBoostingRegressor::apply(const Features& X) const {
  return hgb::leaf_indices(state(), check_input(X));
}

void HistGradientBoostingRegressor::staged_predict(
    const Features& X, const std::function<void(Index, const Vector&)>& visit) const {
  hgb::for_each_stage(state(), check_input(X), [&](Index iteration, const Matrix& raw) {
    visit(iteration, prediction_of(state().loss, raw));
  });
}

std::vector<Vector> HistGradientBoostingRegressor::staged_predict(const Features& X) const {
  std::vector<Vector> stages;
  staged_predict(X, [&](Index, const Vector& prediction) { stages.push_back(prediction); });
  return stages;
}

ShapValues HistGradientBoostingRegressor::shap_values(const Features& X) const {
  return hgb::shap_values(state(), check_input(X), schema().names_or_default());
}

void HistGradientBoostingRegressor::do_compile(const State& state, RowBuilder& builder) const {
  builder.set_model(RegressorRow(builder, state));
}

template class Implements<HistGradientBoostingRegressor, Regressor,
                          HistGradientBoostingRegressorParams, HistGradientBoostingRegressorState>;

}  // namespace espalier
