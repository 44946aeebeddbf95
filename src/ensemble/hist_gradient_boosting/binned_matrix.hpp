// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ensemble/hist_gradient_boosting/bundling.hpp"
#include "ensemble/hist_gradient_boosting/feature_layout.hpp"
#include "ensemble/hist_gradient_boosting/feature_place.hpp"

namespace espalier::hgb {

/// The training data as bins. What trees are grown from them does not depend on how they are stored,
/// to the last bit, since sums over rows are exact:
///
/// - a column of bytes, twice: in a panel (see FeatureLayout) and once more by itself;
/// - features that are hardly ever outside their default bins, and never two of them in the same
///   row, share such a column (see find_bundles): the indicators of one-hot encoding become one
///   column again;
/// - of a sparse matrix, features that no bundle takes, and bundles, with at most n/16 exceptions are
///   kept as lists of them, in 9 bytes each.
///
/// See FeaturePlace.
class BinnedMatrix {
 public:
  enum class Storage { automatic, columns };  ///< columns: one a feature, to compare with

  /// O(rows × features × log bins), or the values of a sparse matrix instead of rows × features; in
  /// parallel. And what find_bundles costs, if there are features for it.
  BinnedMatrix(const Table& table, std::span<const FeatureBins> bins,
               Storage storage = Storage::automatic);

  Index rows() const { return rows_; }
  Index features() const { return static_cast<Index>(places_.features.size()); }
  const FeaturePlaces& places() const { return places_; }
  bool has_missing(Index feature) const { return places_[feature].has_missing; }
  Index bytes() const;  ///< that the bins take

  /// Of the stored columns.
  const FeatureLayout& layout() const { return layout_; }
  /// Bins in a panel: those of row r at `first + (r << row_bits)`.
  struct InPanel {
    const Bin* first;
    int row_bits;
  };
  InPanel group(Index g) const {
    const FeatureGroup& group = layout_.group(g);
    const auto panel = static_cast<std::size_t>(group.panel);
    return {panels_[panel].get() + group.first_byte, layout_.row_bits()[panel]};
  }
  /// A stored column in its panel: the other columns of a row are near.
  InPanel panel_column(Index number) const {
    const FeatureLayout::Slot slot = layout_.slot(number);
    const InPanel bins = group(slot.group);
    return {bins.first + slot.lane, bins.row_bits};
  }
  /// A stored column once more, row after row: what tells the rows of a node apart reads fewer cache
  /// lines here. Without bundles and lists, column f is that of feature f.
  const Bin* column(Index number) const { return columns_.get() + number * rows_; }

  Index n_lists() const { return static_cast<Index>(lists_.size()); }
  const Exceptions& list(Index number) const { return lists_[static_cast<std::size_t>(number)]; }
  /// The cells, counted from the first behind those of the columns, of what the lists say of a row.
  std::span<const std::uint32_t> list_cells(Row row) const {
    return {list_cells_.data() + list_begin_[row], list_cells_.data() + list_begin_[row + 1]};
  }
  Index list_size() const { return static_cast<Index>(list_cells_.size()); }

 private:
  struct Plan;
  void place_features(const Plan& plan, std::span<const FeatureBins> bins);
  void fill_dense_columns(const Table& table, std::span<const FeatureBins> bins,
                          const std::vector<Index>& features);
  void fill_sparse_columns(const SparseColumns& sparse, std::span<const FeatureBins> bins,
                           const std::vector<Index>& features);
  void fill_bundles(const Plan& plan);
  void fill_lists(Plan& plan);
  Bin* panel_bytes(Index column, Index row);
  Index panel_step(Index column) const;
  void copy_to_panel(Index column);

  Index rows_ = 0;
  FeaturePlaces places_;
  FeatureLayout layout_;
  std::vector<std::unique_ptr<Bin[]>> panels_;
  std::unique_ptr<Bin[]> columns_;
  std::vector<Exceptions> lists_;
  std::vector<std::uint32_t> list_begin_;  // of each row, and the end; X holds less than 2³¹ values
  std::vector<std::uint32_t> list_cells_;
};

}  // namespace espalier::hgb
