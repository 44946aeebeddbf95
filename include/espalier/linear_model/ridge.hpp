// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include <espalier/core/implements.hpp>
#include <espalier/linear_model/per_target.hpp>

namespace espalier {

/// How Ridge is solved. `auto`: `sparse_cg` for a sparse X of at least 2000 rows and columns, else
/// `cholesky`, which falls back to orthogonal transformations where its pivots show that digits
/// would be lost. `svd`: by the singular values of X, for whoever wants scikit-learn's treatment of
/// singular matrices (values up to 1e-15 count as zero). `sparse_cg`: conjugate gradients, dense X
/// too, to `tol`.
enum class RidgeSolver { automatic, svd, cholesky, sparse_cg };

constexpr auto names_of(RidgeSolver) {
  return std::array<std::string_view, 4>{"auto", "svd", "cholesky", "sparse_cg"};
}

struct RidgeParams {
  PerTarget alpha = 1.0;
  bool fit_intercept = true;
  std::optional<int> max_iter = {};
  double tol = 1e-4;
  RidgeSolver solver = RidgeSolver::automatic;
  bool positive = false;

  static constexpr auto fields() {
    using P = RidgeParams;
    return Fields{
        field("alpha", &P::alpha, at_least(0.0), "L2 penalty; 0 gives least squares"),
        field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
        field("max_iter", &P::max_iter, at_least(1),
              "iterations of sparse_cg at most; none: ten times the smaller side of X"),
        field("tol", &P::tol, at_least(0.0),
              "sparse_cg ends when the gradient is at most this part of the first"),
        field("solver", &P::solver, "how the solution is found"),
        field("positive", &P::positive, "coefficients are at least 0; needs the solver 'auto'")};
  }
};

/// What Ridge learns. Shapes: p features, k outputs.
struct RidgeState {
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  int n_iter = 1;    // of the output that took most

  static constexpr auto fields() {
    using S = RidgeState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
                  field("n_iter", &S::n_iter)};
  }
  void check(const Schema& schema) const;
};

/// Linear least squares with an L2 penalty.
///
/// Minimises ‖y − Xw − b‖²_W + α‖w‖², where W holds the sample weights; the sum is not divided by
/// n, as in scikit-learn. With several outputs each may have its own α. Solved exactly: by the
/// normal equations (Cholesky) for n ≥ p and in their dual form for n < p. Where a pivot shows that
/// these lose too many digits, because columns depend on each other or nearly so, by orthogonal
/// transformations of X itself, which do not square its condition number; among several solutions
/// (α = 0) that is the one of least norm. Costs O(np² + p³) for n ≥ p and O(n²p + n³) otherwise, the
/// cubic part once for each distinct α; memory O(min(n, p)²) beside the data, and in the second case
/// a copy of X. X may be sparse: the intercept is found without filling its zeros.
///
/// A large sparse X is solved by conjugate gradients, O(nonzeros) an iteration; `tol` means what it
/// means in scikit-learn, whose default is 1e-4: some four digits.
///
/// With `positive`, w ≥ 0, exactly, by the active set of Lawson and Hanson, in memory O(p²);
/// scikit-learn has L-BFGS-B there.
///
/// Not there: the solvers lsqr, sag, saga and lbfgs, whose task the others do, and random_state
/// with them; copy_X, since X is never changed.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or are so large
///                           (beyond some 1e150) that their squares overflow; or alpha has
///                           neither one value nor one a target
/// @see Hoerl & Kennard, Technometrics 12 (1970) 55–67
class Ridge : public Implements<Ridge, Regressor, RidgeParams, RidgeState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Ridge";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .multi_output = true};

  const Matrix& coef() const { return state().coef; }            ///< k × p
  const Vector& intercept() const { return state().intercept; }  ///< k
  int n_iter() const { return state().n_iter; }  ///< of sparse_cg; 1 where solved directly

 private:
  friend Implements;
  State do_fit(const Features& X, const Matrix& y, const FitContext& context) const;
  Matrix do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  void do_validate() const;
};

extern template class Implements<Ridge, Regressor, RidgeParams, RidgeState>;

}  // namespace espalier
