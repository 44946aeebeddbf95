// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/linear_model/elastic_net_cv.hpp>

namespace espalier {

struct LassoCVParams {
  double eps = 1e-3;
  AlphaGrid alphas = 100;
  bool fit_intercept = true;
  int max_iter = 1000;
  double tol = 1e-4;
  int cv = 5;
  bool positive = false;
  CoordinateSelection selection = CoordinateSelection::cyclic;
  std::optional<std::int64_t> random_state = {};

  static constexpr auto fields() { return detail::elastic_net_cv_fields<LassoCVParams>(); }
};

/// As ElasticNetCVState, with one mix, 1.
struct LassoCVState : ElasticNetCVState {
  void check(const Schema& schema) const;
};

/// Lasso with the alpha that predicts held-out rows best: ElasticNetCV with l1_ratio = 1, which says
/// how it is chosen, at what cost, and what is not there. r = 1 below.
class LassoCV : public Implements<LassoCV, Regressor, LassoCVParams, LassoCVState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "LassoCV";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .weights_are_copies = false};

  double alpha() const { return state().alpha; }                 ///< the best
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

extern template class Implements<LassoCV, Regressor, LassoCVParams, LassoCVState>;

}  // namespace espalier
