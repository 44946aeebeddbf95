// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/binned_matrix.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <optional>
#include <utility>

#include <espalier/core/parallel.hpp>

#include "ensemble/hist_gradient_boosting/bin_search.hpp"

namespace espalier::hgb {
namespace {

constexpr Index rows_per_block = 1'024;

/// A column takes 2 bytes a row and a list 9 an exception; and a histogram reads columns several
/// times as fast.
constexpr std::size_t rows_per_exception = 16;

}  // namespace

/// Which features are stored how.
struct BinnedMatrix::Plan {
  std::vector<Index> columns;  // features with a column of their own, ascending
  std::vector<std::vector<Exceptions>> bundles;
  std::vector<Exceptions> lists;

  Plan(const Table& table, const SparseColumns& sparse, std::span<const FeatureBins> bins,
       Storage storage) {
    columns.resize(bins.size());
    std::iota(columns.begin(), columns.end(), Index{0});
    if (storage == Storage::columns) return;
    std::vector<Exceptions> candidates = find_candidates(table, sparse, bins);
    std::vector<char> is_stored(bins.size(), 0);
    const auto store = [&](Exceptions& feature, std::vector<Exceptions>& to) {
      is_stored[static_cast<std::size_t>(feature.feature)] = 1;
      to.push_back(std::move(feature));
    };
    const auto may_be_listed = [&](std::span<const std::size_t> members) {
      std::size_t exceptions = 0;
      bool all_sparse = true;
      for (const std::size_t position : members) {
        exceptions += candidates[position].rows.size();
        all_sparse &= table.column(candidates[position].feature) == nullptr;
      }
      return all_sparse &&
             exceptions * rows_per_exception <= static_cast<std::size_t>(table.n_rows);
    };
    for (const std::vector<std::size_t>& members : find_bundles(candidates, table.n_rows)) {
      if (may_be_listed(members)) continue;
      bundles.emplace_back();
      for (const std::size_t position : members) store(candidates[position], bundles.back());
    }
    for (std::size_t position = 0; position < candidates.size(); ++position) {
      Exceptions& feature = candidates[position];
      if (is_stored[static_cast<std::size_t>(feature.feature)] == 0 &&
          may_be_listed({&position, 1}))
        store(feature, lists);
    }
    std::erase_if(columns, [&](Index f) { return is_stored[static_cast<std::size_t>(f)] != 0; });
    if (columns.empty() && bundles.empty()) {  // the sum of a node is read off a column
      columns.push_back(lists.back().feature);
      lists.pop_back();
    }
  }

 private:
  static std::vector<Exceptions> find_candidates(const Table& table, const SparseColumns& sparse,
                                                 std::span<const FeatureBins> bins) {
    const auto p = static_cast<Index>(bins.size());
    std::vector<std::optional<Exceptions>> found(bins.size());
    parallel_for(p, 5'000.0 * static_cast<double>(p), [&](Index f) {
      const auto i = static_cast<std::size_t>(f);
      found[i] = find_exceptions(table, sparse, f, bins[i]);
    });
    std::vector<Exceptions> candidates;
    for (std::optional<Exceptions>& feature : found)
      if (feature) candidates.push_back(std::move(*feature));
    return candidates;
  }
};

BinnedMatrix::BinnedMatrix(const Table& table, std::span<const FeatureBins> bins, Storage storage)
    : rows_(table.n_rows) {
  const SparseColumns sparse(table);
  Plan plan(table, sparse, bins, storage);
  place_features(plan, bins);
  for (const int bits : layout_.row_bits())
    panels_.push_back(std::make_unique<Bin[]>(static_cast<std::size_t>(rows_ << bits)));
  columns_ =
      std::make_unique_for_overwrite<Bin[]>(static_cast<std::size_t>(rows_ * layout_.columns()));
  std::vector<Index> dense_features;
  std::vector<Index> sparse_features;
  for (const Index f : plan.columns)
    (table.column(f) != nullptr ? dense_features : sparse_features).push_back(f);
  fill_dense_columns(table, bins, dense_features);
  fill_sparse_columns(sparse, bins, sparse_features);
  fill_bundles(plan);
  fill_lists(plan);
}

void BinnedMatrix::place_features(const Plan& plan, std::span<const FeatureBins> bins) {
  places_.features.resize(bins.size());
  std::vector<int> n_bins;  // of the stored columns
  const auto place_of = [&](Index f) -> FeaturePlace& {
    return places_.features[static_cast<std::size_t>(f)];
  };
  const auto place = [&](const Exceptions& e, FeaturePlace::Store store, std::size_t number,
                         int first_code) {
    place_of(e.feature) = {store,         e.has_missing, static_cast<std::int32_t>(number),
                           e.default_bin, first_code,    e.n_codes};
  };
  for (const Index f : plan.columns) {
    place_of(f).number = static_cast<std::int32_t>(n_bins.size());
    n_bins.push_back(bins[static_cast<std::size_t>(f)].n_bins);
  }
  for (const std::vector<Exceptions>& bundle : plan.bundles) {
    int codes = 0;
    for (const Exceptions& feature : bundle) {
      place(feature, FeaturePlace::Store::bundle, n_bins.size(), codes + 1);
      codes += feature.n_codes;
    }
    n_bins.push_back(codes);
  }
  layout_ = FeatureLayout(n_bins);
  for (FeaturePlace& p : places_.features) p.first_cell = layout_.first_cell(p.number);
  places_.cells = layout_.cells();
  places_.whole = layout_.group(0).stride;
  places_.has_defaults = !plan.bundles.empty() || !plan.lists.empty();
  for (std::size_t k = 0; k < plan.lists.size(); ++k) {
    place(plan.lists[k], FeaturePlace::Store::list, k, 1);
    place_of(plan.lists[k].feature).first_cell = places_.cells - 1;
    places_.cells += plan.lists[k].n_codes;
  }
}

Bin* BinnedMatrix::panel_bytes(Index column, Index row) {
  const FeatureLayout::Slot slot = layout_.slot(column);
  const FeatureGroup& group = layout_.group(slot.group);
  const auto panel = static_cast<std::size_t>(group.panel);
  return panels_[panel].get() + (row << layout_.row_bits()[panel]) + group.first_byte + slot.lane;
}

Index BinnedMatrix::panel_step(Index column) const {
  const FeatureGroup& group = layout_.group(layout_.slot(column).group);
  return Index{1} << layout_.row_bits()[static_cast<std::size_t>(group.panel)];
}

void BinnedMatrix::fill_dense_columns(const Table& table, std::span<const FeatureBins> bins,
                                      const std::vector<Index>& features) {
  std::vector<std::atomic<char>> missing(features.size());
  std::vector<BinSearch> searches;
  for (const Index f : features) searches.emplace_back(bins[static_cast<std::size_t>(f)]);
  const Blocks blocks{rows_, rows_per_block};
  const double work = 10.0 * static_cast<double>(rows_) * static_cast<double>(features.size());
  parallel_for_blocks(blocks, work, [&](Index begin, Index end) {
    std::array<double, rows_per_block> gathered;
    for (std::size_t k = 0; k < features.size(); ++k) {
      const double* column = table.column(features[k]);
      const double* values = column + begin;
      if (!table.rows.empty()) {
        for (Index i = begin; i < end; ++i)
          gathered[static_cast<std::size_t>(i - begin)] = column[table.source_row(i)];
        values = gathered.data();
      }
      const Index number = places_[features[k]].number;
      if (searches[k].find(values, end - begin, columns_.get() + number * rows_ + begin,
                           panel_bytes(number, begin), panel_step(number)))
        missing[k].store(1, std::memory_order_relaxed);
    }
  });
  for (std::size_t k = 0; k < features.size(); ++k)
    places_.features[static_cast<std::size_t>(features[k])].has_missing = missing[k] != 0;
}

void BinnedMatrix::copy_to_panel(Index column) {
  Bin* to = panel_bytes(column, 0);
  const Index step = panel_step(column);
  const Bin* from = columns_.get() + column * rows_;
  for (Index i = 0; i < rows_; ++i) to[i * step] = from[i];
}

void BinnedMatrix::fill_sparse_columns(const SparseColumns& sparse,
                                       std::span<const FeatureBins> bins,
                                       const std::vector<Index>& features) {
  const auto n = static_cast<Index>(features.size());
  parallel_for(n, 5.0 * static_cast<double>(n * rows_), [&](Index k) {
    const Index f = features[static_cast<std::size_t>(k)];
    const FeatureBins& feature = bins[static_cast<std::size_t>(f)];
    const std::span<const double> values = sparse.values(f);
    std::vector<Bin> found(values.size());
    FeaturePlace& place = places_.features[static_cast<std::size_t>(f)];
    place.has_missing =
        BinSearch(feature).find(values.data(), static_cast<Index>(values.size()), found.data());
    Bin* column = columns_.get() + place.number * rows_;
    std::fill_n(column, rows_, feature.bin_of(0.0));
    for (std::size_t v = 0; v < found.size(); ++v) column[sparse.rows(f)[v]] = found[v];
    copy_to_panel(place.number);
  });
}

void BinnedMatrix::fill_bundles(const Plan& plan) {
  const auto n = static_cast<Index>(plan.bundles.size());
  parallel_for(n, 3.0 * static_cast<double>(n * rows_), [&](Index b) {
    const std::vector<Exceptions>& bundle = plan.bundles[static_cast<std::size_t>(b)];
    const Index number = places_[bundle.front().feature].number;
    Bin* column = columns_.get() + number * rows_;
    std::fill_n(column, rows_, Bin{0});
    for (const Exceptions& feature : bundle) {
      const int before = places_[feature.feature].first_code - 1;
      for (std::size_t k = 0; k < feature.rows.size(); ++k)
        column[feature.rows[k]] = static_cast<Bin>(before + feature.codes[k]);
    }
    copy_to_panel(number);
  });
}

void BinnedMatrix::fill_lists(Plan& plan) {
  lists_ = std::move(plan.lists);
  if (lists_.empty()) return;
  list_begin_.assign(static_cast<std::size_t>(rows_) + 1, 0);
  for (const Exceptions& feature : lists_)
    for (const Row row : feature.rows) ++list_begin_[row + 1];
  std::partial_sum(list_begin_.begin(), list_begin_.end(), list_begin_.begin());
  list_cells_.resize(list_begin_.back());
  std::vector<std::uint32_t> next(list_begin_.begin(), list_begin_.end() - 1);
  for (const Exceptions& feature : lists_) {
    const Index first = places_[feature.feature].first_cell - layout_.cells();
    for (std::size_t k = 0; k < feature.rows.size(); ++k)
      list_cells_[next[feature.rows[k]]++] = static_cast<std::uint32_t>(first + feature.codes[k]);
  }
}

Index BinnedMatrix::bytes() const {
  Index bytes = rows_ * layout_.columns();
  for (const int bits : layout_.row_bits()) bytes += rows_ << bits;
  bytes += static_cast<Index>(list_begin_.size() * sizeof(std::uint32_t));
  const auto entry = static_cast<Index>(sizeof(std::uint32_t) + sizeof(Row) + sizeof(Bin));
  return bytes + list_size() * entry;
}

}  // namespace espalier::hgb
