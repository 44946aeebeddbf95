// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/scored_rows.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier::hgb {
namespace {

/// The values at some positions, or all.
Vector values_at(std::span<const double> values, const std::vector<Index>& positions) {
  const Eigen::Map<const Vector> all(values.data(), static_cast<Index>(values.size()));
  if (positions.empty() || values.empty()) return all;
  return all(positions);
}

}  // namespace

ScoredRows::ScoredRows(const Watch& watch, const Targets& targets, std::string_view name,
                       std::vector<Index> sample)
    : watch_(watch), targets_(targets), name_(name), sample_(std::move(sample)) {
  if (watch_.scoring.only_loss()) return;
  target_ = watch_.view.target(values_at(targets.y, sample_));
  weights_ = values_at(targets.weights, sample_);
  for (const StoppingMetric& metric : watch_.scoring.metrics())
    if (!metric.is_loss() && weights_.size() > 0 && !metric.scorer().takes_sample_weight())
      throw InvalidInput(
          fmt::format("{}: the scorer '{}' takes no sample_weight, but the {} have weights.",
                      watch_.owner, metric.name(), name_));
}

Vector ScoredRows::scores(const Matrix& raw) const {
  const auto& metrics = watch_.scoring.metrics();
  std::optional<Predictions> predictions;
  if (target_)
    predictions = watch_.view.predictions(sample_.empty() ? raw : raw(sample_, Eigen::all).eval());
  Vector result(static_cast<Index>(metrics.size()));
  std::transform(metrics.begin(), metrics.end(), result.begin(), [&](const StoppingMetric& metric) {
    return metric.is_loss() ? -watch_.objective.mean_loss(targets_, raw.data())
                            : score(metric.scorer(), *predictions);
  });
  return result;
}

double ScoredRows::score(const Scorer& scorer, Predictions& predictions) const {
  const auto explained = [&](const Error& error) {
    return fmt::format("{}: scoring '{}' on the {}: {}", watch_.owner, scorer.name(), name_,
                       error.what());
  };
  try {
    return scorer(predictions, *target_, weights_);
  } catch (const InvalidInput& error) {
    throw InvalidInput(explained(error));
  } catch (const NotSupported& error) {
    throw NotSupported(explained(error));
  }
}

}  // namespace espalier::hgb
