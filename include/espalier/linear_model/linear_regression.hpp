// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include <espalier/core/implements.hpp>

namespace espalier {

struct LinearRegressionParams {
  bool fit_intercept = true;
  double tol = 1e-6;
  bool positive = false;

  static constexpr auto fields() {
    using P = LinearRegressionParams;
    return Fields{
        field("fit_intercept", &P::fit_intercept, "estimate a constant"),
        field("tol", &P::tol, between(0.0, 1.0),
              "singular values up to this part of the largest count as zero"),
        field("positive", &P::positive, "coefficients are at least 0; the constant is free")};
  }
};

/// What LinearRegression learns. Shapes: p features, k outputs.
struct LinearRegressionState {
  Matrix coef;                // k × p
  Vector intercept;           // k; zero without fit_intercept
  std::optional<Index> rank;  // none where it was not found
  Vector singular;            // min(n, p), descending; empty where they were not found

  static constexpr auto fields() {
    using S = LinearRegressionState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
                  field("rank", &S::rank), field("singular", &S::singular)};
  }
  void check(const Schema& schema) const;
};

/// Ordinary least squares.
///
/// Minimises ‖y − Xw − b‖²_W, where W holds the sample weights. Where columns depend on each other
/// the solution is that of least norm, and what counts as dependent is scikit-learn's rule: of the
/// centred (and weighted) X, singular values up to `tol` times the largest are taken for zero. So
/// columns whose units make them a million times smaller than others are given up: scale them
/// (StandardScaler), or lower `tol`.
///
/// Solved by the normal equations (Cholesky), in one pass over X, or in their dual form for n < p,
/// with a check of the pivots. Where these show that digits would be lost, or a singular value falls
/// below the cut-off, by the singular value decomposition of X. Costs O(np² + p³) for n ≥ p, else
/// O(n²p + n³); memory O(min(n, p)²) beside the data, and for n < p a copy of X where the second way
/// is taken.
///
/// With `positive`, w ≥ 0, by the active set of Lawson and Hanson: O(np² + p³), and memory O(p²)
/// also for n < p.
///
/// X may be sparse and stays so. When neither side of it has fewer than 2000, by conjugate gradients,
/// until the gradient is at most `tol` times what it was at the start; there are no singular values
/// then.
///
/// summary() (inspection/regression_summary.hpp) gives standard errors, tests and intervals.
///
/// Not there: copy_X, since X is never changed; n_jobs, for which there is the context's n_threads.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or are so large
///                           (beyond some 1e150) that their squares overflow
/// @see Golub & Van Loan, Matrix Computations (2013) ch. 5; Lawson & Hanson, Solving Least Squares
///      Problems (1974) ch. 23
class LinearRegression : public Implements<LinearRegression, Regressor, LinearRegressionParams,
                                           LinearRegressionState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "LinearRegression";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .multi_output = true};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  /// The number of singular values above the cut-off; none with `positive`, or of a large sparse X.
  const std::optional<Index>& rank() const { return state().rank; }
  /// min(n, p) singular values of the centred X, descending; empty where there is no rank().
  const Vector& singular() const { return state().singular; }

 private:
  friend Implements;
  State do_fit(const Features& X, const Matrix& y, const FitContext& context) const;
  Matrix do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<LinearRegression, Regressor, LinearRegressionParams,
                                 LinearRegressionState>;

}  // namespace espalier
