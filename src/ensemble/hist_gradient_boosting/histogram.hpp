// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Sums of gradients, Hessians and rows by bin: all that split finding needs to know about a node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ensemble/hist_gradient_boosting/binning.hpp"

namespace espalier::hgb {

/// A row of the training data; tables have at most 2³² − 1 rows.
using Row = std::uint32_t;

/// The rows of a node in one bin of a feature.
struct Cell {
  double gradient = 0.0;
  double hessian = 0.0;
  std::uint32_t count = 0;
};

/// The cells of a node, feature after feature (see HistogramLayout). Empty when the node has none.
using Histogram = std::vector<Cell>;

/// Where the cells of each feature lie: its bins and then its bin of missing values.
class HistogramLayout {
 public:
  explicit HistogramLayout(std::span<const FeatureBins> bins);

  Index features() const { return static_cast<Index>(offsets_.size()) - 1; }
  Index cells() const { return offsets_.back(); }
  Index offset(Index feature) const { return offsets_[static_cast<std::size_t>(feature)]; }
  Index size(Index feature) const { return offset(feature + 1) - offset(feature); }

 private:
  std::vector<Index> offsets_;
};

/// Keeps the memory of histograms that are no longer needed for those to come: a tree, and the next
/// trees, allocate no more than live at the same time.
class HistogramPool {
 public:
  explicit HistogramPool(Index cells) : cells_(cells) {}

  Histogram take();  ///< a histogram of the right size with any content
  void give_back(Histogram&& histogram);

 private:
  Index cells_;
  std::vector<Histogram> free_;
};

/// The derivatives of the loss by the raw predictions, one a row, rounded to float as in
/// scikit-learn.
struct Gradients {
  std::span<const float> gradient;
  std::span<const float> hessian;  ///< empty: 1 for every row
};

/// Fills histograms by scanning rows, and by subtraction. Features run in parallel; the sums of one
/// cell are added in the order of the rows, so they do not depend on the number of threads.
class HistogramBuilder {
 public:
  /// Keeps references to both.
  HistogramBuilder(const BinnedMatrix& data, const HistogramLayout& layout);

  void set_gradients(const Gradients& gradients) { gradients_ = gradients; }

  /// The histogram of all rows. O(rows × features).
  void build_root(Histogram& histogram) const;

  /// The histogram of some rows. O(rows × features).
  void build(std::span<const Row> rows, Histogram& histogram);

  /// parent ← parent − child: the histogram of the other child. O(cells).
  void subtract(Histogram& parent, const Histogram& child) const;

 private:
  const BinnedMatrix& data_;
  const HistogramLayout& layout_;
  Gradients gradients_;
  std::vector<float> ordered_gradients_;  // of the rows in hand, in their order
  std::vector<float> ordered_hessians_;
};

}  // namespace espalier::hgb
