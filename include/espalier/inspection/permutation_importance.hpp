// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/estimator.hpp>
#include <espalier/metrics/scorer.hpp>

namespace espalier {

struct PermutationImportanceOptions {
  Scorer scoring = {};  ///< nothing: the estimator's own score, accuracy or R²
  int n_repeats = 5;    ///< shuffles of each feature, at least 1
  std::optional<std::int64_t> random_state = {};  ///< seed; none: another each time
  Vector sample_weight = {};                      ///< for the scorer; empty: ones
};

/// What shuffling each of the p features costs.
struct PermutationImportance {
  std::string scorer;              ///< its name
  double score = 0.0;              ///< on the rows as they are
  std::vector<std::string> names;  ///< the p features
  Matrix importances;              ///< p × n_repeats: `score` minus the score after a shuffle
  Vector importances_mean;         ///< p
  Vector importances_std;          ///< p, with n_repeats in the denominator

  /// The features from the most to the least important: columns `feature`, `importance` (the mean)
  /// and `std`.
  DataFrame table() const;
};

/// A line with scorer and score, and one a feature, the most important first.
std::ostream& operator<<(std::ostream& out, const PermutationImportance& importance);

/// How much the score of a fitted estimator falls when the values of one column of X are shuffled, so
/// that they no longer tell anything about y: permutation importance, for any classifier or
/// regressor, pipelines and searches included, on a matrix, a sparse matrix or a table. A table's
/// columns are shuffled as they are, before a pipeline encodes them, so a category has one importance.
///
///     auto importance = permutation_importance(model, X_test, y_test,
///                                              {.scoring = "roc_auc", .random_state = 0});
///     std::cout << importance;
///
/// Use rows that the model has not seen: on the training rows a feature that was learned by heart
/// looks important. Features that know the same stand in for each other, so each may look
/// unimportant. A negative importance is chance.
///
/// (1 + p · n_repeats) predictions of n rows, the features in parallel; one copy of a matrix a thread,
/// none of a table. The same `random_state` gives the same bits for any number of threads.
/// @throws InvalidParameter  n_repeats < 1 or random_state < 0
/// @throws NotFitted, InvalidInput, NotSupported  what the estimator and the scorer throw
/// @see Breiman, Machine Learning 45 (2001) 5–32; sklearn.inspection.permutation_importance, whose
/// random draws differ
PermutationImportance permutation_importance(const Estimator& estimator, const Features& X,
                                             const Target& y,
                                             const PermutationImportanceOptions& options = {});

}  // namespace espalier
