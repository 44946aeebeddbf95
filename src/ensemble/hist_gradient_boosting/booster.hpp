// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <espalier/ensemble/boosted_trees.hpp>

#include "ensemble/hist_gradient_boosting/grower.hpp"
#include "ensemble/hist_gradient_boosting/objective.hpp"
#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

struct BoosterOptions {
  GrowerOptions grower = {};
  int max_bins = 255;
  double subsample = 1.0;  ///< share of the rows that the trees of an iteration are grown on
  std::uint64_t seed = 0;
};

/// Rows to learn from, or to be scored on.
struct LabelledTable {
  Table table;
  Targets targets;
};

/// What is to be learned, whatever the rows.
struct BoostingProblem {
  const Objective& objective;
  std::span<const int> n_categories;  ///< as in find_bins
  const BoosterOptions& options;
};

/// Newton boosting, an iteration at a time: each fits one tree an output to the first and second
/// derivatives of the loss at the raw predictions so far.
///
/// With `subsample` below 1 each iteration draws rows of its own, without replacement; the leaves
/// of its trees hold what these rows say, and are added to the raw predictions of all rows.
///
/// Random streams are keyed by iteration, and trees are added up in their order: on the same rows,
/// what goes on from the trees of a booster has the bits of the booster that goes on.
class Booster {
 public:
  /// Begins with the trees of `start`, or, if it is null, with the baseline of the rows. Finds the
  /// bins of the rows. Keeps references to the problem, and to what the rows point at.
  Booster(const BoostingProblem& problem, const LabelledTable& train, const BoostedTrees* start);

  void advance();

  Index iterations() const { return trees_.n_iterations(); }
  const BoostedTrees& trees() const { return trees_; }
  const LabelledTable& train() const { return train_; }
  /// Raw predictions of the training rows, n × outputs.
  const Matrix& raw() const { return raw_; }
  double loss() const { return problem_.objective.mean_loss(train_.targets, raw_.data()); }

  /// The trees of the first iterations; the booster is spent.
  BoostedTrees take(Index iterations) &&;

 private:
  void derive();
  void refit_leaves(const double* raw);

  BoostingProblem problem_;
  LabelledTable train_;
  std::vector<FeatureBins> bins_;
  BinnedMatrix data_;
  TreeGrower grower_;
  BoostedTrees trees_;
  Matrix raw_;
  std::vector<Derivative> derivatives_;  // n × outputs, column-major
  bool constant_hessian_;
};

}  // namespace espalier::hgb
