// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/ranking.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <espalier/core/errors.hpp>
#include "metrics/checks.hpp"

namespace espalier {
namespace {

using namespace detail::metrics;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Ranked {
  double score;
  double weight;
  bool positive;
};

/// Weights of negatives and positives with a score of at least each threshold; thresholds are the
/// distinct scores, falling.
struct ThresholdCounts {
  std::vector<double> negatives, positives, thresholds;
};

ThresholdCounts count_by_threshold(std::vector<Ranked> rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
  ThresholdCounts counts;
  double negatives = 0.0;
  double positives = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    (rows[i].positive ? positives : negatives) += rows[i].weight;
    if (i + 1 < rows.size() && rows[i + 1].score == rows[i].score) continue;
    counts.negatives.push_back(negatives);
    counts.positives.push_back(positives);
    counts.thresholds.push_back(rows[i].score);
  }
  return counts;
}

/// The rows for which `included(i)`, without those that weigh nothing.
template <class Positive, class Score, class Included>
std::vector<Ranked> collect(Index n, const Weights& weights, const Positive& positive,
                            const Score& score, const Included& included) {
  std::vector<Ranked> rows;
  rows.reserve(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i)
    if (weights[i] > 0.0 && included(i)) rows.push_back({score(i), weights[i], positive(i)});
  return rows;
}

constexpr auto all_rows = [](Index) { return true; };

/// The curve of one class against the rest.
ThresholdCounts curve_counts(std::string_view function, const LabelsRef& y_true,
                             const VectorRef& y_score, std::optional<int> pos_label,
                             const Vector& sample_weight) {
  check_rows(function, y_true.size(), "y_score", y_score.size());
  check_finite(function, "y_score", y_score);
  const Weights weights(function, sample_weight, y_true.size());
  const int positive = positive_label(function, pos_label, LabelIndex::of({&y_true}));
  return count_by_threshold(collect(
      y_true.size(), weights, [&](Index i) { return y_true[i] == positive; },
      [&](Index i) { return y_score[i]; }, all_rows));
}

/// Keeps the first entry, the last, and those for which `wanted(i)`.
template <class Wanted>
ThresholdCounts thinned(const ThresholdCounts& counts, const Wanted& wanted) {
  ThresholdCounts kept;
  const std::size_t m = counts.thresholds.size();
  for (std::size_t i = 0; i < m; ++i) {
    if (i > 0 && i + 1 < m && !wanted(i)) continue;
    kept.negatives.push_back(counts.negatives[i]);
    kept.positives.push_back(counts.positives[i]);
    kept.thresholds.push_back(counts.thresholds[i]);
  }
  return kept;
}

/// The area under the ROC curve; NaN without positives or without negatives.
double roc_area(std::vector<Ranked> rows) {
  const ThresholdCounts counts = count_by_threshold(std::move(rows));
  if (counts.thresholds.empty() || counts.positives.back() == 0.0 || counts.negatives.back() == 0.0)
    return not_a_number;
  double area = 0.0;
  double last_negatives = 0.0;
  double last_positives = 0.0;
  for (std::size_t i = 0; i < counts.thresholds.size(); ++i) {
    area += (counts.negatives[i] - last_negatives) * (counts.positives[i] + last_positives);
    last_negatives = counts.negatives[i];
    last_positives = counts.positives[i];
  }
  return area / (2.0 * last_negatives * last_positives);
}

/// The area under the precision–recall steps; 0 without positives.
double precision_recall_area(std::vector<Ranked> rows) {
  const ThresholdCounts counts = count_by_threshold(std::move(rows));
  if (counts.thresholds.empty() || counts.positives.back() == 0.0) return 0.0;
  double area = 0.0;
  double last = 0.0;
  for (std::size_t i = 0; i < counts.thresholds.size(); ++i) {
    const double positives = counts.positives[i];
    area += (positives - last) * positives / (positives + counts.negatives[i]);
    last = positives;
  }
  return area / last;
}

/// The average over classes of `area`, each class against the rest.
template <class Area>
double one_vs_rest(const LabelsRef& y_true, const MatrixRef& y_score, const LabelIndex& classes,
                   Average average, const Weights& weights, const Area& area) {
  std::vector<Ranked> pooled;
  double total = 0.0;
  double total_weight = 0.0;
  for (Index c = 0; c < classes.size(); ++c) {
    std::vector<Ranked> rows = collect(
        y_true.size(), weights, [&](Index i) { return y_true[i] == classes[c]; },
        [&](Index i) { return y_score(i, c); }, all_rows);
    double weight = 1.0;
    if (average == Average::micro) {
      pooled.insert(pooled.end(), rows.begin(), rows.end());
      continue;
    }
    if (average == Average::weighted) {
      weight = 0.0;
      for (const Ranked& row : rows) weight += row.positive ? row.weight : 0.0;
      if (weight == 0.0) continue;
    }
    total += weight * area(std::move(rows));
    total_weight += weight;
  }
  return average == Average::micro ? area(std::move(pooled)) : total / total_weight;
}

/// Hand and Till's average over pairs of classes that have rows.
double one_vs_one(const LabelsRef& y_true, const MatrixRef& y_score, const LabelIndex& classes,
                  Average average, const Weights& weights) {
  Vector support = Vector::Zero(classes.size());
  for (Index i = 0; i < y_true.size(); ++i) support[classes.find(y_true[i])] += weights[i];
  double total = 0.0;
  double total_weight = 0.0;
  for (Index a = 0; a < classes.size(); ++a) {
    for (Index b = a + 1; b < classes.size(); ++b) {
      if (support[a] == 0.0 || support[b] == 0.0) continue;
      const auto area_for = [&](Index positive) {
        return roc_area(collect(
            y_true.size(), weights, [&](Index i) { return y_true[i] == classes[positive]; },
            [&](Index i) { return y_score(i, positive); },
            [&](Index i) { return y_true[i] == classes[a] || y_true[i] == classes[b]; }));
      };
      const double weight = average == Average::weighted ? support[a] + support[b] : 1.0;
      total += weight * (area_for(a) + area_for(b)) / 2.0;
      total_weight += weight;
    }
  }
  return total / total_weight;
}

void refuse_average(std::string_view function, Average average, std::string_view expected) {
  throw InvalidParameter(fmt::format("{}: expected average to be {}, got '{}'", function, expected,
                                     names_of(average)[static_cast<std::size_t>(average)]));
}

double multiclass_roc_auc(const LabelsRef& y_true, const MatrixRef& y_score,
                          const RocAucOptions& options, const Weights& weights) {
  constexpr std::string_view function = "roc_auc_score";
  if (options.multi_class == MultiClass::raise)
    throw InvalidInput(
        fmt::format("{}: the target has more than two classes; choose multi_class ovr or ovo "
                    "(as scorers: roc_auc_ovr, roc_auc_ovo)",
                    function));
  check_row_sums(function, "y_score", y_score);
  const LabelIndex classes = column_classes(function, y_true, options.labels, y_score.cols());
  if (options.multi_class == MultiClass::ovr)
    return one_vs_rest(y_true, y_score, classes, options.average, weights, roc_area);
  if (options.average == Average::micro)
    refuse_average(function, options.average, "macro or weighted with ovo");
  return one_vs_one(y_true, y_score, classes, options.average, weights);
}

}  // namespace

RocCurve roc_curve(const LabelsRef& y_true, const VectorRef& y_score,
                   const RocCurveOptions& options) {
  ThresholdCounts counts =
      curve_counts("roc_curve", y_true, y_score, options.pos_label, options.sample_weight);
  if (options.drop_intermediate) {
    const auto bends = [](const std::vector<double>& v, std::size_t i) {
      return (v[i + 1] - v[i]) - (v[i] - v[i - 1]) != 0.0;
    };
    counts = thinned(counts, [&](std::size_t i) {
      return bends(counts.negatives, i) || bends(counts.positives, i);
    });
  }
  const auto m = static_cast<Index>(counts.thresholds.size());
  const auto rates = [m](const std::vector<double>& v) -> Vector {
    if (v.back() == 0.0) return Vector::Constant(m + 1, not_a_number);
    Vector rate(m + 1);
    rate << 0.0, Vector::Map(v.data(), m) / v.back();
    return rate;
  };
  Vector thresholds(m + 1);
  thresholds << std::numeric_limits<double>::infinity(), Vector::Map(counts.thresholds.data(), m);
  return {rates(counts.negatives), rates(counts.positives), thresholds};
}

PrecisionRecallCurve precision_recall_curve(const LabelsRef& y_true, const VectorRef& y_score,
                                            const PrecisionRecallCurveOptions& options) {
  ThresholdCounts counts = curve_counts("precision_recall_curve", y_true, y_score,
                                        options.pos_label, options.sample_weight);
  if (options.drop_intermediate) {
    counts = thinned(counts, [&p = counts.positives](std::size_t i) {
      return p[i] != p[i - 1] || p[i + 1] != p[i];
    });
  }
  const auto m = static_cast<Index>(counts.thresholds.size());
  PrecisionRecallCurve curve{Vector(m + 1), Vector(m + 1), Vector(m)};
  const double all = counts.positives.back();
  for (Index i = 0; i < m; ++i) {  // thresholds fall in `counts` and rise in the curve
    const auto from = static_cast<std::size_t>(m - 1 - i);
    const double positives = counts.positives[from];
    curve.precision[i] = positives / (positives + counts.negatives[from]);
    curve.recall[i] = all == 0.0 ? 1.0 : positives / all;
    curve.thresholds[i] = counts.thresholds[from];
  }
  curve.precision[m] = 1.0;
  curve.recall[m] = 0.0;
  return curve;
}

double auc(const VectorRef& x, const VectorRef& y) {
  if (x.size() != y.size())
    throw InvalidInput(fmt::format("auc: x has {} points, but y has {}", x.size(), y.size()));
  if (x.size() < 2)
    throw InvalidInput(fmt::format("auc: expected at least two points, got {}", x.size()));
  bool rises = true;
  bool falls = true;
  double area = 0.0;
  for (Index i = 1; i < x.size(); ++i) {
    const double step = x[i] - x[i - 1];
    rises = rises && step >= 0.0;
    falls = falls && step <= 0.0;
    area += step * (y[i] + y[i - 1]) / 2.0;
  }
  if (!rises && !falls) throw InvalidInput("auc: expected x to rise or to fall throughout");
  return rises ? area : -area;
}

double roc_auc_score(const LabelsRef& y_true, const MatrixRef& y_score,
                     const RocAucOptions& options) {
  constexpr std::string_view function = "roc_auc_score";
  check_rows(function, y_true.size(), "y_score", y_score.rows());
  check_finite(function, "y_score", y_score);
  if (options.average == Average::binary)
    refuse_average(function, options.average, "macro, weighted or micro");
  const Weights weights(function, options.sample_weight, y_true.size());
  if (y_score.cols() > 2) return multiclass_roc_auc(y_true, y_score, options, weights);

  const LabelIndex present = LabelIndex::of({&y_true});
  if (present.size() > 2)
    throw InvalidInput(
        fmt::format("{}: y_true has labels {}, but y_score has {} columns; expected one a "
                    "class",
                    function, describe(present.labels()), y_score.cols()));
  const LabelIndex classes = y_score.cols() == 1
                                 ? present
                                 : column_classes(function, y_true, options.labels, y_score.cols());
  const int positive = classes[classes.size() - 1];
  return roc_area(collect(
      y_true.size(), weights, [&](Index i) { return y_true[i] == positive; },
      [&](Index i) { return y_score(i, y_score.cols() - 1); }, all_rows));
}

double average_precision_score(const LabelsRef& y_true, const MatrixRef& y_score,
                               const AveragePrecisionOptions& options) {
  constexpr std::string_view function = "average_precision_score";
  check_rows(function, y_true.size(), "y_score", y_score.rows());
  check_finite(function, "y_score", y_score);
  if (options.average == Average::binary)
    refuse_average(function, options.average, "macro, weighted or micro");
  const Weights weights(function, options.sample_weight, y_true.size());
  const LabelIndex present = LabelIndex::of({&y_true});
  if (present.size() > 2) {
    if (options.pos_label != 1)
      throw InvalidInput(
          fmt::format("{}: pos_label is fixed to 1 for more than two classes, got {}", function,
                      options.pos_label));
    return one_vs_rest(y_true, y_score, column_classes(function, y_true, {}, y_score.cols()),
                       options.average, weights, precision_recall_area);
  }
  if (present.size() == 2 && present.find(options.pos_label) < 0)
    throw InvalidInput(fmt::format("{}: pos_label {} is not among the labels {}", function,
                                   options.pos_label, describe(present.labels())));
  const Index column =
      y_score.cols() == 1
          ? 0
          : column_classes(function, y_true, {}, y_score.cols()).find(options.pos_label);
  return precision_recall_area(collect(
      y_true.size(), weights, [&](Index i) { return y_true[i] == options.pos_label; },
      [&](Index i) { return y_score(i, column); }, all_rows));
}

}  // namespace espalier
