// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <espalier/core/features.hpp>

namespace espalier {

struct KMeansPlusPlusOptions {
  /// n weights ≥ 0, not all zero; empty: ones.
  Vector sample_weight = {};
  std::optional<std::int64_t> random_state = {};  ///< ≥ 0; none: other rows each time
  /// Candidates a step, of which the best is kept; none: 2 + ⌊log n_clusters⌋.
  std::optional<int> n_local_trials = {};
};

/// Rows to begin a clustering with: their numbers in X, and themselves (n_clusters × p).
struct KMeansPlusPlusResult {
  Matrix centers;
  std::vector<Index> indices;
};

/// Greedy k-means++: rows of X that are far from each other. The first is drawn by weight; then
/// candidates are drawn by weight times squared distance to the nearest row chosen, and the one that
/// leaves the least Σ w·distance² is taken. What KMeans begins with, for use alone.
///
/// O(n·p·n_clusters·n_local_trials). X is dense, sparse or a table of numbers. The draws differ from
/// scikit-learn's; x_squared_norms is not needed here.
///
/// @throws InvalidParameter  n_clusters, n_local_trials or random_state are out of range
/// @throws InvalidInput      X is not finite, has fewer rows (of positive weight) than n_clusters, or
///                           sample_weight is unusable
/// @see Arthur & Vassilvitskii, SODA (2007) 1027–1035
KMeansPlusPlusResult kmeans_plusplus(const Features& X, int n_clusters,
                                     const KMeansPlusPlusOptions& options = {});

}  // namespace espalier
