// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Rows that models set aside to score themselves on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::detail {

struct RowSplit {
  std::vector<Index> train;  ///< ascending
  std::vector<Index> validation;
};

/// Sets `n_validation` of n rows aside, drawn at random. With class codes (`codes` is not empty),
/// each class gives its share, rounded so that the total is met, but keeps at least one row for
/// training. The draw is our own: the rows differ from those that scikit-learn takes with the same
/// seed.
RowSplit hold_out(Index n, Index n_validation, std::span<const double> codes, std::uint64_t seed);

/// `n_scored` of n rows to be scored, ascending, drawn in the same way from another stream.
std::vector<Index> draw_to_score(Index n, Index n_scored, std::span<const double> codes,
                                 std::uint64_t seed);

/// Cuts n rows into folds, each of which is held out once. With class codes the classes have the
/// same shares in all folds, up to a row; a class of a single row is never held out, for there
/// would be none to learn from. Rows are shuffled, then dealt to the folds like cards, class after
/// class.
/// @pre  some class has `n_folds` rows or more
std::vector<RowSplit> fold_splits(Index n, int n_folds, std::span<const double> codes,
                                  std::uint64_t seed);

struct ClassSizes {
  Index smallest;
  Index largest;
};
/// Of the classes that occur; without codes all rows are one class.
ClassSizes class_sizes(Index n, std::span<const double> codes);

}  // namespace espalier::detail
