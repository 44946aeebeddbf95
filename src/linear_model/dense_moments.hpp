// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/features.hpp>

namespace espalier::detail {

/// The weighted means of the columns of [X y] and the products of these columns about them.
struct DenseMoments {
  double total_weight;
  Vector mean;      // p + k; zero without centring
  Matrix products;  // (p + k) × (p + k), only the lower triangle is set
  Vector squares;   // p: Σ w·x² of X as it came
};

/// In one pass over a dense X (n × p) and y (n × k), by blocks of rows that stay in the cache.
/// `root_weights` holds √w, or is empty: ones. O(n(p + k)²).
///
/// Sums are taken about means guessed from a sample of rows, which costs no digits when the guess
/// is within a deviation of the mean; where it is not, a second pass takes the means of the first.
DenseMoments dense_moments(const Features& X, const Matrix& y, const Vector& root_weights,
                           bool center);

}  // namespace espalier::detail
