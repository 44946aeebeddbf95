// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Sums of gradients, Hessians and rows by bin: all that split finding needs to know about a node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ensemble/hist_gradient_boosting/binned_matrix.hpp"
#include "ensemble/hist_gradient_boosting/fixed_point.hpp"
#include "ensemble/hist_gradient_boosting/histogram_kernel.hpp"

namespace espalier::hgb {

/// The cells of a node, as FeaturePlaces say. Empty when the node has none.
using Histogram = std::vector<Cell>;

/// The sum over the rows of a node.
Cell sum_of_node(const Histogram& histogram, const FeaturePlaces& places);

/// The sum over the rows of a node outside the default bin of a bundled or listed feature.
Cell sum_of_exceptions(const Histogram& histogram, const FeaturePlace& place);

/// The sums over the rows of each bin of a feature, 0 … n_bins: where the histogram has them, or in
/// `buffer`. `node` is sum_of_node; the default bin is what it has besides the exceptions, exactly.
const Cell* bins_of(const Histogram& histogram, const FeaturePlace& place, int n_bins,
                    const Cell& node, Cell* buffer);

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

/// The derivatives of all rows.
struct Gradients {
  std::span<const Derivative> rows;
  bool constant_hessian = false;  ///< every Hessian is 1
};

/// Fills histograms by scanning rows, and by subtraction. Sums are exact, so threads may share the
/// work in any way: they share the features of a wide table and the rows of a narrow one.
class HistogramBuilder {
 public:
  /// Keeps references to the data and its layout.
  explicit HistogramBuilder(const BinnedMatrix& data) : data_(data) {}

  /// Keeps the derivatives, which must live as long as histograms are built from them. O(rows).
  /// @throws InvalidInput  a derivative is not finite
  void set_gradients(const Gradients& gradients);
  /// What the cells mean since then.
  const FixedPoint& fixed_point() const { return fixed_point_; }

  /// The histogram of some rows, ascending; of all, when there are as many as the data have.
  /// O(rows × columns + exceptions in lists + cells).
  void build(std::span<const Row> rows, Histogram& histogram);

  /// The derivatives of some rows as whole numbers.
  std::vector<Cell> words(std::span<const Row> rows) const;

  /// parent ← parent − child: the histogram of the other child. O(cells).
  void subtract(Histogram& parent, const Histogram& child) const;

 private:
  void add_rows(std::span<const Row> rows, Index begin, Index end, Index first_group,
                Index last_group, Cell* cells) const;
  void build_by_groups(std::span<const Row> rows, Index parts, Histogram& histogram) const;
  void build_by_rows(std::span<const Row> rows, Index parts, Histogram& histogram);
  void build_lists(std::span<const Row> rows, Histogram& histogram);
  void add_partial(Index parts, Index n_cells, Cell* total) const;

  const BinnedMatrix& data_;
  std::span<const Derivative> derivatives_;
  FixedPoint fixed_point_;
  std::vector<Histogram> partial_;
};

}  // namespace espalier::hgb
