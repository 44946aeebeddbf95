// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What SGDClassifier and SGDRegressor have in common.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <espalier/core/params.hpp>

namespace espalier {

/// Beside the loss of a row, α times: `l2` ½‖w‖², `l1` ‖w‖₁, `elasticnet` their mixture
/// (1 − ρ)·½‖w‖² + ρ‖w‖₁ with ρ = l1_ratio, or nothing.
enum class SGDPenalty : std::uint8_t { none, l2, l1, elasticnet };

constexpr auto names_of(SGDPenalty) {
  return std::array<std::string_view, 4>{"none", "l2", "l1", "elasticnet"};
}

/// The length η of step t = 1, 2, …:
///
/// - `constant`: η₀;
/// - `optimal`: 1/(α(t₀ + t − 1)) with t₀ = α^(−3/4), so that the first step is as long as the
///   coefficients are expected to be;
/// - `invscaling`: η₀/t^power_t;
/// - `adaptive`: η₀, divided by 5 each time n_iter_no_change epochs brought no progress, until it is
///   below 1e-6;
/// - `pa1`, `pa2`: passive-aggressive, min(η₀, loss/‖x‖²) and loss/(‖x‖² + 1/(2η₀)), for `hinge` and
///   `epsilon_insensitive` only (Crammer et al., JMLR 7 (2006) 551–585).
enum class SGDLearningRate : std::uint8_t { constant, optimal, invscaling, adaptive, pa1, pa2 };

constexpr auto names_of(SGDLearningRate) {
  return std::array<std::string_view, 6>{"constant", "optimal", "invscaling",
                                         "adaptive", "pa1",     "pa2"};
}

/// k linear functions on p columns, with what it takes to go on.
struct SGDCoefficients {
  Matrix coef;       // k × p
  Vector intercept;  // k
  // Where the coefficients are averaged: those on their way, and their averages so far.
  Matrix plain_coef;
  Vector plain_intercept;
  Matrix average_coef;
  Vector average_intercept;
  double t = 1.0;  // the number of the next step

  static constexpr auto fields() {
    using C = SGDCoefficients;
    return std::tuple{field("coef", &C::coef),
                      field("intercept", &C::intercept),
                      field("plain_coef", &C::plain_coef),
                      field("plain_intercept", &C::plain_intercept),
                      field("average_coef", &C::average_coef),
                      field("average_intercept", &C::average_intercept),
                      field("t", &C::t)};
  }
};

}  // namespace espalier
