// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Small estimators that show how the core behaves.
#pragma once

#include <string_view>

#include <espalier/core/implements.hpp>

namespace espalier::testing_support {

enum class ToyMode { plain, fail, slow };
constexpr auto names_of(ToyMode) {
  return std::array<std::string_view, 3>{"plain", "fail", "slow"};
}

struct ToyParams {
  double shift = 0.0;
  int max_iter = 3;
  ToyMode mode = ToyMode::plain;
  std::optional<double> limit = {};
  std::vector<double> grid = {1.0, 2.0};

  static constexpr auto fields() {
    return Fields{field("shift", &ToyParams::shift, between(-10.0, 10.0), "added to the mean"),
                  field("max_iter", &ToyParams::max_iter, at_least(1), "iterations"),
                  field("mode", &ToyParams::mode, "what fit does"),
                  field("limit", &ToyParams::limit, above(0.0), "unused"),
                  field("grid", &ToyParams::grid, at_least(0.0), "unused")};
  }
};

struct ToyState {
  Vector mean;
  double weight = 0.0;
  Index n_iter = 0;

  static constexpr auto fields() {
    return Fields{field("mean", &ToyState::mean), field("weight", &ToyState::weight),
                  field("n_iter", &ToyState::n_iter)};
  }
  void check(const Schema& schema) const {
    if (mean.size() != schema.n_features) throw FormatError("Toy: mean does not fit");
  }
};

/// Predicts the sum over columns of (x − mean) + shift. Its fit iterates, reports and may fail.
class Toy : public Implements<Toy, Regressor, ToyParams, ToyState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Toy";
  static constexpr Tags tags{.sample_weight = true};

 private:
  friend Implements;
  State do_fit(const Features& X, const Vector& y, const FitContext& context) const {
    if (params().mode == ToyMode::fail) throw InvalidInput("Toy: told to fail");
    State state;
    for (int i = 1; i <= params().max_iter; ++i) {
      state.n_iter = i;
      context.report(
          {.task = type_name, .iteration = i, .total = params().max_iter, .loss = 1.0 / i});
    }
    state.mean = X.dense().colwise().mean();
    state.weight =
        context.has_weights() ? context.sample_weight.sum() : static_cast<double>(y.size());
    return state;
  }
  Vector do_predict(const State& state, const Features& X) const {
    return (X.dense().rowwise() - state.mean.transpose()).rowwise().sum().array() + params().shift;
  }
};

}  // namespace espalier::testing_support
