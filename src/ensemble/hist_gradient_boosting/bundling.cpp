// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/bundling.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <iterator>
#include <numeric>
#include <utility>

#include "ensemble/hist_gradient_boosting/bin_search.hpp"

namespace espalier::hgb {
namespace {

constexpr Index sample_size = 512;
constexpr std::size_t most_open = 64;
constexpr int most_codes = 255;

using BinCounts = std::array<Index, 256>;

int most_frequent(const BinCounts& counts) {
  return static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

bool is_default(Index rows, Index n) {
  return static_cast<double>(rows) >= least_default_share * static_cast<double>(n);
}

/// Takes the rows of a feature in ascending order.
class Collector {
 public:
  Collector(Index feature, const FeatureBins& bins, int default_bin)
      : missing_(bins.missing_bin()) {
    result_.feature = feature;
    result_.default_bin = default_bin;
    result_.has_missing = default_bin == missing_;
  }

  void add(Row row, int bin) {
    if (bin == result_.default_bin) return;
    result_.has_missing |= bin == missing_;
    result_.rows.push_back(row);
    result_.codes.push_back(static_cast<Bin>(bin < result_.default_bin ? bin + 1 : bin));
  }
  Index size() const { return static_cast<Index>(result_.rows.size()); }
  Exceptions take() {
    result_.n_codes = missing_ - (result_.has_missing ? 0 : 1);
    result_.rows.shrink_to_fit();
    result_.codes.shrink_to_fit();
    return std::move(result_);
  }

 private:
  Exceptions result_;
  int missing_;
};

/// The default bin as some rows, evenly spread, say.
std::optional<int> sampled_default(const Table& table, Index feature, const BinSearch& search) {
  const Index n = std::min(sample_size, table.n_rows);
  std::array<double, sample_size> values;
  std::array<Bin, sample_size> bins;
  for (Index k = 0; k < n; ++k)
    values[static_cast<std::size_t>(k)] =
        table.column(feature)[table.source_row(k * table.n_rows / n)];
  search.find(values.data(), n, bins.data());
  BinCounts counts{};
  std::for_each_n(bins.begin(), n, [&](Bin bin) { ++counts[bin]; });
  const int bin = most_frequent(counts);
  if (!is_default(counts[static_cast<std::size_t>(bin)], n)) return std::nullopt;
  return bin;
}

std::optional<Exceptions> dense_exceptions(const Table& table, Index feature,
                                           const FeatureBins& bins) {
  const BinSearch search(bins);
  const std::optional<int> default_bin = sampled_default(table, feature, search);
  if (!default_bin) return std::nullopt;
  Collector collector(feature, bins, *default_bin);
  std::array<double, sample_size> values;
  std::array<Bin, sample_size> found;
  for (Index begin = 0; begin < table.n_rows; begin += sample_size) {
    const Index n = std::min(sample_size, table.n_rows - begin);
    for (Index k = 0; k < n; ++k)
      values[static_cast<std::size_t>(k)] = table.column(feature)[table.source_row(begin + k)];
    search.find(values.data(), n, found.data());
    for (Index k = 0; k < n; ++k)
      collector.add(static_cast<Row>(begin + k), found[static_cast<std::size_t>(k)]);
    if (!is_default(table.n_rows - collector.size(), table.n_rows)) return std::nullopt;
  }
  return collector.take();
}

std::optional<Exceptions> sparse_exceptions(std::span<const Row> rows,
                                            std::span<const double> values, Index feature,
                                            const FeatureBins& bins, Index n) {
  const int zero_bin = bins.bin_of(0.0);
  std::vector<Bin> found(values.size());
  BinSearch(bins).find(values.data(), static_cast<Index>(values.size()), found.data());
  BinCounts counts{};
  for (const Bin bin : found) ++counts[bin];
  counts[static_cast<std::size_t>(zero_bin)] += n - static_cast<Index>(rows.size());
  const int default_bin = most_frequent(counts);
  if (!is_default(counts[static_cast<std::size_t>(default_bin)], n)) return std::nullopt;
  Collector collector(feature, bins, default_bin);
  if (default_bin == zero_bin) {
    for (std::size_t k = 0; k < rows.size(); ++k) collector.add(rows[k], found[k]);
    return collector.take();
  }
  std::size_t k = 0;  // most rows have a value
  for (Row row = 0; row < static_cast<Row>(n); ++row) {
    const bool has_value = k < rows.size() && rows[k] == row;
    collector.add(row, has_value ? found[k++] : zero_bin);
  }
  return collector.take();
}

/// A bundle that may still grow.
struct OpenBundle {
  std::vector<std::size_t> members;
  std::vector<std::uint64_t> taken;  // a bit a row
  int n_codes = 0;

  bool takes(const Exceptions& feature) const {
    return n_codes + feature.n_codes <= most_codes &&
           std::none_of(feature.rows.begin(), feature.rows.end(),
                        [&](Row row) { return (taken[row / 64] >> (row % 64) & 1U) != 0; });
  }
  void add(std::size_t position, const Exceptions& feature) {
    members.push_back(position);
    n_codes += feature.n_codes;
    for (const Row row : feature.rows) taken[row / 64] |= std::uint64_t{1} << (row % 64);
  }
};

}  // namespace

Bin Exceptions::code_of(Row row) const {
  const auto found = std::lower_bound(rows.begin(), rows.end(), row);
  if (found == rows.end() || *found != row) return 0;
  return codes[static_cast<std::size_t>(found - rows.begin())];
}

std::optional<Exceptions> find_exceptions(const Table& table, const SparseColumns& sparse,
                                          Index feature, const FeatureBins& bins) {
  if (table.column(feature) != nullptr) return dense_exceptions(table, feature, bins);
  return sparse_exceptions(sparse.rows(feature), sparse.values(feature), feature, bins,
                           table.n_rows);
}

std::vector<std::vector<std::size_t>> find_bundles(std::span<const Exceptions> features,
                                                   Index n_rows) {
  std::vector<std::size_t> order(features.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return features[a].rows.size() > features[b].rows.size();
  });
  std::vector<std::vector<std::size_t>> bundles;
  std::deque<OpenBundle> open;
  const auto close_oldest = [&] {
    if (open.front().members.size() > 1) bundles.push_back(std::move(open.front().members));
    open.pop_front();
  };
  for (const std::size_t position : order) {
    const Exceptions& feature = features[position];
    auto home = std::find_if(open.begin(), open.end(),
                             [&](const OpenBundle& bundle) { return bundle.takes(feature); });
    if (home == open.end()) {
      if (open.size() == most_open) close_oldest();
      open.push_back(
          {{}, std::vector<std::uint64_t>(static_cast<std::size_t>(n_rows / 64 + 1)), 0});
      home = std::prev(open.end());
    }
    home->add(position, feature);
  }
  while (!open.empty()) close_oldest();
  return bundles;
}

}  // namespace espalier::hgb
