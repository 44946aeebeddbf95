// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

struct RowSplit {
  std::vector<Index> train;  ///< ascending
  std::vector<Index> validation;
};

/// Sets `n_validation` of n rows aside, drawn at random. With class codes (`codes` is not empty),
/// each class gives its share, rounded so that the total is met, but keeps at least one row for
/// training. The draw is our own: the rows differ from those that scikit-learn takes with the same
/// seed.
RowSplit hold_out(Index n, Index n_validation, std::span<const double> codes, std::uint64_t seed);

/// Whether none of the last `patience` scores is better than the one before them by more than
/// `tol`. Scores are the greater the better.
bool no_progress(std::span<const double> scores, int patience, double tol);

}  // namespace espalier::hgb
