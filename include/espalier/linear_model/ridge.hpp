// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>

namespace espalier {

struct RidgeParams {
  double alpha = 1.0;
  bool fit_intercept = true;

  static constexpr auto fields() {
    return std::tuple{
        field("alpha", &RidgeParams::alpha, at_least(0.0), "L2 penalty; 0 gives least squares"),
        field("fit_intercept", &RidgeParams::fit_intercept, "estimate an unpenalised constant")};
  }
};

/// What Ridge learns. Shapes: p features, k outputs.
struct RidgeState {
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept

  static constexpr auto fields() {
    return std::tuple{field("coef", &RidgeState::coef), field("intercept", &RidgeState::intercept)};
  }
  void check(const Schema& schema) const;
};

/// Linear least squares with an L2 penalty.
///
/// Minimises ‖y − Xw − b‖²_W + α‖w‖², where W holds the sample weights; the sum is not divided by
/// n, as in scikit-learn. Solved exactly: by the normal equations (Cholesky) for n ≥ p and in their
/// dual form for n < p. Where a pivot shows that these lose too many digits, because columns depend
/// on each other or nearly so, by orthogonal transformations of X itself, which do not square its
/// condition number; among several solutions (α = 0) that is the one of least norm. Costs
/// O(np² + p³) for n ≥ p and O(n²p + n³) otherwise; memory O(min(n, p)²) beside the data, and in
/// the second case a copy of X. X may be sparse: the intercept is found without filling its zeros.
///
/// Not there: one alpha a target, positive; solver, tol, max_iter and random_state, since the
/// solution is exact; copy_X, since X is never changed.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or are so large
///                           (beyond some 1e150) that their squares overflow
/// @see Hoerl & Kennard, Technometrics 12 (1970) 55–67
class Ridge : public Implements<Ridge, Regressor, RidgeParams, RidgeState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Ridge";
  static constexpr Tags tags{.sparse = true, .sample_weight = true, .multi_output = true};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k

 private:
  friend Implements;
  State do_fit(const Features& X, const Matrix& y, const FitContext& context) const;
  Matrix do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<Ridge, Regressor, RidgeParams, RidgeState>;

}  // namespace espalier
