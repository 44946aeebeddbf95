// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// How long to boost: to the end, or until nothing improves any more.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <espalier/core/fit_context.hpp>
#include <espalier/ensemble/boosted_trees.hpp>

#include "ensemble/hist_gradient_boosting/booster.hpp"
#include "ensemble/hist_gradient_boosting/scored_rows.hpp"

namespace espalier::hgb {

struct StoppingOptions {
  int max_iter = 100;  ///< iterations of the model, those it begins with among them
  bool early_stopping = false;
  int n_iter_no_change = 10;
  double tol = 1e-7;
  bool stratify = false;  ///< targets are class codes, and rows drawn to be scored represent them
};

/// Rows to learn from, and rows to be scored on, if any.
struct TrialRows {
  LabelledTable train;
  std::optional<LabelledTable> validation = {};
};

struct BoostingResult {
  BoostedTrees trees;
  Matrix train_scores;  ///< a row before the first iteration and after each, a column a metric;
  Matrix validation_scores;  ///< empty without early stopping, or without validation rows
};

/// All that a training needs beside its rows. `context` gives callback and stop token, the owner in
/// `watch` is the name in reports.
struct BoostingTask {
  const BoostingProblem& problem;
  const Watch& watch;
  const StoppingOptions& stopping;
  const FitContext& context;
};

/// Boosts until there are `max_iter` iterations, beginning with the trees of `start` if it is not
/// null.
///
/// With early stopping the scores of the first metric, those on the validation rows if there are
/// any, end training when none of `n_iter_no_change` iterations in a row has improved on the one
/// before them by more than `tol`; and however it ended, the trees up to the best score stay, the
/// first of equals.
/// @throws Cancelled     the stop token was triggered
/// @throws InvalidInput  a scorer does not fit the rows, or the first score is NaN
BoostingResult train_boosting(const BoostingTask& task, const TrialRows& rows,
                              const BoostedTrees* start);

/// The same with the mean score of several trials, which advance side by side; then a new training
/// on `all` rows takes as many iterations as were best. Time and memory of all trials together.
BoostingResult train_cross_validated(const BoostingTask& task, std::span<const TrialRows> trials,
                                     const LabelledTable& all);

}  // namespace espalier::hgb
