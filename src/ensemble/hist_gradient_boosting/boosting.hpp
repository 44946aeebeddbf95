// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <espalier/core/fit_context.hpp>
#include <espalier/ensemble/boosted_trees.hpp>

#include "ensemble/hist_gradient_boosting/grower.hpp"
#include "ensemble/hist_gradient_boosting/objective.hpp"
#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

struct BoostingOptions {
  GrowerOptions grower = {};
  int max_iter = 100;
  int max_bins = 255;
  double subsample = 1.0;  ///< share of the rows that the trees of an iteration are grown on
  bool early_stopping = false;
  int n_iter_no_change = 10;
  double tol = 1e-7;
  std::uint64_t seed = 0;
};

/// Rows to learn from, or to be scored on.
struct LabelledTable {
  Table table;
  Targets targets;
};

struct BoostingResult {
  BoostedTrees trees;
  std::vector<double>
      train_score;  ///< −loss before the first and after each iteration; with early stopping
  std::vector<double> validation_score;  ///< the same on the validation rows, if there are any
};

/// Newton boosting: each iteration fits one tree an output to the first and second derivatives of
/// the loss at the raw predictions so far.
///
/// With `subsample` below 1 each iteration draws rows of its own, without replacement; the leaves of its
/// trees hold what these rows say, and are added to the raw predictions of all rows.
///
/// With early stopping, training ends when `n_iter_no_change` iterations in a row have not improved
/// on the validation rows, or on the training rows when `validation` is null; the trees of those
/// iterations stay.
///
/// `n_categories` as in find_bins. `context` gives callback and stop token, `task` is the name in
/// reports.
/// @throws Cancelled  the stop token was triggered
BoostingResult train_boosting(const Objective& objective, const LabelledTable& train,
                              const LabelledTable* validation, std::span<const int> n_categories,
                              const BoostingOptions& options, const FitContext& context,
                              std::string_view task);

}  // namespace espalier::hgb
