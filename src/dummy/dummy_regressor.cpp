// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/dummy/dummy_regressor.hpp>

#include <vector>

#include <espalier/loss/pointwise.hpp>

namespace espalier {
namespace {

using Strategy = DummyRegressorStrategy;

}  // namespace

void DummyRegressorState::check(const Schema&) const {
  if (constant.size() == 0) throw FormatError("DummyRegressor: there is no constant to predict");
}

Tags DummyRegressor::do_tags() const {
  const Strategy s = params().strategy;
  return {.allow_nan = true,
          .sparse = true,
          .categorical = true,
          .sample_weight = true,
          .multi_output = true,
          .weights_are_copies = s == Strategy::mean || s == Strategy::constant,
          .poor_score = true};
}

DummyRegressorState DummyRegressor::do_fit(const Features&, const Matrix& y,
                                           const FitContext& context) const {
  const Params& p = params();
  if (p.strategy == Strategy::quantile && !p.quantile)
    detail::refuse_param(type_name, "quantile",
                         "a number in the range [0, 1] with strategy='quantile'", Value());
  if (p.strategy == Strategy::constant && static_cast<Index>(p.constant.size()) != y.cols())
    detail::refuse_param(type_name, "constant",
                         "a list of one number for each output of y (" + std::to_string(y.cols()) +
                             ") with strategy='constant'",
                         Value::Numbers(p.constant));
  if (p.strategy == Strategy::constant) return {Vector::Map(p.constant.data(), y.cols())};
  const Vector& w = context.sample_weight;
  if (p.strategy == Strategy::mean)
    return {context.has_weights() ? Vector(y.transpose() * w / w.sum())
                                  : Vector(y.colwise().mean())};
  const double q = p.strategy == Strategy::median ? 0.5 : *p.quantile;
  const bool weighted = context.has_weights() && w.minCoeff() < w.maxCoeff();
  State state{Vector(y.cols())};
  for (Index k = 0; k < y.cols(); ++k) {
    const auto column = y.col(k);
    const std::vector<double> values(column.begin(), column.end());
    state.constant[k] =
        weighted_quantile(values, q, {w.data(), weighted ? static_cast<std::size_t>(w.size()) : 0});
  }
  return state;
}

Matrix DummyRegressor::do_predict(const State& state, const Features& X) const {
  return state.constant.transpose().replicate(X.rows(), 1);
}

template class Implements<DummyRegressor, Regressor, DummyRegressorParams, DummyRegressorState>;

}  // namespace espalier
