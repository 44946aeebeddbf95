// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Scores of predicted class labels.
///
/// What all metrics share: options are an aggregate whose members have scikit-learn's names, order
/// and defaults, so a call names only what it changes; empty `sample_weight` means ones; an
/// expression, a block or a Map converts to the arguments.
///
///     accuracy_score(y_test, model.predict(X_test));
///     f1_score(y_true, y_pred, {.average = Average::macro, .sample_weight = w});
///
/// All throw InvalidInput, which names the function, when the arguments are empty or disagree in
/// length, or when a weight is negative, NaN or infinite, or all are zero. All sums run in the
/// order of the rows. Time O(n log k) for n rows and k classes unless something else is said.
#pragma once

#include <espalier/core/types.hpp>
#include <espalier/metrics/average.hpp>

namespace espalier {

struct AccuracyOptions {
  bool normalize = true;  ///< false: the weight of the right predictions, not their share
  Vector sample_weight = {};
};

/// The share of rows whose predicted label is the true one.
double accuracy_score(const Eigen::Ref<const Labels>& y_true,
                      const Eigen::Ref<const Labels>& y_pred, const AccuracyOptions& options = {});

struct BalancedAccuracyOptions {
  Vector sample_weight = {};
  bool adjusted = false;  ///< rescale so that guessing scores 0 and perfection stays 1
};

/// The mean over the classes of `y_true` of their recall: accuracy where every class weighs the
/// same. Classes that only `y_pred` has, or whose rows all weigh zero, are left out. `adjusted`
/// with one class is NaN.
/// @see Brodersen et al., ICPR (2010) 3121–3124
double balanced_accuracy_score(const Eigen::Ref<const Labels>& y_true,
                               const Eigen::Ref<const Labels>& y_pred,
                               const BalancedAccuracyOptions& options = {});

/// What a confusion matrix is divided by: nothing, the sum of each row (a true class), of each
/// column (a predicted class), or of everything. 0 / 0 is 0.
enum class Normalize { none, by_true, by_pred, all };

constexpr auto names_of(Normalize) {
  return std::array<std::string_view, 4>{"none", "true", "pred", "all"};
}

struct ConfusionMatrixOptions {
  Labels labels = {};  ///< rows and columns, in this order; empty: all labels, sorted
  Vector sample_weight = {};
  Normalize normalize = Normalize::none;
};

/// k × k: entry (i, j) is the weight of the rows whose true label is the i-th and whose predicted
/// label is the j-th. Rows with a label outside `options.labels` are left out.
///
/// @throws InvalidInput  besides the common reasons: a label stands twice in `options.labels`, or
///                       none of them is in `y_true`
Matrix confusion_matrix(const Eigen::Ref<const Labels>& y_true,
                        const Eigen::Ref<const Labels>& y_pred,
                        const ConfusionMatrixOptions& options = {});

/// Options of precision, recall and the F-scores.
struct PrecisionRecallOptions {
  Labels labels = {};  ///< the classes that enter an average (not `binary`); empty: all
  int pos_label = 1;   ///< the positive class of Average::binary
  Average average = Average::binary;
  Vector sample_weight = {};
  double zero_division = 0.0;  ///< the value of 0 / 0: 0, 1, or NaN, which averages leave out
};

/// The share of right rows among those that were predicted positive, tp / (tp + fp).
///
/// @throws InvalidInput      besides the common reasons, with Average::binary: more than two
///                           labels, or two of which none is `pos_label`; else: a label stands
///                           twice in `labels`
/// @throws InvalidParameter  `zero_division` is none of 0, 1 and NaN
double precision_score(const Eigen::Ref<const Labels>& y_true,
                       const Eigen::Ref<const Labels>& y_pred,
                       const PrecisionRecallOptions& options = {});

/// The share of the positive rows that were found, tp / (tp + fn). Throws as precision_score.
double recall_score(const Eigen::Ref<const Labels>& y_true, const Eigen::Ref<const Labels>& y_pred,
                    const PrecisionRecallOptions& options = {});

/// The harmonic mean of precision and recall, 2tp / (2tp + fp + fn). Throws as precision_score.
/// With Average::macro it is the mean of the classes' F1, not the F1 of mean precision and recall.
double f1_score(const Eigen::Ref<const Labels>& y_true, const Eigen::Ref<const Labels>& y_pred,
                const PrecisionRecallOptions& options = {});

/// F1 with recall weighing `beta` times as much as precision,
/// (1 + β²)tp / ((1 + β²)tp + β²fn + fp); 0 is precision, infinity is recall.
/// @throws InvalidParameter  `beta` is negative or NaN; else as precision_score
double fbeta_score(const Eigen::Ref<const Labels>& y_true, const Eigen::Ref<const Labels>& y_pred,
                   double beta, const PrecisionRecallOptions& options = {});

struct ClassScoresOptions {
  double beta = 1.0;   ///< see fbeta_score
  Labels labels = {};  ///< the classes wanted, in this order; empty: all, sorted
  Vector sample_weight = {};
  double zero_division = 0.0;  ///< see PrecisionRecallOptions
};

/// Scores of each class against the rest; all members have one entry a class.
struct ClassScores {
  Labels labels;
  Vector precision;
  Vector recall;
  Vector fscore;
  Vector support;  ///< the weight of the rows of `y_true` in the class
};

/// Precision, recall, F-score and support of each class: what the `average` of the scores above is
/// taken over. Throws as precision_score and fbeta_score.
ClassScores precision_recall_fscore_support(const Eigen::Ref<const Labels>& y_true,
                                            const Eigen::Ref<const Labels>& y_pred,
                                            const ClassScoresOptions& options = {});

}  // namespace espalier
