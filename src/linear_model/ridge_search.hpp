// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <espalier/core/fit_context.hpp>
#include <espalier/metrics/scorer.hpp>

namespace espalier::detail {

/// The choice of the penalty that RidgeCV and RidgeClassifierCV share.
struct RidgeSearch {
  std::string_view owner;
  std::span<const double> alphas;
  bool fit_intercept;
  bool alpha_per_target;
  bool store;  ///< what leave-one-out finds for each row

  /// The score of predictions (one a target, of the given rows; of all where there are none) for
  /// targets `first` … `first` + their number − 1. None: the mean square of the errors of
  /// leave-one-out, negated.
  std::function<double(const Matrix& predictions, std::span<const Index> rows, Index first)> score;

  /// The fold of each row; empty: leave-one-out.
  std::vector<Index> fold_of_row;
};

struct RidgeSearchFit {
  Matrix coef;        // k × p
  Vector intercept;   // k
  Vector alpha;       // 1, or k with alpha_per_target
  Vector best_score;  // the same
  Matrix cv_results;  // n × (k · alphas), output by output; empty unless stored
};

/// The best of the penalties (the first of equals), and the model of all rows with it. `weights` are
/// empty or one a row. Reports each fold to `context`.
RidgeSearchFit search_ridge(const Features& X, const Matrix& y, const Vector& weights,
                            const RidgeSearch& search, const FitContext& context);

/// @throws InvalidParameter  naming `owner`: parameters that a search cannot have, or that exclude
///                           each other
void validate_ridge_search(std::string_view owner, std::span<const double> alphas,
                           const Scorer& scoring, const std::optional<int>& cv, bool store,
                           bool alpha_per_target);

}  // namespace espalier::detail
