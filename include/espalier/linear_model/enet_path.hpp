// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/linear_model/alpha_grid.hpp>
#include <espalier/linear_model/elastic_net.hpp>

namespace espalier {

struct LassoPathOptions {
  double eps = 1e-3;       ///< smallest alpha of a grid as a part of the largest; in (0, 1]
  AlphaGrid alphas = 100;  ///< how many, or which
  bool positive = false;   ///< no negative coefficients
  int max_iter = 1000;     ///< sweeps over working sets for each alpha at most
  double tol = 1e-4;       ///< duality gap at which to stop, as a part of ‖y‖²
};

struct EnetPathOptions {
  double l1_ratio = 0.5;  ///< in [0, 1], and above 0 unless the alphas are given
  double eps = 1e-3;
  AlphaGrid alphas = 100;
  bool positive = false;
  int max_iter = 1000;
  double tol = 1e-4;
};

/// Shapes: A alphas, p features.
struct EnetPath {
  Vector alphas;             ///< A, descending
  Matrix coefs;              ///< p × A
  Vector dual_gaps;          ///< A
  std::vector<int> n_iters;  ///< A
};

/// The solutions of the elastic net for one alpha after the other, each from the one before:
///
///     1/(2n) ‖y − Xw‖² + alpha·l1_ratio ‖w‖₁ + ½ alpha (1 − l1_ratio) ‖w‖²
///
/// As in scikit-learn there is no intercept: centre X and y before, or let ElasticNet or
/// ElasticNetCV do it. For how it is solved and at what cost, see ElasticNet. An alpha that is not
/// solved to `tol` is a warning. One target only; not there: coef_init, precompute, Xy.
///
/// @throws InvalidParameter  an option is outside its range
/// @throws InvalidInput      X is a table or empty, X or y is not finite, they disagree in length, or
///                           their squares overflow
EnetPath enet_path(const Features& X, const Vector& y, const EnetPathOptions& options = {});

/// The same for the lasso: l1_ratio = 1.
EnetPath lasso_path(const Features& X, const Vector& y, const LassoPathOptions& options = {});

}  // namespace espalier
