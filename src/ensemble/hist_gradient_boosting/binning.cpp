// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/binning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "core/radix_sort.hpp"
#include "ensemble/hist_gradient_boosting/sparse_columns.hpp"

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

/// Ascending numbers without zeros, and where how many zeros belong.
struct WithZeros {
  std::span<const double> others;
  std::size_t below;
  std::size_t zeros;

  std::size_t size() const { return others.size() + zeros; }
  double operator[](std::size_t i) const {
    if (i < below) return others[i];
    return i < below + zeros ? 0.0 : others[i - zeros];
  }
};

/// Of numbers without weights.
template <class Sorted>
std::vector<double> quantiles(const Sorted& sorted, int max_bins) {
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

std::vector<double> quantiles(const std::vector<Observation>& sorted, int max_bins) {
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
  detail::radix_sort(values);
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

/// The bins of more categories than there are bins.
std::vector<Bin> bins_of_categories(const Table& table, Index feature, int n_categories,
                                    int max_bins) {
  std::vector<Index> rows(static_cast<std::size_t>(n_categories), 0);
  const double* column = table.column(feature);
  for (Index i = 0; i < table.n_rows; ++i) {
    const double code = column[table.source_row(i)];
    if (!std::isnan(code)) ++rows[static_cast<std::size_t>(code)];
  }
  std::vector<std::size_t> by_rows(rows.size());
  std::iota(by_rows.begin(), by_rows.end(), std::size_t{0});
  std::stable_sort(by_rows.begin(), by_rows.end(),
                   [&](std::size_t a, std::size_t b) { return rows[a] > rows[b]; });
  by_rows.resize(static_cast<std::size_t>(max_bins - 1));
  std::sort(by_rows.begin(), by_rows.end());
  std::vector<Bin> bins(rows.size(), static_cast<Bin>(max_bins - 1));
  for (std::size_t bin = 0; bin < by_rows.size(); ++bin) bins[by_rows[bin]] = static_cast<Bin>(bin);
  return bins;
}

/// How often a row of a sparse table counts, for all columns: as often as it was drawn, or once.
struct RowCounts {
  std::vector<std::uint32_t> drawn;  // empty: each row once
  std::span<const double> weights;   // of rows that were not drawn; may be empty
  Index total = 0;                   // rows, or draws; without those of weight 0

  RowCounts(Index n, std::span<const Index> sample, std::span<const double> row_weights)
      : weights(row_weights), total(sample.empty() ? n : static_cast<Index>(sample.size())) {
    if (!sample.empty()) drawn.resize(static_cast<std::size_t>(n));
    for (const Index row : sample) ++drawn[static_cast<std::size_t>(row)];
    total -= std::count(weights.begin(), weights.end(), 0.0);
  }
  Index of(Row row) const {
    if (!weights.empty()) return weights[row] != 0.0 ? 1 : 0;
    return drawn.empty() ? 1 : static_cast<Index>(drawn[row]);
  }
};

/// The thresholds that thresholds_of would find in the column with its zeros.
std::vector<double> sparse_thresholds(const SparseColumns& sparse, Index feature, Index n_rows,
                                      const RowCounts& counts, int max_bins) {
  std::vector<double> values;
  Index zeros = counts.total;
  for (std::size_t k = 0; k < sparse.rows(feature).size(); ++k) {
    const double x = sparse.values(feature)[k];
    const Index count = x == 0.0 ? 0 : counts.of(sparse.rows(feature)[k]);
    zeros -= count;
    if (!std::isnan(x)) values.insert(values.end(), static_cast<std::size_t>(count), x);
  }
  detail::radix_sort(values);
  const auto first_above = std::lower_bound(values.begin(), values.end(), 0.0);
  const auto below = static_cast<std::size_t>(first_above - values.begin());
  const auto value = [](double v) { return v; };
  const WithZeros one_zero{values, below, zeros > 0 ? std::size_t{1} : 0};
  auto few = midpoints(one_zero, max_bins, value);
  if (few) return tidy(std::move(*few));
  if (counts.weights.empty())
    return tidy(quantiles(WithZeros{values, below, static_cast<std::size_t>(zeros)}, max_bins));
  const std::vector<double> column = sparse.dense(feature, n_rows);
  return thresholds_of({{column.data()}, n_rows}, 0, {}, counts.weights, max_bins);
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
  if (!bin_of_category.empty()) return bin_of_category[static_cast<std::size_t>(x)];
  if (is_categorical) return static_cast<Bin>(x);
  return static_cast<Bin>(std::lower_bound(thresholds.begin(), thresholds.end(), x) -
                          thresholds.begin());
}

std::vector<FeatureBins> find_bins(const Table& table, std::span<const int> n_categories,
                                   std::span<const double> weights, const BinningOptions& options) {
  const std::vector<Index> sample = draw_sample(table.n_rows, weights, options);
  const std::span<const double> sample_weights =
      sample.empty() ? weights : std::span<const double>{};
  const SparseColumns sparse(table);
  const RowCounts counts =
      table.is_sparse() ? RowCounts(table.n_rows, sample, sample_weights) : RowCounts(0, {}, {});
  std::vector<FeatureBins> bins(static_cast<std::size_t>(table.n_features()));
  const auto n =
      static_cast<double>(sample.empty() ? table.n_rows : static_cast<Index>(sample.size()));
  parallel_for(
      table.n_features(), 20.0 * n * static_cast<double>(table.n_features()), [&](Index f) {
        FeatureBins& feature = bins[static_cast<std::size_t>(f)];
        const int categories = n_categories[static_cast<std::size_t>(f)];
        feature.is_categorical = categories >= 0;
        if (feature.is_categorical) {
          feature.n_bins = std::min(categories, options.max_bins);
          if (categories > options.max_bins)
            feature.bin_of_category = bins_of_categories(table, f, categories, options.max_bins);
          return;
        }
        feature.thresholds =
            table.column(f) != nullptr
                ? thresholds_of(table, f, sample, sample_weights, options.max_bins)
                : sparse_thresholds(sparse, f, table.n_rows, counts, options.max_bins);
        feature.n_bins = static_cast<int>(feature.thresholds.size()) + 1;
      });
  return bins;
}

}  // namespace espalier::hgb
