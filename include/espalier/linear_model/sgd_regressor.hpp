// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>
#include <espalier/linear_model/sgd_options.hpp>

namespace espalier {

/// Of a row with e = y − r: `squared_error` ½e²; `huber` ½e² up to |e| = ε and ε|e| − ½ε² beyond;
/// `epsilon_insensitive` max(0, |e| − ε); `squared_epsilon_insensitive` its square.
enum class SGDRegressorLoss : std::uint8_t {
  squared_error,
  huber,
  epsilon_insensitive,
  squared_epsilon_insensitive
};

constexpr auto names_of(SGDRegressorLoss) {
  return std::array<std::string_view, 4>{"squared_error", "huber", "epsilon_insensitive",
                                         "squared_epsilon_insensitive"};
}

struct SGDRegressorParams {
  SGDRegressorLoss loss = SGDRegressorLoss::squared_error;
  SGDPenalty penalty = SGDPenalty::l2;
  double alpha = 1e-4;
  double l1_ratio = 0.15;
  bool fit_intercept = true;
  int max_iter = 1000;
  std::optional<double> tol = 1e-3;
  bool shuffle = true;
  double epsilon = 0.1;
  std::optional<std::int64_t> random_state = {};
  SGDLearningRate learning_rate = SGDLearningRate::invscaling;
  double eta0 = 0.01;
  double power_t = 0.25;
  bool early_stopping = false;
  double validation_fraction = 0.1;
  int n_iter_no_change = 5;
  bool warm_start = false;
  int average = 0;

  static constexpr auto fields() {
    using P = SGDRegressorParams;
    return join_fields(detail::sgd_fields<P>(), detail::last_sgd_fields<P>());
  }
};

/// What SGDRegressor learns.
struct SGDRegressorState {
  SGDCoefficients linear;  // of one function
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = SGDRegressorState;
    return Fields{field("linear", &S::linear), field("n_iter", &S::n_iter),
                  field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Linear regression by stochastic gradient descent, for data of any size: least squares, or a
/// robust loss, with an L2, L1 or elastic-net penalty.
///
/// Minimises (1/n) Σᵢ loss(yᵢ, wxᵢ + b) + α·penalty(w) as SGDClassifier does; what is said there of
/// steps, penalties, stopping, averaging, weights, cost and the differences from scikit-learn holds
/// here. With `early_stopping` the rows set aside are scored by R².
///
/// Use StandardScaler before, and scale y where it is large.
///
/// @throws InvalidParameter  a parameter is outside its range, learning_rate = optimal with
///                           alpha = 0, pa1 or pa2 with another loss than epsilon_insensitive;
///                           early_stopping in partial_fit
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or the
///                           coefficients overflow
/// @see SGDClassifier
class SGDRegressor
    : public Implements<SGDRegressor, Regressor, SGDRegressorParams, SGDRegressorState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "SGDRegressor";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .weights_are_copies = false};

  const Matrix& coef() const { return state().linear.coef; }            ///< 1 × p
  const Vector& intercept() const { return state().linear.intercept; }  ///< 1
  int n_iter() const { return state().n_iter; }                         ///< epochs
  /// Steps taken, as the schedules count them, plus 1.
  double t() const { return state().linear.t; }
  bool converged() const { return state().converged; }  ///< false: ended at max_iter

 private:
  friend Implements;
  State do_fit(const Features& X, const Vector& y, const FitContext& context,
               const State* previous) const;
  State do_partial_fit(const Features& X, const Vector& y, const FitContext& context,
                       const State* previous) const;
  void do_validate() const;
  Vector do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  State learn(const Features& X, const Vector& y, const FitContext& context, SGDCoefficients start,
              int max_iter) const;
};

extern template class Implements<SGDRegressor, Regressor, SGDRegressorParams, SGDRegressorState>;

}  // namespace espalier
