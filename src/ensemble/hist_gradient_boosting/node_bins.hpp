// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What split finding reads of a node: for each feature, the sums over the rows of its bins.
#pragma once

#include <span>
#include <vector>

#include "ensemble/hist_gradient_boosting/histogram.hpp"

namespace espalier::hgb {

/// The bins of one feature in one node.
struct BinSums {
  const Cell* cells = nullptr;   ///< of bins 0 … n_bins; null: no split leaves enough rows
  std::span<const Bin> rows_in;  ///< ascending: all bins with rows, without the missing one
};

/// Room for what has to be computed for that.
struct BinBuffer {
  Cell cells[256];
  Bin rows_in[256];
};

class NodeBins {
 public:
  virtual ~NodeBins() = default;
  virtual BinSums read(Index feature, BinBuffer& buffer) const = 0;
  /// About how many operations it takes to read a feature and to look at all its cuts.
  virtual double work_per_feature() const = 0;
};

/// Bins from a histogram.
class HistogramBins final : public NodeBins {
 public:
  /// Keeps references. `min_samples_leaf`: what a split must leave on both sides.
  HistogramBins(const Histogram& histogram, const FeaturePlaces& places,
                std::span<const FeatureBins> bins, const FixedPoint& fixed_point,
                std::uint32_t min_samples_leaf)
      : histogram_(histogram),
        places_(places),
        bins_(bins),
        fixed_point_(fixed_point),
        min_samples_leaf_(min_samples_leaf),
        sum_(places.has_defaults ? sum_of_node(histogram, places) : Cell{}) {}

  BinSums read(Index feature, BinBuffer& buffer) const override;
  double work_per_feature() const override;

 private:
  const Histogram& histogram_;
  const FeaturePlaces& places_;
  std::span<const FeatureBins> bins_;
  const FixedPoint& fixed_point_;
  std::uint32_t min_samples_leaf_;
  Cell sum_;  // of the node, which default bins are read off
};

/// Bins straight from the rows of a small node: a histogram has more cells than such a node has
/// rows. For data whose features all have columns of their own.
class RowBins final : public NodeBins {
 public:
  /// Nodes of up to so many rows are read so.
  static constexpr Index most_rows = 160;

  /// Keeps references to the data and the rows.
  RowBins(const BinnedMatrix& data, std::span<const FeatureBins> bins,
          const HistogramBuilder& builder, std::span<const Row> rows)
      : data_(data), bins_(bins), rows_(rows), words_(builder.words(rows)) {}

  BinSums read(Index feature, BinBuffer& buffer) const override;
  double work_per_feature() const override { return 30.0 * static_cast<double>(rows_.size()); }

 private:
  const BinnedMatrix& data_;
  std::span<const FeatureBins> bins_;
  std::span<const Row> rows_;
  std::vector<Cell> words_;
};

}  // namespace espalier::hgb
