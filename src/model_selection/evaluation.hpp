// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>
#include <espalier/model_selection/scoring.hpp>
#include <espalier/model_selection/split.hpp>

#include "core/clock.hpp"

namespace espalier::detail {

/// Counts the fits that have ended and tells the callback, one thread at a time.
class FitCounter {
 public:
  FitCounter(std::string_view task, Index total, const FitContext& context)
      : task_(task), total_(total), context_(context) {}

  /// @throws Cancelled  the stop token was triggered; and what the callback throws
  void count(double score);

 private:
  std::string_view task_;
  Index total_;
  const FitContext& context_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  Index done_ = 0;
};

/// What is evaluated. The context brings weights, groups, a validation set and the stop token.
struct Evaluation {
  std::string_view task;  ///< for messages
  const Features& X;
  const Target& y;
  const std::vector<Split>& splits;
  const std::vector<Scorer>& scorers;
  const FitContext& context;
  ErrorScore error_score;
  bool train_scores;
  bool keep_estimators;
};

/// One fit and its scores, one a scorer: NaN where the fit or the scoring failed.
struct Outcome {
  Vector test;
  Vector train;  ///< empty unless asked for
  double fit_time = 0.0;
  double score_time = 0.0;
  std::string fit_error;                    ///< empty: it is fitted
  std::vector<std::string> scoring_errors;  ///< one a scorer; empty: it scored
  std::shared_ptr<Estimator> fitted;

  /// All errors, as results show them; empty: all went well.
  std::string error() const;
};

/// Fits a clone of each prototype on each split and scores it: outcome (c, s) is number
/// c·n_splits + s. What fails is NaN, and one warning sums it up.
/// @throws InvalidInput  no fit has any score, because of errors
/// @throws Cancelled     and any error with ErrorScore::raise
std::vector<Outcome> evaluate(const Evaluation& evaluation,
                              std::span<const std::unique_ptr<Estimator>> prototypes,
                              FitCounter& counter);

/// @throws InvalidInput  X, y, weights and groups differ in length, or weights or groups are given
///                       that nobody takes
/// @throws NotSupported  the estimator is neither a classifier nor a regressor
void check_beside(std::string_view task, const Estimator& estimator, const Features& X,
                  const Target& y, const FitContext& context, bool splitter_uses_groups);

/// What a fit on some of the rows is given: weights and groups of those rows (groups if the
/// estimator takes them), the validation set and the stop token, but not the callback.
FitContext context_of_rows(const Estimator& estimator, const FitContext& context,
                           std::span<const Index> rows);

/// `fit` of a classifier or a regressor.
void fit_supervised(Estimator& estimator, const Features& X, const Target& y,
                    const FitContext& context);

}  // namespace espalier::detail
