// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/node_bins.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <numeric>

namespace espalier::hgb {
namespace {

constexpr std::array<Bin, 256> all_bins = [] {
  std::array<Bin, 256> bins{};
  std::iota(bins.begin(), bins.end(), Bin{0});
  return bins;
}();

}  // namespace

/// Bins without rows are not left out: a cut after one gains what the cut before it does, and the
/// first of equals wins.
BinSums HistogramBins::read(Index feature, BinBuffer& buffer) const {
  const FeaturePlace& place = places_[feature];
  // One side of any split has no row of the default bin.
  if (place.has_default() && fixed_point_.count(sum_of_exceptions(histogram_, place)) <
                                 static_cast<std::int64_t>(min_samples_leaf_))
    return {};
  const int n_bins = bins_[static_cast<std::size_t>(feature)].n_bins;
  return {bins_of(histogram_, place, n_bins, sum_, buffer.cells),
          std::span(all_bins).first(static_cast<std::size_t>(n_bins))};
}

double HistogramBins::work_per_feature() const {
  return 5.0 * static_cast<double>(places_.cells) / static_cast<double>(bins_.size());
}

BinSums RowBins::read(Index feature, BinBuffer& buffer) const {
  const auto n_bins = static_cast<std::size_t>(bins_[static_cast<std::size_t>(feature)].n_bins);
  const BinnedMatrix::InPanel column = data_.panel_column(data_.places()[feature].number);
  std::fill_n(buffer.cells, n_bins + 1, Cell{});
  std::uint64_t filled[4] = {};
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Bin bin = column.first[static_cast<std::size_t>(rows_[i]) << column.row_bits];
    buffer.cells[bin].gradient += words_[i].gradient;
    buffer.cells[bin].hessian_count += words_[i].hessian_count;
    filled[bin / 64] |= std::uint64_t{1} << (bin % 64);
  }
  filled[n_bins / 64] &= ~(std::uint64_t{1} << (n_bins % 64));  // the missing one
  std::size_t n = 0;
  for (unsigned k = 0; k < 4; ++k)
    for (std::uint64_t rest = filled[k]; rest != 0; rest &= rest - 1)
      buffer.rows_in[n++] =
          static_cast<Bin>(64 * k + static_cast<unsigned>(std::countr_zero(rest)));
  return {buffer.cells, {buffer.rows_in, n}};
}

}  // namespace espalier::hgb
