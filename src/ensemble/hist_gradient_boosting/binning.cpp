// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/binning.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "core/radix_sort.hpp"

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
        } else {
          feature.thresholds = thresholds_of(table, f, sample, sample_weights, options.max_bins);
          feature.n_bins = static_cast<int>(feature.thresholds.size()) + 1;
        }
      });
  return bins;
}

namespace {

std::vector<int> bin_counts(std::span<const FeatureBins> bins) {
  std::vector<int> counts(bins.size());
  std::transform(bins.begin(), bins.end(), counts.begin(),
                 [](const FeatureBins& feature) { return feature.n_bins; });
  return counts;
}

/// Finds the bins of many values at once. The thresholds are filled up to 255 with +∞, so every
/// search takes the same 8 steps without a branch, and the searches of several values overlap.
class BinSearch {
 public:
  explicit BinSearch(const FeatureBins& feature)
      : missing_(static_cast<Bin>(feature.missing_bin())),
        categorical_(feature.is_categorical),
        bin_of_category_(feature.bin_of_category) {
    thresholds_.fill(std::numeric_limits<double>::infinity());
    std::copy(feature.thresholds.begin(), feature.thresholds.end(), thresholds_.begin());
    while (steps_ < 8 && (std::size_t{1} << steps_) <= feature.thresholds.size()) ++steps_;
  }

  /// bins[i] and spread[i · step] ← the bin of values[i]; whether one is missing.
  bool find(const double* values, Index n, Bin* bins, Bin* spread, Index step) const {
    bool any_missing = false;
    for (Index begin = 0; begin < n; begin += lanes) {
      std::array<double, lanes> x;
      std::array<std::uint64_t, lanes> bin{};
      const Index m = std::min<Index>(lanes, n - begin);
      x.fill(0.0);
      std::copy_n(values + begin, m, x.begin());
      if (categorical_) {
        for (std::size_t k = 0; k < lanes; ++k) bin[k] = category_bin(x[k]);
      } else {
        for (std::uint64_t half = (std::uint64_t{1} << steps_) / 2; half > 0; half /= 2)
          for (std::size_t k = 0; k < lanes; ++k)
            bin[k] += thresholds_[bin[k] + half - 1] < x[k] ? half : 0;
      }
      for (Index k = 0; k < m; ++k) {
        const bool missing = std::isnan(x[static_cast<std::size_t>(k)]);
        any_missing |= missing;
        const auto found = missing ? missing_ : static_cast<Bin>(bin[static_cast<std::size_t>(k)]);
        bins[begin + k] = found;
        spread[(begin + k) * step] = found;
      }
    }
    return any_missing;
  }

 private:
  std::uint64_t category_bin(double code) const {
    const auto category = static_cast<std::size_t>(std::isnan(code) ? 0.0 : code);
    return bin_of_category_.empty() ? category : bin_of_category_[category];
  }

  static constexpr std::size_t lanes = 8;
  std::array<double, 256> thresholds_;
  int steps_ = 0;
  Bin missing_;
  bool categorical_;
  std::span<const Bin> bin_of_category_;
};

}  // namespace

BinnedMatrix::BinnedMatrix(const Table& table, std::span<const FeatureBins> bins)
    : rows_(table.n_rows), layout_(bin_counts(bins)), has_missing_(bins.size()) {
  for (const int bits : layout_.row_bits())
    panels_.push_back(std::make_unique<Bin[]>(static_cast<std::size_t>(rows_ << bits)));
  columns_ = std::make_unique_for_overwrite<Bin[]>(static_cast<std::size_t>(rows_ * features()));
  const Blocks blocks{rows_, 1'024};
  std::vector<std::atomic<char>> missing(bins.size());
  const std::vector<BinSearch> searches(bins.begin(), bins.end());
  const double work = 10.0 * static_cast<double>(rows_ * features());
  parallel_for_blocks(blocks, work, [&](Index begin, Index end) {
    std::array<double, 1'024> gathered;
    for (Index f = 0; f < features(); ++f) {
      const double* values = table.column(f) + begin;
      if (!table.rows.empty()) {
        for (Index i = begin; i < end; ++i)
          gathered[static_cast<std::size_t>(i - begin)] = table.column(f)[table.source_row(i)];
        values = gathered.data();
      }
      const FeatureLayout::Slot slot = layout_.slot(f);
      const FeatureGroup& group = layout_.group(slot.group);
      const auto panel = static_cast<std::size_t>(group.panel);
      const int row_bits = layout_.row_bits()[panel];
      Bin* to = panels_[panel].get() + (begin << row_bits) + group.first_byte + slot.lane;
      if (searches[static_cast<std::size_t>(f)].find(
              values, end - begin, columns_.get() + f * rows_ + begin, to, Index{1} << row_bits))
        missing[static_cast<std::size_t>(f)].store(1, std::memory_order_relaxed);
    }
  });
  std::copy(missing.begin(), missing.end(), has_missing_.begin());
}

}  // namespace espalier::hgb
