// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/probability.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <espalier/core/errors.hpp>
#include "metrics/checks.hpp"

namespace espalier {
namespace {

using namespace detail::metrics;

/// The inner edges of the bins, rising; as numpy's linspace and percentile round them, so that
/// a probability on an edge falls into the same bin.
std::vector<double> bin_edges(const VectorRef& y_prob, const Weights& weights,
                              const CalibrationCurveOptions& options) {
  std::vector<double> edges;
  for (int i = 1; i < options.n_bins; ++i) edges.push_back(i * (1.0 / options.n_bins));
  if (options.strategy == BinStrategy::uniform) return edges;

  std::vector<double> sorted;
  for (Index i = 0; i < y_prob.size(); ++i)
    if (weights[i] > 0.0) sorted.push_back(y_prob[i]);
  std::sort(sorted.begin(), sorted.end());
  for (double& edge : edges) {
    const double position = static_cast<double>(sorted.size() - 1) * (edge * 100.0 / 100.0);
    const auto below = static_cast<std::size_t>(position);
    const double low = sorted[below];
    const double high = sorted[std::min(below + 1, sorted.size() - 1)];
    const double t = position - static_cast<double>(below);
    edge = t < 0.5 ? low + (high - low) * t : high - (high - low) * (1.0 - t);
  }
  return edges;
}

}  // namespace

double log_loss(const LabelsRef& y_true, const MatrixRef& y_proba, const LogLossOptions& options) {
  constexpr std::string_view function = "log_loss";
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  check_rows(function, y_true.size(), "y_proba", y_proba.rows());
  check_probabilities(function, "y_proba", y_proba);
  const Weights weights(function, options.sample_weight, y_true.size());
  const bool single = y_proba.cols() == 1;
  const LabelIndex classes =
      column_classes(function, y_true, options.labels, single ? 2 : y_proba.cols());
  double loss = 0.0;
  for (Index i = 0; i < y_true.size(); ++i) {
    const Index c = classes.find(y_true[i]);
    const double p = !single ? y_proba(i, c) : c == 1 ? y_proba(i, 0) : 1.0 - y_proba(i, 0);
    loss -= weights[i] * std::log(std::clamp(p, epsilon, 1.0 - epsilon));
  }
  return options.normalize ? loss / weights.sum() : loss;
}

double brier_score_loss(const LabelsRef& y_true, const MatrixRef& y_proba,
                        const BrierScoreOptions& options) {
  constexpr std::string_view function = "brier_score_loss";
  check_rows(function, y_true.size(), "y_proba", y_proba.rows());
  check_probabilities(function, "y_proba", y_proba);
  const Weights weights(function, options.sample_weight, y_true.size());
  double total = 0.0;
  if (y_proba.cols() == 1) {
    const LabelIndex present = LabelIndex::of({&y_true});
    if (present.size() > 2)
      throw InvalidInput(
          fmt::format("{}: y_true has labels {}, but y_proba has one column; expected one a "
                      "class",
                      function, describe(present.labels())));
    const int greatest = present[present.size() - 1];
    const bool only_negatives = present.size() == 1 && (greatest == 0 || greatest == -1);
    const int positive = options.pos_label.value_or(only_negatives ? 1 : greatest);
    for (Index i = 0; i < y_true.size(); ++i) {
      const double error = y_proba(i, 0) - (y_true[i] == positive ? 1.0 : 0.0);
      total += weights[i] * 2.0 * error * error;
    }
  } else {
    const LabelIndex classes = column_classes(function, y_true, options.labels, y_proba.cols());
    for (Index i = 0; i < y_true.size(); ++i) {
      const Index actual = classes.find(y_true[i]);
      double sum = 0.0;
      for (Index c = 0; c < classes.size(); ++c) {
        const double error = y_proba(i, c) - (c == actual ? 1.0 : 0.0);
        sum += error * error;
      }
      total += weights[i] * sum;
    }
  }
  const bool half = options.scale_by_half.value_or(y_proba.cols() < 3);
  return (half ? 0.5 : 1.0) * total / weights.sum();
}

CalibrationCurve calibration_curve(const LabelsRef& y_true, const VectorRef& y_prob,
                                   const CalibrationCurveOptions& options) {
  constexpr std::string_view function = "calibration_curve";
  check_rows(function, y_true.size(), "y_prob", y_prob.size());
  check_probabilities(function, "y_prob", y_prob);
  if (options.n_bins < 1)
    throw InvalidParameter(
        fmt::format("{}: expected n_bins ≥ 1, got {}", function, options.n_bins));
  const Weights weights(function, options.sample_weight, y_true.size());
  const LabelIndex present = LabelIndex::of({&y_true});
  const int positive = positive_label(function, options.pos_label, present);
  if (present.size() > 2)
    throw InvalidInput(
        fmt::format("{}: expected two labels, got {}", function, describe(present.labels())));

  const std::vector<double> edges = bin_edges(y_prob, weights, options);
  const Vector zeros = Vector::Zero(options.n_bins);
  Vector positives = zeros;
  Vector probabilities = zeros;
  Vector support = zeros;
  for (Index i = 0; i < y_true.size(); ++i) {
    const Index bin = std::lower_bound(edges.begin(), edges.end(), y_prob[i]) - edges.begin();
    support[bin] += weights[i];
    probabilities[bin] += weights[i] * y_prob[i];
    if (y_true[i] == positive) positives[bin] += weights[i];
  }

  CalibrationCurve curve{zeros, zeros, zeros};
  Index filled = 0;
  for (Index bin = 0; bin < options.n_bins; ++bin) {
    if (support[bin] == 0.0) continue;
    curve.prob_true[filled] = positives[bin] / support[bin];
    curve.prob_pred[filled] = probabilities[bin] / support[bin];
    curve.support[filled++] = support[bin];
  }
  for (Vector* part : {&curve.prob_true, &curve.prob_pred, &curve.support})
    part->conservativeResize(filled);
  return curve;
}

}  // namespace espalier
