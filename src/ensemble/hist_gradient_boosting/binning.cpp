// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/binning.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

namespace espalier::hgb {
namespace {

/// A threshold of +∞ would mean "missing or not"; no value is cut off there.
constexpr double largest_threshold = 1e300;

struct Observation {
  double value;
  double weight;
};

double midpoint(double a, double b) {
  if (std::isinf(a) && std::isinf(b)) return 0.0;
  return (a + b) / 2.0;
}

/// Midpoints of the distinct values if there are at most `max_bins` of them, else nothing.
template <class Sorted, class Value>
std::optional<std::vector<double>> midpoints(const Sorted& sorted, int max_bins,
                                             const Value& value) {
  std::vector<double> thresholds;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const double a = value(sorted[i - 1]);
    const double b = value(sorted[i]);
    if (!(a < b)) continue;
    if (thresholds.size() + 1 == static_cast<std::size_t>(max_bins)) return std::nullopt;
    thresholds.push_back(midpoint(a, b));
  }
  return thresholds;
}

/// The levels 1/max_bins … (max_bins − 1)/max_bins, by the same roundings as scikit-learn's
/// percentiles: whether n·level is a whole number decides between a value and the mean of two.
std::vector<double> quantile_levels(int max_bins) {
  const double percent = 100.0 / max_bins;
  std::vector<double> levels(static_cast<std::size_t>(max_bins - 1));
  for (int i = 1; i < max_bins; ++i) levels[static_cast<std::size_t>(i - 1)] = i * percent / 100.0;
  return levels;
}

std::vector<double> quantiles(std::span<const double> sorted, int max_bins) {
  std::vector<double> result = quantile_levels(max_bins);
  const auto n = static_cast<double>(sorted.size());
  for (double& level : result) {
    const double position = n * level;
    const double whole = std::floor(position);
    const auto above = static_cast<std::size_t>(whole);  // ≥ 1: there are more values than bins
    const double a = sorted[above - 1];
    const double b = sorted[std::min(above, sorted.size() - 1)];
    level = position == whole ? b - (b - a) * 0.5 : b;
  }
  return result;
}

std::vector<double> quantiles(std::span<const Observation> sorted, int max_bins) {
  std::vector<double> cumulated(sorted.size());
  double total = 0.0;
  for (std::size_t i = 0; i < sorted.size(); ++i) cumulated[i] = total += sorted[i].weight;

  std::vector<double> result = quantile_levels(max_bins);
  for (double& level : result) level *= total;
  for (double& target : result) {
    const auto found = std::lower_bound(cumulated.begin(), cumulated.end(), target);
    const auto i = std::min<std::size_t>(static_cast<std::size_t>(found - cumulated.begin()),
                                         sorted.size() - 1);
    const double a = sorted[i].value;
    const bool inside = cumulated[i] - target > std::numeric_limits<double>::epsilon();
    target = inside ? a : (a + sorted[std::min(i + 1, sorted.size() - 1)].value) / 2.0;
  }
  return result;
}

std::vector<double> tidy(std::vector<double> thresholds) {
  thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
  for (double& t : thresholds) t = std::min(t, largest_threshold);
  return thresholds;
}

std::vector<double> find_thresholds(std::vector<double> values, int max_bins) {
  std::sort(values.begin(), values.end());
  auto few = midpoints(values, max_bins, [](double v) { return v; });
  return tidy(few ? std::move(*few) : quantiles(values, max_bins));
}

std::vector<double> find_thresholds(std::vector<Observation> observations, int max_bins) {
  std::stable_sort(observations.begin(), observations.end(),
                   [](const Observation& a, const Observation& b) { return a.value < b.value; });
  auto few = midpoints(observations, max_bins, [](const Observation& o) { return o.value; });
  return tidy(few ? std::move(*few) : quantiles(observations, max_bins));
}

/// Thresholds of one column, over the given positions of the table.
std::vector<double> thresholds_of(const Table& table, Index feature, std::span<const Index> sample,
                                  std::span<const double> weights, int max_bins) {
  const double* column = table.column(feature);
  const auto n = sample.empty() ? table.n_rows : static_cast<Index>(sample.size());
  const auto position = [&](Index i) {
    return sample.empty() ? i : sample[static_cast<std::size_t>(i)];
  };
  if (weights.empty()) {
    std::vector<double> values;
    values.reserve(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) {
      const double x = column[table.source_row(position(i))];
      if (!std::isnan(x)) values.push_back(x);
    }
    return find_thresholds(std::move(values), max_bins);
  }
  std::vector<Observation> observations;
  observations.reserve(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    const double x = column[table.source_row(i)];
    const double w = weights[static_cast<std::size_t>(i)];
    if (!std::isnan(x) && w != 0.0) observations.push_back({x, w});
  }
  return find_thresholds(std::move(observations), max_bins);
}

/// Rows that stand for a long table; empty for one that is short enough. Weights are spent by the
/// draw.
std::vector<Index> draw_sample(Index n, std::span<const double> weights,
                               const BinningOptions& options) {
  if (n <= options.subsample) return {};
  Random random(options.seed);
  return weights.empty() ? random.choice(n, options.subsample, true)
                         : random.choice(weights, options.subsample, true);
}

}  // namespace

Bin FeatureBins::bin_of(double x) const {
  if (std::isnan(x)) return static_cast<Bin>(missing_bin());
  if (is_categorical) return static_cast<Bin>(x);
  return static_cast<Bin>(std::lower_bound(thresholds.begin(), thresholds.end(), x) -
                          thresholds.begin());
}

std::vector<FeatureBins> find_bins(const Table& table, std::span<const int> n_categories,
                                   std::span<const double> weights, const BinningOptions& options) {
  const std::vector<Index> sample = draw_sample(table.n_rows, weights, options);
  const std::span<const double> sample_weights =
      sample.empty() ? weights : std::span<const double>{};
  std::vector<FeatureBins> bins(static_cast<std::size_t>(table.n_features()));
  const auto n =
      static_cast<double>(sample.empty() ? table.n_rows : static_cast<Index>(sample.size()));
  parallel_for(
      table.n_features(), 20.0 * n * static_cast<double>(table.n_features()), [&](Index f) {
        FeatureBins& feature = bins[static_cast<std::size_t>(f)];
        const int categories = n_categories[static_cast<std::size_t>(f)];
        feature.is_categorical = categories >= 0;
        if (feature.is_categorical) {
          feature.n_bins = categories;
        } else {
          feature.thresholds = thresholds_of(table, f, sample, sample_weights, options.max_bins);
          feature.n_bins = static_cast<int>(feature.thresholds.size()) + 1;
        }
      });
  return bins;
}

BinnedMatrix::BinnedMatrix(const Table& table, std::span<const FeatureBins> bins)
    : rows_(table.n_rows),
      bins_(static_cast<std::size_t>(table.n_rows * table.n_features())),
      has_missing_(static_cast<std::size_t>(table.n_features())) {
  const double work = 10.0 * static_cast<double>(bins_.size());
  parallel_for(table.n_features(), work, [&](Index f) {
    const FeatureBins& feature = bins[static_cast<std::size_t>(f)];
    const double* from = table.column(f);
    Bin* to = bins_.data() + f * rows_;
    const auto missing = static_cast<Bin>(feature.missing_bin());
    bool any_missing = false;
    for (Index i = 0; i < rows_; ++i) {
      to[i] = feature.bin_of(from[table.source_row(i)]);
      any_missing |= to[i] == missing;
    }
    has_missing_[static_cast<std::size_t>(f)] = any_missing ? 1 : 0;
  });
}

}  // namespace espalier::hgb
