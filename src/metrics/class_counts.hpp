// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The sufficient statistics of precision, recall and F-scores.
#pragma once

#include <string_view>

#include <espalier/metrics/average.hpp>
#include "metrics/checks.hpp"

namespace espalier::detail::metrics {

/// Weights of rows by class; one entry a class.
struct ClassCounts {
  Labels labels;
  Vector hits;       // true label and predicted label
  Vector predicted;  // predicted label
  Vector actual;     // true label
};

struct PrecisionRecallF {
  double precision;
  double recall;
  double fscore;
};

/// @param present  the labels of both columns
/// @param labels   the classes to count, empty for all
ClassCounts count_classes(std::string_view function, const LabelsRef& y_true,
                          const LabelsRef& y_pred, const Labels& labels, const LabelIndex& present,
                          const Weights& weights);

/// @throws InvalidParameter  `value` is none of 0, 1 and NaN
void check_zero_division(std::string_view function, double value);

/// The scores of one class, or of sums over classes.
PrecisionRecallF scores_of(double hits, double predicted, double actual, double beta,
                           double zero_division);

/// Micro, macro or weighted average over the classes of `counts`.
PrecisionRecallF averaged(const ClassCounts& counts, Average average, double beta,
                          double zero_division);

}  // namespace espalier::detail::metrics
