// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/random.hpp>

#include "cluster/kmeans/rows.hpp"

namespace espalier::kmeans {

/// The numbers of k rows to begin with, by greedy k-means++: the first is drawn by weight; then of
/// `n_local_trials` candidates, drawn by weight times squared distance to the nearest chosen row, the
/// one that leaves the least Σ w·distance², the first of equals. `weights` may be empty: ones.
///
/// O(n·p·k·n_local_trials) by blocks of rows on several threads; memory O(n·n_local_trials).
template <class Rows>
std::vector<Index> seed_by_distance(const Rows& rows, const Vector& weights, Index k,
                                    Index n_local_trials, Random& random);

/// scikit-learn's number of candidates: 2 + ⌊log k⌋.
Index default_local_trials(Index k);

/// k different rows, drawn by weight.
std::vector<Index> seed_by_weight(Index n, const Vector& weights, Index k, Random& random);

/// The rows of those numbers, as centres.
template <class Rows>
CenterMatrix rows_as_centers(const Rows& rows, const std::vector<Index>& numbers);

}  // namespace espalier::kmeans
