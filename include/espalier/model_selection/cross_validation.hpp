// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// How well an estimator does on rows that it has not learned from.
///
///     CrossValidation result =
///         cross_validate(model, X, y, {.scoring = {"accuracy", "roc_auc"}, .cv = 10});
///     std::cout << result;
///     double mean = result.mean("roc_auc");
///
/// Each split is fitted with a clone, so `estimator` stays as it is. The splits run at the same
/// time on as many threads as n_threads, ThreadLimit or OpenMP allow, each fit then on one thread;
/// the results have the same bits for any number.
#pragma once

#include <iosfwd>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/data_frame.hpp>
#include <espalier/core/estimator.hpp>
#include <espalier/core/polymorphic.hpp>
#include <espalier/model_selection/cv.hpp>
#include <espalier/model_selection/scoring.hpp>

namespace espalier {

struct CrossValidateOptions {
  Scoring scoring = {};  ///< one scorer or several; nothing: accuracy or R²
  Cv cv = 5;             ///< see Cv
  bool return_train_score =
      false;  ///< also score on the training rows: shows overfitting, costs time
  bool return_estimator = false;             ///< keep the fitted estimators
  ErrorScore error_score = ErrorScore::nan;  ///< what becomes of a fit that fails
  Vector sample_weight = {};  ///< n; cut with the rows, for fits and for the scorers that take them
  Labels groups = {};         ///< n; for a splitter (or an estimator) that uses groups
  ProgressCallback callback = {};  ///< after each fit, with its first test score
  std::stop_token stop = {};       ///< when triggered, Cancelled is thrown
  int n_threads = 0;               ///< at most so many; 0: as ThreadLimit or OpenMP say
};

/// What cross_validate found; vectors have one value a split.
struct CrossValidation {
  struct Scores {
    std::string name;  ///< "score" for a single scorer, else the scorer's name
    Vector test;
    Vector train;  ///< empty without return_train_score
  };
  std::vector<Scores> scores;  ///< one a scorer
  Vector fit_time;             ///< seconds
  Vector score_time;           ///< seconds
  std::vector<std::string>
      errors;  ///< why a split has NaN; empty texts, or no texts where all is well
  std::vector<Polymorphic<Estimator>>
      estimators;  ///< with return_estimator; empty where a fit failed

  // By name of the scorer; without one, those of the first.

  /// @throws InvalidParameter  no such scorer; lists those there are
  const Vector& test_score(std::string_view name = {}) const;
  const Vector& train_score(std::string_view name = {}) const;
  double mean(std::string_view name = {}) const;  ///< of the test scores; NaN if one of them is
  double std(
      std::string_view name = {}) const;  ///< their deviation, divided by n as in scikit-learn

  /// One row a split: split, test_<name> and train_<name> of each scorer, fit_time, score_time.
  DataFrame to_table() const;
  /// The table, and the mean ± deviation of each score.
  std::string to_string() const;
};

std::ostream& operator<<(std::ostream& out, const CrossValidation& result);

/// Fits and scores on each split.
///
/// A fit or a scoring that fails gives NaN, with the error in `errors` and one warning for all;
/// with ErrorScore::raise the error itself comes out.
///
/// @throws InvalidInput      X, y, weights or groups differ in length; weights or groups that
///                           nobody takes; no split can be made; or errors left no score at all:
///                           the message has them
/// @throws InvalidParameter  cv or scoring is not usable, or a scorer is not for this role
/// @throws NotSupported      the estimator is neither a classifier nor a regressor
CrossValidation cross_validate(const Estimator& estimator, const Features& X, const Target& y,
                               const CrossValidateOptions& options = {});

/// The test scores alone, one a split. @throws InvalidParameter  `scoring` has several scorers
Vector cross_val_score(const Estimator& estimator, const Features& X, const Target& y,
                       const CrossValidateOptions& options = {});

struct CrossValPredictOptions {
  Cv cv = 5;  ///< every row must be in exactly one test set
  Vector sample_weight = {};
  Labels groups = {};
  ProgressCallback callback = {};
  std::stop_token stop = {};
  int n_threads = 0;
};

// For every row the prediction of the model that did not learn from it: for a plot or a report, and
// as the input of a second model. Scores are better taken from cross_validate, since models of
// different splits need not agree in scale. Errors are those of cross_validate with
// ErrorScore::raise, and InvalidInput if the test sets do not hold each row exactly once.

Labels cross_val_predict(const Classifier& estimator, const Features& X, const Target& y,
                         const CrossValPredictOptions& options = {});
Vector cross_val_predict(const Regressor& estimator, const Features& X, const Target& y,
                         const CrossValPredictOptions& options = {});
/// n × k, columns in the order of the sorted classes of y; 0 for a class that a training set lacks.
Matrix cross_val_predict_proba(const Classifier& estimator, const Features& X, const Target& y,
                               const CrossValPredictOptions& options = {});
/// n × 1 for two classes, else n × k. @throws InvalidInput  also if a training set lacks a class
Matrix cross_val_decision_function(const Classifier& estimator, const Features& X, const Target& y,
                                   const CrossValPredictOptions& options = {});

}  // namespace espalier
