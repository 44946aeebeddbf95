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

namespace detail {

/// The rows of the table that SGDClassifier and SGDRegressor share, up to where the former has
/// class_weight, and those after it.
template <class P>
constexpr auto sgd_fields() {
  return Fields{
      field("loss", &P::loss, "the loss of a row"),
      field("penalty", &P::penalty, "what alpha multiplies"),
      field("alpha", &P::alpha, at_least(0.0), "strength of the penalty"),
      field("l1_ratio", &P::l1_ratio, between(0.0, 1.0), "share of L1 in elasticnet"),
      field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
      field("max_iter", &P::max_iter, at_least(1), "epochs at most"),
      field("tol", &P::tol, at_least(0.0), "least progress of an epoch; none: all of max_iter"),
      field("shuffle", &P::shuffle, "take the rows in another order in every epoch"),
      field("epsilon", &P::epsilon, at_least(0.0),
            "width of huber and of the epsilon-insensitive losses, in units of y"),
      field("random_state", &P::random_state, at_least(0), "seed; none: another one each time"),
      field("learning_rate", &P::learning_rate, "how the length of the steps changes"),
      field("eta0", &P::eta0, above(0.0), "first step; of pa1 and pa2 the aggressiveness"),
      field("power_t", &P::power_t, at_least(0.0), "exponent of invscaling"),
      field("early_stopping", &P::early_stopping, "stop by the score of rows set aside"),
      field("validation_fraction", &P::validation_fraction, inside(0.0, 1.0),
            "share of the rows set aside"),
      field("n_iter_no_change", &P::n_iter_no_change, at_least(1),
            "epochs without progress after which to stop")};
}
template <class P>
constexpr auto last_sgd_fields() {
  return Fields{field("warm_start", &P::warm_start, "fit begins at the coefficients before"),
                field("average", &P::average, at_least(0),
                      "step from which on coefficients are averaged; 0: never, 1: from the first")};
}

}  // namespace detail

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
    return Fields{field("coef", &C::coef),
                  field("intercept", &C::intercept),
                  field("plain_coef", &C::plain_coef),
                  field("plain_intercept", &C::plain_intercept),
                  field("average_coef", &C::average_coef),
                  field("average_intercept", &C::average_intercept),
                  field("t", &C::t)};
  }
};

}  // namespace espalier
