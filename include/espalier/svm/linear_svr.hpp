// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>

namespace espalier {

enum class SVRLoss : std::uint8_t { epsilon_insensitive, squared_epsilon_insensitive };
constexpr auto names_of(SVRLoss) {
  return std::array<std::string_view, 2>{"epsilon_insensitive", "squared_epsilon_insensitive"};
}

struct LinearSVRParams {
  double epsilon = 0.0;
  double tol = 1e-4;
  double C = 1.0;
  SVRLoss loss = SVRLoss::epsilon_insensitive;
  bool fit_intercept = true;
  double intercept_scaling = 1.0;
  std::optional<bool> dual = {};
  std::optional<std::int64_t> random_state = {};
  int max_iter = 1000;

  static constexpr auto fields() {
    using P = LinearSVRParams;
    return Fields{
        field("epsilon", &P::epsilon, at_least(0.0), "errors up to it cost nothing; units of y"),
        field("tol", &P::tol, above(0.0), "violation of the optimality conditions to stop at"),
        field("C", &P::C, above(0.0), "weight of the losses against the penalty"),
        field("loss", &P::loss, "the loss of a row"),
        field("fit_intercept", &P::fit_intercept, "estimate a constant, which is penalised"),
        field("intercept_scaling", &P::intercept_scaling, above(0.0),
              "the greater, the less the constant is penalised"),
        field("dual", &P::dual, "solve the dual, or the primal; none: what suits the data"),
        field("random_state", &P::random_state, at_least(0), "seed; none: another one each time"),
        field("max_iter", &P::max_iter, at_least(1), "iterations of the solver at most")};
  }
};

/// What LinearSVR learns.
struct LinearSVRState {
  Matrix coef;       // 1 × p
  Vector intercept;  // 1; zero without fit_intercept
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = LinearSVRState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
                  field("n_iter", &S::n_iter), field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Linear support vector regression: errors up to ε cost nothing, larger ones linearly, so that few
/// outliers matter little.
///
/// Minimises
///
///     ½(‖w‖² + v²) + C Σᵢ wᵢ·max(0, |yᵢ − wxᵢ − v·s| − ε)        b = v·s, s = intercept_scaling
///
/// or, with the squared loss, the same with a square. Solved by coordinate descent on the dual, the
/// squared loss also by Newton's method on the primal; `dual`, costs, the penalised intercept and
/// `tol` (relative to the violation at 0) are as LinearSVC has them. C counts against y: scale y, or
/// take a greater C.
///
/// Differences: dual defaults to none instead of true, which is faster for the squared loss and
/// leads to the same optimum. Not there: verbose.
///
/// @throws InvalidParameter  a parameter is outside its range; epsilon_insensitive with
///                           dual = false
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or the
///                           coefficients overflow
/// @see Ho & Lin, JMLR 13 (2012) 3323–3348
class LinearSVR : public Implements<LinearSVR, Regressor, LinearSVRParams, LinearSVRState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "LinearSVR";
  static constexpr Tags tags{.sparse = true, .sample_weight = true};

  const Matrix& coef() const { return state().coef; }            ///< 1 × p
  const Vector& intercept() const { return state().intercept; }  ///< 1
  int n_iter() const { return state().n_iter; }                  ///< iterations
  bool converged() const { return state().converged; }           ///< false: ended at max_iter

 private:
  friend Implements;
  State do_fit(const Features& X, const Vector& y, const FitContext& context) const;
  void do_validate() const;
  Vector do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<LinearSVR, Regressor, LinearSVRParams, LinearSVRState>;

}  // namespace espalier
