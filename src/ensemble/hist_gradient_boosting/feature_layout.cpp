// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/feature_layout.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace espalier::hgb {
namespace {

constexpr std::size_t lanes = 8;
constexpr std::size_t groups_per_panel = 4;

/// The smallest stride that holds the bins and the one for missing values.
int stride_for(int n_bins) {
  for (const int stride : {4, 16, 64})
    if (n_bins < stride) return stride;
  return 256;
}

}  // namespace

FeatureLayout::FeatureLayout(std::span<const int> n_bins) : slots_(n_bins.size()) {
  std::vector<std::size_t> order(n_bins.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return stride_for(n_bins[a]) > stride_for(n_bins[b]);
  });
  for (std::size_t begin = 0; begin < order.size(); begin += lanes) {
    const std::size_t n = std::min(lanes, order.size() - begin);
    const auto g = static_cast<Index>(groups_.size());
    for (std::size_t lane = 0; lane < n; ++lane)
      slots_[order[begin + lane]] = {g, static_cast<int>(lane)};
    const int place = static_cast<int>(groups_.size() % groups_per_panel);
    groups_.push_back({g / static_cast<Index>(groups_per_panel), place * static_cast<int>(lanes),
                       n > 4 ? 8 : 4, stride_for(n_bins[order[begin]]), cells_});
    cells_ += static_cast<Index>(groups_.back().width) * groups_.back().stride;
    if (place == 0) row_bits_.push_back(0);
    const auto bytes = static_cast<unsigned>(groups_.back().first_byte + groups_.back().width);
    row_bits_.back() = std::countr_zero(std::bit_ceil(bytes));
  }
}

}  // namespace espalier::hgb
