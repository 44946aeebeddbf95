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
  /// The training loss, if known.
  double loss = std::numeric_limits<double>::quiet_NaN();
  /// If known; greater is better.
  double validation_score = std::numeric_limits<double>::quiet_NaN();
  double elapsed = 0.0;  ///< seconds since the fit began
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
  /// n weights ≥ 0, not all zero; empty: ones. Weight k is k copies of the row.
  Vector sample_weight = {};
  /// n group numbers, for splitters that keep groups together.
  Labels groups = {};
  /// A Pipeline passes it through its fitted steps.
  std::optional<ValidationSet> validation = {};
  ProgressCallback callback = {};
  /// When triggered, `fit` throws Cancelled and the model stays as it was.
  std::stop_token stop = {};
  /// At most so many threads, and never more than max_threads() says; 1: no thread is created;
  /// 0: as ThreadLimit or OpenMP say.
  int n_threads = 0;

  bool has_weights() const { return sample_weight.size() > 0; }

  /// Throws Cancelled if the stop token was triggered.
  void check_stop(std::string_view who) const;

  /// Passes a report to the callback, if there is one, and throws Cancelled if a stop is requested.
  void report(const Progress& progress) const;
};

}  // namespace espalier
