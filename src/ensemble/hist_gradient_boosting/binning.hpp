// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// From numbers to bins: at most 255 of them and one for missing values, so that a value of the
/// training data fits a byte.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ensemble/hist_gradient_boosting/histogram_kernel.hpp"
#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

/// The bins of one feature: `n_bins` of them for values, and bin number `n_bins` for what is
/// missing.
struct FeatureBins {
  std::vector<double> thresholds;  ///< numerical: bin i holds thresholds[i−1] < x ≤ thresholds[i]
  /// Numerical: thresholds + 1; categorical: the number of categories, or max_bins.
  int n_bins = 1;
  bool is_categorical = false;
  /// Categorical with more categories than bins: the bin of each. Empty: bin i is category i.
  std::vector<Bin> bin_of_category = {};

  int missing_bin() const { return n_bins; }
  Bin bin_of(double x) const;
};

struct BinningOptions {
  int max_bins = 255;  ///< without the one for missing values; in [2, 255]
  std::uint64_t seed = 0;
  Index subsample =
      200'000;  ///< quantiles of longer tables are taken on so many rows drawn at random
};

/// Finds the bins of every feature of the table. `n_categories[f]` is the number of categories of a
/// categorical feature, −1 for a numerical one. `weights` belong to the rows of the table, or are
/// empty.
///
/// Of more than `max_bins` categories, the `max_bins` − 1 with the most rows (the first of equals)
/// have a bin each, in their order, and all others share the last bin.
///
/// The thresholds of a numerical feature with at most `max_bins` distinct values are the midpoints
/// of neighbours; of one with more, the (weighted) quantiles 1/max_bins, 2/max_bins, … by the
/// averaged inverse of the empirical distribution, each once. Rows of weight 0 and missing values
/// do not count. A table longer than `subsample` is represented by so many rows drawn with
/// replacement, with probabilities proportional to the weights; they are drawn by our generator, so
/// the thresholds of such a table agree with scikit-learn's in distribution only.
///
/// O(n) a feature (by radix sort; n log n with weights), features in parallel. A feature of a sparse
/// matrix gets the thresholds of the same feature with its zeros, in O(values); but with weights and
/// more than `max_bins` distinct values it is filled with them, for a while.
std::vector<FeatureBins> find_bins(const Table& table, std::span<const int> n_categories,
                                   std::span<const double> weights, const BinningOptions& options);

}  // namespace espalier::hgb
