// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <vector>

#include <espalier/cluster/kmeans.hpp>

#include "cluster/kmeans/rows.hpp"

namespace espalier::kmeans {

struct LloydOptions {
  KMeansAlgorithm algorithm = KMeansAlgorithm::automatic;
  int max_iter = 300;
  double tol = 0.0;  ///< Σ‖shift of a centre‖² at which to stop
  /// Called after every iteration; may throw.
  std::function<void(int iteration)> report = {};
};

struct LloydResult {
  CenterMatrix centers;
  std::vector<std::int32_t>
      labels;  ///< of the last assignment, to the centres before the last step
  int n_iter = 0;
  bool converged = false;
};

/// Lloyd's algorithm from the given centres: every row goes to its nearest centre, every centre to the
/// weighted mean of its rows, until no row changes or the centres move by less than `tol`.
///
/// A cluster that lost its rows takes the row that is farthest from its centre, the next one the
/// second farthest and so on, as in scikit-learn; rows of weight 0 are not taken.
///
/// The sums of the clusters are kept from one iteration to the next, and only rows that change their
/// cluster are added and taken off, in double precision whatever the rows are. By blocks of rows,
/// whose changes are added in their order: the same bits for any number of threads.
template <class Rows>
LloydResult lloyd(const Rows& rows, const Vector& weights, CenterMatrix centers,
                  const LloydOptions& options);

/// The nearest centre of each row, and Σ w·‖x − c‖² of it.
struct Assignment {
  std::vector<std::int32_t> labels;
  double inertia = 0.0;
};
template <class Rows>
Assignment assign(const Rows& rows, const Vector& weights, const CenterMatrix& centers);

}  // namespace espalier::kmeans
