// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include <espalier/core/implements.hpp>

namespace espalier {

/// In which order coordinate descent takes the coordinates of a working set. `cyclic`: one after the
/// other. `random`: each is drawn, with `random_state`; sometimes faster where columns are highly
/// correlated.
enum class CoordinateSelection { cyclic, random };

constexpr auto names_of(CoordinateSelection) {
  return std::array<std::string_view, 2>{"cyclic", "random"};
}

namespace detail {

/// The rows of the table that ElasticNet and Lasso share.
template <class P>
constexpr auto elastic_net_fields() {
  return Fields{
      field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
      field("max_iter", &P::max_iter, at_least(1), "sweeps over working sets at most"),
      field("tol", &P::tol, at_least(0.0), "duality gap at which to stop, as a part of ‖y‖²"),
      field("warm_start", &P::warm_start, "begin a second fit from the coefficients of the first"),
      field("positive", &P::positive, "no negative coefficients"),
      field("selection", &P::selection, "order of the coordinates"),
      field("random_state", &P::random_state, at_least(0),
            "seed of that order, if it is random; none: another one each time")};
}

}  // namespace detail

struct ElasticNetParams {
  double alpha = 1.0;
  double l1_ratio = 0.5;
  bool fit_intercept = true;
  int max_iter = 1000;
  double tol = 1e-4;
  bool warm_start = false;
  bool positive = false;
  CoordinateSelection selection = CoordinateSelection::cyclic;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() {
    using P = ElasticNetParams;
    return join_fields(Fields{field("alpha", &P::alpha, at_least(0.0), "strength of the penalty"),
                              field("l1_ratio", &P::l1_ratio, between(0.0, 1.0),
                                    "1: L1 penalty only; 0: L2 only")},
                       detail::elastic_net_fields<P>());
  }
};

/// What ElasticNet learns. Shapes: p features, k outputs.
struct ElasticNetState {
  Matrix coef;       // k × p
  Vector intercept;  // k; zero without fit_intercept
  Vector dual_gap;   // k
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = ElasticNetState;
    return Fields{field("coef", &S::coef), field("intercept", &S::intercept),
                  field("dual_gap", &S::dual_gap), field("n_iter", &S::n_iter),
                  field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Linear least squares with an L1 and an L2 penalty.
///
/// Minimises, for each output by itself,
///
///     1/(2Σs) Σᵢ sᵢ (yᵢ − xᵢw − b)² + alpha·l1_ratio ‖w‖₁ + ½ alpha (1 − l1_ratio) ‖w‖²
///
/// where s are the sample weights. This is scikit-learn's objective; the intercept b is not penalised.
///
/// It stops at the same bound as scikit-learn: the duality gap, which bounds how far the objective is
/// above its minimum, is at most tol·Σs(y − ȳ)² / Σs; `dual_gap()` says what it is. With alpha = 0
/// there is no gap, and the squared gradient takes its place; LinearRegression solves that exactly.
/// Ending at max_iter is a warning (WarningKind::convergence) and `converged()` is false then.
///
/// Coordinate descent on working sets of columns, which grow by those that violate the optimality
/// conditions most; with Anderson's extrapolation, steps of Newton for the coefficients that are not
/// zero, and gap-safe screening. A dense X is read once for each growth of the set: O(np) each, and
/// O(n·m²) once for the products of the m columns that were ever in it, with m mostly one to two times
/// the number of coefficients that are not zero; a sweep over it is O(m²) at most. Memory O(m²)
/// beside X, which is not copied. Where these products would be larger than X, and for a sparse X, a
/// sweep reads the columns: O(nm), or O(nonzeros); a sparse X is copied once, by columns. An X of
/// `float` is computed with in single precision. The same bits for any number of threads.
///
/// `n_iter()` counts sweeps over working sets, where scikit-learn counts sweeps over all columns; it
/// is the largest of several outputs.
///
/// Not there: precompute, which is decided by size, and copy_X, since X is never changed. Instead of
/// verbose there is the callback of the FitContext.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, or are so large
///                           (beyond some 1e150) that their squares overflow; with warm_start, y has
///                           another number of outputs than before
/// @see Zou & Hastie, J. R. Stat. Soc. B 67 (2005) 301–320; Friedman, Hastie & Tibshirani, J. Stat.
///      Softw. 33 (2010) 1; Massias, Gramfort & Salmon, ICML (2018); Ndiaye, Fercoq, Gramfort &
///      Salmon, JMLR 18 (2017) 128
class ElasticNet : public Implements<ElasticNet, Regressor, ElasticNetParams, ElasticNetState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "ElasticNet";
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

extern template class Implements<ElasticNet, Regressor, ElasticNetParams, ElasticNetState>;

}  // namespace espalier
