// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the two estimators share: from Features and parameters to a state, and back to raw
/// predictions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <espalier/core/fit_context.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/ensemble/categorical_features.hpp>
#include <espalier/ensemble/early_stopping.hpp>
#include <espalier/ensemble/hist_gradient_boosting_params.hpp>
#include <espalier/ensemble/hist_gradient_boosting_state.hpp>
#include <espalier/ensemble/interaction_constraints.hpp>
#include <espalier/ensemble/monotonic_constraints.hpp>

#include "ensemble/hist_gradient_boosting/boosting.hpp"
#include "ensemble/hist_gradient_boosting/compiled_trees.hpp"
#include "ensemble/hist_gradient_boosting/objective.hpp"

namespace espalier::hgb {

struct FitOptions {
  BoosterOptions booster;
  StoppingOptions stopping;
  StoppingScoring scoring;
  CategoricalFeatures categorical_features;
  MonotonicConstraints monotonic_cst;
  InteractionConstraints interaction_cst;
  EarlyStopping early_stopping;
  std::optional<double> validation_fraction;
  std::optional<int> validation_folds;
  std::optional<std::int64_t> random_state;
  std::string_view owner;  ///< the estimator, for messages
};

/// The parameters that a table of fields cannot check.
/// @throws InvalidParameter  validation_fraction is neither a share nor a whole number;
/// validation_folds without early stopping; a scorer that cannot be watched
void check_stopping(const FitOptions& options, RoleKind role);

template <class Params>
FitOptions fit_options(const Params& p, RoleKind role, std::string_view owner) {
  const SplitRules split{static_cast<std::uint32_t>(p.min_samples_leaf),
                         p.l2_regularization,
                         p.cat_l2,
                         p.max_cat_threshold.value_or(256),
                         p.max_features,
                         {}};
  const GrowerOptions grower{split,       p.max_leaf_nodes,
                             p.max_depth, p.learning_rate,
                             {},          p.growth == TreeGrowth::depth_wise};
  return {{grower, p.max_bins, p.subsample},
          {p.max_iter, false, p.n_iter_no_change, p.tol, role == RoleKind::classifier},
          p.scoring,
          p.categorical_features,
          p.monotonic_cst,
          p.interaction_cst,
          p.early_stopping,
          p.validation_fraction,
          p.validation_folds,
          p.random_state,
          owner};
}

/// The targets of all rows: values, or class codes.
struct FitTargets {
  Vector y;
  Vector weights;  ///< empty: ones

  Targets view() const {
    return {{y.data(), static_cast<std::size_t>(y.size())},
            {weights.data(), static_cast<std::size_t>(weights.size())}};
  }
};

/// What an estimator knows of its targets.
struct FitProblem {
  FitTargets targets;
  std::optional<FitTargets> validation;  ///< of the validation set in the FitContext
  std::unique_ptr<Objective> objective;
  ScorerView view;
};

/// `previous` is what to go on from, or null.
HistGradientBoostingState fit_state(const Features& X, const FitProblem& problem,
                                    const FitOptions& options, const FitContext& context,
                                    const HistGradientBoostingState* previous);

/// n × outputs.
Matrix predict_raw(const HistGradientBoostingState& state, const Features& X);

/// The compiled trees of a state behind the steps of a row.
class BoostedRow : public RowModel {
 public:
  BoostedRow(RowBuilder& builder, const HistGradientBoostingState& state);
  Index outputs() const noexcept override { return fitted_->trees.outputs(); }
  RowStatus raw(const double* registers, double* out) const noexcept override;
  bool raw_rows(const Features& X, Matrix& out) const override;

 private:
  struct Fitted {  // without what only training needs
    BoostedTrees trees;
    std::vector<FeatureCategories> categories;
  };
  std::shared_ptr<const Fitted> fitted_;
  std::shared_ptr<const CompiledTrees> compiled_;
  Index first_;
};

}  // namespace espalier::hgb
