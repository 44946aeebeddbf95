// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/linear_model/alpha_grid.hpp>
#include <espalier/linear_model/elastic_net.hpp>

namespace espalier {

namespace detail {

/// The rows of the table that ElasticNetCV and LassoCV share.
template <class P>
constexpr auto elastic_net_cv_fields() {
  return Fields{
      field("eps", &P::eps, above_up_to(0.0, 1.0),
            "smallest alpha of a grid as a part of the largest"),
      field("alphas", &P::alphas, "how many penalties to try, or which"),
      field("fit_intercept", &P::fit_intercept, "estimate an unpenalised constant"),
      field("max_iter", &P::max_iter, at_least(1), "sweeps for each alpha at most"),
      field("tol", &P::tol, at_least(0.0), "duality gap at which to stop, as a part of ‖y‖²"),
      field("cv", &P::cv, at_least(2), "folds of consecutive rows"),
      field("positive", &P::positive, "no negative coefficients"),
      field("selection", &P::selection, "order of the coordinates"),
      field("random_state", &P::random_state, at_least(0),
            "seed of that order, if it is random; none: another one each time")};
}

}  // namespace detail

struct ElasticNetCVParams {
  std::vector<double> l1_ratio = {0.5};
  double eps = 1e-3;
  AlphaGrid alphas = 100;
  bool fit_intercept = true;
  int max_iter = 1000;
  double tol = 1e-4;
  int cv = 5;
  bool positive = false;
  CoordinateSelection selection = CoordinateSelection::cyclic;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() {
    using P = ElasticNetCVParams;
    return join_fields(
        Fields{field("l1_ratio", &P::l1_ratio, between(0.0, 1.0),
                     "the mixes to try; 1: L1 penalty only; above 0 unless the alphas are given")},
        detail::elastic_net_cv_fields<P>());
  }
};

/// What ElasticNetCV learns. Shapes: p features, r mixes, A alphas.
struct ElasticNetCVState {
  double alpha = 0.0;
  double l1_ratio = 0.0;
  Matrix alphas;     // r × A
  Matrix mse_path;   // r·A × folds
  Matrix coef;       // 1 × p
  Vector intercept;  // 1; zero without fit_intercept
  double dual_gap = 0.0;
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = ElasticNetCVState;
    return Fields{field("alpha", &S::alpha),        field("l1_ratio", &S::l1_ratio),
                  field("alphas", &S::alphas),      field("mse_path", &S::mse_path),
                  field("coef", &S::coef),          field("intercept", &S::intercept),
                  field("dual_gap", &S::dual_gap),  field("n_iter", &S::n_iter),
                  field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// ElasticNet with the alpha, and among several the l1_ratio, that predicts held-out rows best.
///
/// For each mix and each fold, the path of all alphas is solved on the other rows, each alpha from
/// the solution for the one before, and its mean squared error (weighted, if there are weights) on
/// the fold is taken. The alpha and mix of the least mean over the folds win (the first of equals:
/// the largest alpha), and all rows are fitted with them; see ElasticNet for what is minimised, when
/// it stops and how. `alphas = 100` is a grid for each mix, from the smallest alpha that leaves no
/// coefficient on all rows down to eps times it, evenly in the logarithm.
///
/// Row j·A + i of `mse_path()` belongs to mix j and its alpha i; a column is a fold. `alphas()` has a
/// row for each mix. (scikit-learn leaves out axes of length 1, and puts given alphas into one row.)
///
/// Folds are solved at the same time, on several threads; memory is that of X once more for each of
/// them, beside what ElasticNet takes. The same bits for any number of threads.
///
/// As `cv` there is a number of folds of consecutive rows, which is what a number means in
/// scikit-learn too; splitters are taken by GridSearchCV, with ElasticNet. One target only. Not there:
/// precompute, copy_X, n_jobs and verbose, as ElasticNet says.
///
/// @throws InvalidParameter  a parameter is outside its range
/// @throws InvalidInput      as ElasticNet; or there are fewer rows than folds
/// @see Friedman, Hastie & Tibshirani, J. Stat. Softw. 33 (2010) 1
class ElasticNetCV
    : public Implements<ElasticNetCV, Regressor, ElasticNetCVParams, ElasticNetCVState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "ElasticNetCV";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .weights_are_copies = false};

  double alpha() const { return state().alpha; }  ///< the best
  double l1_ratio() const { return state().l1_ratio; }
  const Matrix& alphas() const { return state().alphas; }        ///< r × A, descending
  const Matrix& mse_path() const { return state().mse_path; }    ///< r·A × folds
  const Matrix& coef() const { return state().coef; }            ///< 1 × p
  const Vector& intercept() const { return state().intercept; }  ///< 1
  double dual_gap() const { return state().dual_gap; }           ///< of the last fit
  int n_iter() const { return state().n_iter; }                  ///< of the last fit
  bool converged() const { return state().converged; }           ///< the last fit did

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Vector& y, const FitContext& context) const;
  Matrix do_predict(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<ElasticNetCV, Regressor, ElasticNetCVParams, ElasticNetCVState>;

}  // namespace espalier
