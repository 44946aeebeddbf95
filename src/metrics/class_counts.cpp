// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/class_counts.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>

namespace espalier::detail::metrics {
namespace {

/// A mean that leaves NaN out; plain when all weights left are zero, NaN when nothing is left.
class NanMean {
 public:
  void add(double value, double weight) {
    if (std::isnan(value)) return;
    weighted_ += weight * value;
    weight_ += weight;
    plain_ += value;
    ++count_;
  }
  double result() const {
    if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
    return weight_ > 0.0 ? weighted_ / weight_ : plain_ / count_;
  }

 private:
  double weighted_ = 0.0, weight_ = 0.0, plain_ = 0.0;
  int count_ = 0;
};

}  // namespace

ClassCounts count_classes(std::string_view function, const LabelsRef& y_true,
                          const LabelsRef& y_pred, const Labels& labels, const LabelIndex& present,
                          const Weights& weights) {
  const LabelIndex classes = labels.size() == 0 ? present : LabelIndex(function, labels);
  const Vector zeros = Vector::Zero(classes.size());
  ClassCounts counts{classes.labels(), zeros, zeros, zeros};
  for (Index i = 0; i < y_true.size(); ++i) {
    const Index actual = classes.find(y_true[i]);
    const Index predicted = y_true[i] == y_pred[i] ? actual : classes.find(y_pred[i]);
    if (actual >= 0) counts.actual[actual] += weights[i];
    if (predicted >= 0) counts.predicted[predicted] += weights[i];
    if (actual >= 0 && actual == predicted) counts.hits[actual] += weights[i];
  }
  return counts;
}

void check_zero_division(std::string_view function, double value) {
  if (value != 0.0 && value != 1.0 && !std::isnan(value))
    throw InvalidParameter(
        fmt::format("{}: expected zero_division to be 0, 1 or NaN, got {}", function, value));
}

PrecisionRecallF scores_of(double hits, double predicted, double actual, double beta,
                           double zero_division) {
  const auto ratio = [&](double a, double b) { return b == 0.0 ? zero_division : a / b; };
  const double precision = ratio(hits, predicted);
  const double recall = ratio(hits, actual);
  if (beta == 0.0) return {precision, recall, precision};
  if (std::isinf(beta)) return {precision, recall, recall};
  const double b2 = beta * beta;
  return {precision, recall, ratio((1.0 + b2) * hits, b2 * actual + predicted)};
}

PrecisionRecallF averaged(const ClassCounts& counts, Average average, double beta,
                          double zero_division) {
  if (average == Average::micro)
    return scores_of(counts.hits.sum(), counts.predicted.sum(), counts.actual.sum(), beta,
                     zero_division);
  NanMean precision, recall, fscore;
  for (Index k = 0; k < counts.labels.size(); ++k) {
    const PrecisionRecallF s =
        scores_of(counts.hits[k], counts.predicted[k], counts.actual[k], beta, zero_division);
    const double weight = average == Average::weighted ? counts.actual[k] : 1.0;
    precision.add(s.precision, weight);
    recall.add(s.recall, weight);
    fscore.add(s.fscore, weight);
  }
  return {precision.result(), recall.result(), fscore.result()};
}

}  // namespace espalier::detail::metrics
