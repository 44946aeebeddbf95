// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/classification.hpp>

#include <fmt/format.h>

#include <limits>

#include <espalier/core/errors.hpp>
#include "metrics/class_counts.hpp"

namespace espalier {
namespace {

using namespace detail::metrics;

void check_beta(std::string_view function, double beta) {
  if (!(beta >= 0.0))
    throw InvalidParameter(fmt::format("{}: expected beta ≥ 0, got {}", function, beta));
}

/// The positive class of a binary target must be one that it has, unless it has one class only.
void check_binary(std::string_view function, const LabelIndex& present, int pos_label) {
  if (present.size() > 2)
    throw InvalidInput(
        fmt::format("{}: average 'binary' expects two labels, got {}; choose another "
                    "average",
                    function, describe(present.labels())));
  if (present.size() == 2 && present.find(pos_label) < 0)
    throw InvalidInput(fmt::format("{}: pos_label {} is not among the labels {}", function,
                                   pos_label, describe(present.labels())));
}

PrecisionRecallF scores(std::string_view function, const LabelsRef& y_true, const LabelsRef& y_pred,
                        double beta, const PrecisionRecallOptions& options) {
  check_rows(function, y_true.size(), "y_pred", y_pred.size());
  check_zero_division(function, options.zero_division);
  const Weights weights(function, options.sample_weight, y_true.size());
  const LabelIndex present = LabelIndex::of({&y_true, &y_pred});
  if (options.average != Average::binary)
    return averaged(count_classes(function, y_true, y_pred, options.labels, present, weights),
                    options.average, beta, options.zero_division);

  check_binary(function, present, options.pos_label);
  const ClassCounts positive = count_classes(
      function, y_true, y_pred, Labels::Constant(1, options.pos_label), present, weights);
  return scores_of(positive.hits[0], positive.predicted[0], positive.actual[0], beta,
                   options.zero_division);
}

}  // namespace

double accuracy_score(const LabelsRef& y_true, const LabelsRef& y_pred,
                      const AccuracyOptions& options) {
  check_rows("accuracy_score", y_true.size(), "y_pred", y_pred.size());
  const Weights weights("accuracy_score", options.sample_weight, y_true.size());
  double right = 0.0;
  for (Index i = 0; i < y_true.size(); ++i)
    if (y_true[i] == y_pred[i]) right += weights[i];
  return options.normalize ? right / weights.sum() : right;
}

double balanced_accuracy_score(const LabelsRef& y_true, const LabelsRef& y_pred,
                               const BalancedAccuracyOptions& options) {
  constexpr std::string_view function = "balanced_accuracy_score";
  check_rows(function, y_true.size(), "y_pred", y_pred.size());
  const Weights weights(function, options.sample_weight, y_true.size());
  const ClassCounts counts =
      count_classes(function, y_true, y_pred, {}, LabelIndex::of({&y_true, &y_pred}), weights);
  double sum = 0.0;
  double classes = 0.0;
  for (Index k = 0; k < counts.labels.size(); ++k) {
    if (counts.actual[k] == 0.0) continue;
    sum += counts.hits[k] / counts.actual[k];
    classes += 1.0;
  }
  const double score = sum / classes;
  if (!options.adjusted) return score;
  if (classes == 1.0) return std::numeric_limits<double>::quiet_NaN();
  return (score - 1.0 / classes) / (1.0 - 1.0 / classes);
}

Matrix confusion_matrix(const LabelsRef& y_true, const LabelsRef& y_pred,
                        const ConfusionMatrixOptions& options) {
  constexpr std::string_view function = "confusion_matrix";
  check_rows(function, y_true.size(), "y_pred", y_pred.size());
  const Weights weights(function, options.sample_weight, y_true.size());
  const LabelIndex classes = options.labels.size() == 0 ? LabelIndex::of({&y_true, &y_pred})
                                                        : LabelIndex(function, options.labels);
  Matrix counts = Matrix::Zero(classes.size(), classes.size());
  bool any = false;
  for (Index i = 0; i < y_true.size(); ++i) {
    const Index actual = classes.find(y_true[i]);
    any = any || actual >= 0;
    const Index predicted = classes.find(y_pred[i]);
    if (actual >= 0 && predicted >= 0) counts(actual, predicted) += weights[i];
  }
  if (!any)
    throw InvalidInput(fmt::format("{}: none of the labels {} is in y_true", function,
                                   describe(classes.labels())));

  const auto divide = [](auto&& part) {
    if (const double sum = part.sum(); sum > 0.0) part /= sum;
  };
  if (options.normalize == Normalize::all) divide(counts);
  for (Index k = 0; k < classes.size(); ++k) {
    if (options.normalize == Normalize::by_true) divide(counts.row(k));
    if (options.normalize == Normalize::by_pred) divide(counts.col(k));
  }
  return counts;
}

double precision_score(const LabelsRef& y_true, const LabelsRef& y_pred,
                       const PrecisionRecallOptions& options) {
  return scores("precision_score", y_true, y_pred, 1.0, options).precision;
}

double recall_score(const LabelsRef& y_true, const LabelsRef& y_pred,
                    const PrecisionRecallOptions& options) {
  return scores("recall_score", y_true, y_pred, 1.0, options).recall;
}

double f1_score(const LabelsRef& y_true, const LabelsRef& y_pred,
                const PrecisionRecallOptions& options) {
  return scores("f1_score", y_true, y_pred, 1.0, options).fscore;
}

double fbeta_score(const LabelsRef& y_true, const LabelsRef& y_pred, double beta,
                   const PrecisionRecallOptions& options) {
  check_beta("fbeta_score", beta);
  return scores("fbeta_score", y_true, y_pred, beta, options).fscore;
}

ClassScores precision_recall_fscore_support(const LabelsRef& y_true, const LabelsRef& y_pred,
                                            const ClassScoresOptions& options) {
  constexpr std::string_view function = "precision_recall_fscore_support";
  check_beta(function, options.beta);
  check_zero_division(function, options.zero_division);
  check_rows(function, y_true.size(), "y_pred", y_pred.size());
  const Weights weights(function, options.sample_weight, y_true.size());
  const ClassCounts counts = count_classes(function, y_true, y_pred, options.labels,
                                           LabelIndex::of({&y_true, &y_pred}), weights);
  const Index k = counts.labels.size();
  ClassScores result{counts.labels, Vector(k), Vector(k), Vector(k), counts.actual};
  for (Index c = 0; c < k; ++c) {
    const PrecisionRecallF s = scores_of(counts.hits[c], counts.predicted[c], counts.actual[c],
                                         options.beta, options.zero_division);
    result.precision[c] = s.precision;
    result.recall[c] = s.recall;
    result.fscore[c] = s.fscore;
  }
  return result;
}

}  // namespace espalier
