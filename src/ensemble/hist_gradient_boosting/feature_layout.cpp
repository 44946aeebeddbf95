// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/feature_layout.hpp"

#include <algorithm>
#include <numeric>

namespace espalier::hgb {
namespace {

constexpr std::size_t lanes = 8;

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
    const FeatureGroup group{n > 4 ? 8 : 4, stride_for(n_bins[order[begin]]), cells_};
    for (std::size_t lane = 0; lane < n; ++lane)
      slots_[order[begin + lane]] = {static_cast<Index>(groups_.size()), static_cast<int>(lane)};
    cells_ += static_cast<Index>(group.width) * group.stride;
    groups_.push_back(group);
  }
}

}  // namespace espalier::hgb
