// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include <espalier/core/implements.hpp>

namespace espalier {

/// What DummyRegressor predicts, of each output of y.
enum class DummyRegressorStrategy { mean, median, quantile, constant };

constexpr auto names_of(DummyRegressorStrategy) {
  return std::array<std::string_view, 4>{"mean", "median", "quantile", "constant"};
}

struct DummyRegressorParams {
  DummyRegressorStrategy strategy = DummyRegressorStrategy::mean;
  std::vector<double> constant = {};
  std::optional<double> quantile = {};

  static constexpr auto fields() {
    using P = DummyRegressorParams;
    return Fields{
        field("strategy", &P::strategy, "what is predicted"),
        field("constant", &P::constant, inside(-infinity, infinity),
              "of strategy constant: one value an output"),
        field("quantile", &P::quantile, between(0.0, 1.0), "of strategy quantile: which one")};
  }
};

struct DummyRegressorState {
  Vector constant;  // one value an output

  static constexpr auto fields() {
    return Fields{field("constant", &DummyRegressorState::constant)};
  }
  void check(const Schema& schema) const;
};

/// Predicts the same for every row: the baseline that a real regressor must beat. With the
/// default, the mean, R² on the training rows is 0.
///
/// X may be anything, missing values and categories included; y may have several outputs.
///
/// Without weights `median` and `quantile` interpolate linearly between the two nearest values.
/// With weights they give the smallest value at which the weights of the values up to it reach
/// the share asked for (the inverse of the weighted distribution function), as scikit-learn does.
/// Weights that are all equal count as none, so that weights of 1 change nothing; in scikit-learn
/// they do.
///
/// `fit` costs O(n) for the mean, O(n log n) for quantiles, for each output.
///
/// @throws InvalidParameter  strategy quantile without `quantile`; strategy constant without one
///                           value an output
class DummyRegressor
    : public Implements<DummyRegressor, Regressor, DummyRegressorParams, DummyRegressorState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "DummyRegressor";

  /// What is predicted, one value an output.
  const Vector& constant() const { return state().constant; }

 private:
  friend Implements;
  Tags do_tags() const;
  State do_fit(const Features& X, const Matrix& y, const FitContext& context) const;
  Matrix do_predict(const State& state, const Features& X) const;
};

extern template class Implements<DummyRegressor, Regressor, DummyRegressorParams,
                                 DummyRegressorState>;

}  // namespace espalier
