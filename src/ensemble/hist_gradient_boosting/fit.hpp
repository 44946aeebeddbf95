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
  BoostingOptions boosting;
  CategoricalFeatures categorical_features;
  MonotonicConstraints monotonic_cst;
  InteractionConstraints interaction_cst;
  EarlyStopping early_stopping;
  std::optional<double> validation_fraction;
  std::string_view owner;  ///< the estimator, for messages
};

/// The given seed, or a fresh one.
std::uint64_t seed_of(const std::optional<std::int64_t>& random_state);

/// @throws InvalidParameter  neither a share nor a whole number
void check_validation_fraction(const std::optional<double>& fraction, std::string_view owner);

template <class Params>
FitOptions fit_options(const Params& p, std::string_view owner) {
  const SplitRules split{
      static_cast<std::uint32_t>(p.min_samples_leaf), p.l2_regularization, p.max_features, {}};
  const GrowerOptions grower{split,       p.max_leaf_nodes,
                             p.max_depth, p.learning_rate,
                             {},          p.growth == TreeGrowth::depth_wise};
  return {{grower, p.max_iter, p.max_bins, p.subsample, false, p.n_iter_no_change, p.tol,
           seed_of(p.random_state)},
          p.categorical_features,
          p.monotonic_cst,
          p.interaction_cst,
          p.early_stopping,
          p.validation_fraction,
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

/// `validation` are the targets of the validation set in `context`, null without one. `stratify`:
/// the targets are classes, and rows set aside for validation represent them.
HistGradientBoostingState fit_state(const Features& X, const FitTargets& targets,
                                    const FitTargets* validation, const Objective& objective,
                                    bool stratify, const FitOptions& options,
                                    const FitContext& context);

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
