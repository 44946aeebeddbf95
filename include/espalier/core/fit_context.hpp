// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string_view>

#include <espalier/core/features.hpp>
#include <espalier/core/target.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// A report from within a long fit.
struct Progress {
  std::string_view task;  ///< who reports: "LogisticRegression", "GridSearchCV", …
  Index iteration = 0;    ///< iterations (boosting rounds, fits of a search) completed
  Index total = 0;        ///< how many there will be at most; 0: unknown
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< training loss, if known
  double validation_score =
      std::numeric_limits<double>::quiet_NaN();  ///< if known; greater is better
  double elapsed = 0.0;                          ///< seconds since the fit began
};

/// Called at the end of every iteration, on the thread that called `fit` or, in a search, on the
/// worker that ended; never by two threads at once.
using ProgressCallback = std::function<void(const Progress&)>;

/// Rows that an iterative estimator scores itself on while it learns from others.
struct ValidationSet {
  Features X;
  Target y;
  Vector sample_weight = {};  ///< empty: ones
};

/// What goes beside X and y into a fit. Everything is optional, and whatever no part of the
/// estimator takes is an error: nothing is dropped in silence.
///
///     model.fit(X, y, {.sample_weight = w, .n_threads = 2});
struct FitContext {
  Vector sample_weight =
      {};  ///< n weights ≥ 0, not all zero; empty: ones. Weight k is k copies of the row
  Labels groups = {};  ///< n group numbers, for splitters that keep groups together
  std::optional<ValidationSet> validation = {};  ///< a Pipeline passes it through its fitted steps
  ProgressCallback callback = {};
  std::stop_token stop =
      {};             ///< when triggered, `fit` throws Cancelled and the model stays as it was
  int n_threads = 0;  ///< at most so many; 1: no thread is created; 0: as ThreadLimit or OpenMP say

  bool has_weights() const { return sample_weight.size() > 0; }

  /// Throws Cancelled if the stop token was triggered.
  void check_stop(std::string_view who) const;

  /// Passes a report to the callback, if there is one, and throws Cancelled if a stop was
  /// requested.
  void report(const Progress& progress) const;
};

}  // namespace espalier
