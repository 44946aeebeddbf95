// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Which fold a row belongs to, by scikit-learn's rules and without shuffling: what the splitters
/// of model_selection and the models that cross-validate themselves share.
#pragma once

#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::detail {

/// Folds of consecutive rows; the first n mod n_folds of them have a row more. Needs n_folds ≤ n.
std::vector<Index> consecutive_folds(Index n, Index n_folds);

/// The rows of each class, ascending; classes in order of first appearance.
std::vector<std::vector<Index>> rows_by_class(const Labels& labels);

/// For each class the folds of its rows, ascending: the rows of all classes, one class after the
/// other, are dealt to the folds in turn.
std::vector<std::vector<Index>> deal_to_folds(const std::vector<std::vector<Index>>& classes,
                                              Index n_folds);

/// The fold of each row, where each class gives its share to each fold.
std::vector<Index> stratified_folds(const Labels& labels, Index n_folds);

}  // namespace espalier::detail
