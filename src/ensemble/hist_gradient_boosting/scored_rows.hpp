// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Scores of a model while it is trained, from its raw predictions.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <espalier/core/target.hpp>
#include <espalier/ensemble/stopping_scoring.hpp>

#include "ensemble/hist_gradient_boosting/objective.hpp"

namespace espalier::hgb {

/// How an estimator shows its scorers what the engine knows.
struct ScorerView {
  std::function<Predictions(const Matrix& raw)> predictions;  ///< of raw predictions, n × outputs
  std::function<Target(const Vector& y)> target;              ///< of values, or class codes
};

/// What is watched, and on whose behalf.
struct Watch {
  const Objective& objective;
  const StoppingScoring& scoring;
  const ScorerView& view;
  std::string_view owner;
};

/// Rows that are scored again and again.
class ScoredRows {
 public:
  /// `name` is what the rows are, in messages. The loss is that of all rows; scorers see those at
  /// the positions of `sample`, ascending, or all. Keeps references to the watch, and to what the
  /// targets point at.
  /// @throws InvalidInput  there are weights, which a scorer does not take
  ScoredRows(const Watch& watch, const Targets& targets, std::string_view name,
             std::vector<Index> sample = {});

  /// One score a metric, from the raw predictions of all rows, n × outputs.
  /// @throws InvalidInput, NotSupported  what a scorer throws, after its name
  Vector scores(const Matrix& raw) const;

 private:
  double score(const Scorer& scorer, Predictions& predictions) const;

  const Watch& watch_;
  Targets targets_;
  std::string_view name_;
  std::vector<Index> sample_;     // empty: all rows
  std::optional<Target> target_;  // as scorers see it; none: there are no scorers
  Vector weights_;
};

}  // namespace espalier::hgb
