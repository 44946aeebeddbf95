// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/linear_model/elastic_net.hpp>

namespace espalier {

struct LassoParams {
  double alpha = 1.0;
  bool fit_intercept = true;
  int max_iter = 1000;
  double tol = 1e-4;
  bool warm_start = false;
  bool positive = false;
  CoordinateSelection selection = CoordinateSelection::cyclic;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() {
    using P = LassoParams;
    return join_fields(
        Fields{field("alpha", &P::alpha, at_least(0.0), "strength of the L1 penalty")},
        detail::elastic_net_fields<P>());
  }
};

/// As ElasticNetState.
struct LassoState : ElasticNetState {
  void check(const Schema& schema) const;
};

/// Linear least squares with an L1 penalty, which makes most coefficients zero: ElasticNet with
/// l1_ratio = 1.
///
/// Minimises, for each output by itself,
///
///     1/(2Σs) Σᵢ sᵢ (yᵢ − xᵢw − b)² + alpha ‖w‖₁
///
/// where s are the sample weights. Everything else is as ElasticNet says: when it stops, how it is
/// solved and at what cost, what it throws and what is not there.
///
/// @see Tibshirani, J. R. Stat. Soc. B 58 (1996) 267–288
class Lasso : public Implements<Lasso, Regressor, LassoParams, LassoState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Lasso";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .multi_output = true};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  const Vector& dual_gap() const { return state().dual_gap; }    ///< k, of the objective above
  int n_iter() const { return state().n_iter; }
  bool converged() const { return state().converged; }  ///< false: ended at max_iter

 private:
  friend Implements;
  State do_fit(const Features& X, const Matrix& y, const FitContext& context,
               const State* previous) const;
  Matrix do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<Lasso, Regressor, LassoParams, LassoState>;

}  // namespace espalier
