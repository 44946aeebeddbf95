// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Where each stored column of the binned training data lies, and its cells in a histogram.
#pragma once

#include <span>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

/// Up to 8 columns that the histogram kernel handles together: one load brings their bins of a row,
/// and their cells, column after column, are few enough to stay in the first cache.
struct FeatureGroup {
  Index panel = 0;       ///< where its bins are
  int first_byte = 0;    ///< of its bins, in a row of the panel
  int width = 8;         ///< bytes a row: 8, or 4
  int stride = 256;      ///< cells a column: 256, 64, 16 or 4
  Index first_cell = 0;  ///< in a histogram; the group has width · stride cells
};

/// Where bins and cells lie. A panel holds the bins of up to 4 groups, row after row: rows of a deep
/// node are scattered, and each brings one cache line a panel into the second cache, where the
/// groups find it. Columns of about as many bins share a group, so a table of thousands of
/// indicators has small histograms; otherwise the order of the columns is kept.
class FeatureLayout {
 public:
  struct Slot {
    Index group = 0;
    int lane = 0;  ///< the byte within its row of the group
  };

  FeatureLayout() = default;
  /// `n_bins[c]`: the bins of column c, without the one for missing values; at most 255.
  explicit FeatureLayout(std::span<const int> n_bins);

  Index columns() const { return static_cast<Index>(slots_.size()); }
  Index cells() const { return cells_; }  ///< of all columns
  std::span<const FeatureGroup> groups() const { return groups_; }
  /// A row of panel k has 2^row_bits(k) bytes: 4, 8, 16 or 32.
  std::span<const int> row_bits() const { return row_bits_; }
  const FeatureGroup& group(Index g) const { return groups_[static_cast<std::size_t>(g)]; }
  Slot slot(Index column) const { return slots_[static_cast<std::size_t>(column)]; }
  /// The cell of bin 0.
  Index first_cell(Index column) const {
    const FeatureGroup& g = group(slot(column).group);
    return g.first_cell + static_cast<Index>(slot(column).lane) * g.stride;
  }

 private:
  std::vector<FeatureGroup> groups_;
  std::vector<int> row_bits_;  // a panel each
  std::vector<Slot> slots_;
  Index cells_ = 0;
};

}  // namespace espalier::hgb
