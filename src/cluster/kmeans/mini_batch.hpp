// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/random.hpp>

#include "cluster/kmeans/lloyd.hpp"

namespace espalier::kmeans {

/// Centres that learn from batches of rows.
struct BatchCenters {
  CenterMatrix centers;
  Vector counts;                ///< Σ w of the rows that each centre has taken in
  Index rows_since_moving = 0;  ///< rows since rarely used centres were last moved
};

/// Takes in one batch: every row goes to its nearest centre, and every centre becomes the mean of all
/// rows that it has ever taken in. Then, every 10·k rows and as long as a centre has none, centres
/// whose count is less than `reassignment_ratio` of the largest move to random rows of the batch, half
/// as many as there are rows at most, the least used first.
///
/// Returns Σ w·‖x − c‖² of the batch, to the centres before.
template <class Rows>
double take_in(const Rows& rows, const Vector& weights, double reassignment_ratio, Random& random,
               BatchCenters& state);

}  // namespace espalier::kmeans
