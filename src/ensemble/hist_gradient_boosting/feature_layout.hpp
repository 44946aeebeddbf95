// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Where the bins of each feature lie in the binned training data, and its cells in a histogram.
#pragma once

#include <span>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

/// Up to 8 features that the histogram kernel handles together: their bins lie side by side, row
/// after row, so that one load brings those of a row; their cells lie feature after feature, few
/// enough to stay in the first cache.
struct FeatureGroup {
  int width = 8;         ///< bytes a row: 8, or 4
  int stride = 256;      ///< cells a feature: 256, 64, 16 or 4
  Index first_cell = 0;  ///< in a histogram; the group has width · stride cells
};

/// The groups of all features. Features of about as many bins share a group, so a table of thousands
/// of indicators has small histograms; otherwise the order of the features is kept.
class FeatureLayout {
 public:
  struct Slot {
    Index group = 0;
    int lane = 0;  ///< the byte within the row of the group
  };

  /// `n_bins[f]`: the bins of feature f, without the one for missing values; at most 255.
  explicit FeatureLayout(std::span<const int> n_bins);

  Index features() const { return static_cast<Index>(slots_.size()); }
  Index cells() const { return cells_; }  ///< of a histogram
  std::span<const FeatureGroup> groups() const { return groups_; }
  const FeatureGroup& group(Index g) const { return groups_[static_cast<std::size_t>(g)]; }
  Slot slot(Index feature) const { return slots_[static_cast<std::size_t>(feature)]; }
  /// The cell of bin 0.
  Index first_cell(Index feature) const {
    const FeatureGroup& g = group(slot(feature).group);
    return g.first_cell + static_cast<Index>(slot(feature).lane) * g.stride;
  }

 private:
  std::vector<FeatureGroup> groups_;
  std::vector<Slot> slots_;
  Index cells_ = 0;
};

}  // namespace espalier::hgb
