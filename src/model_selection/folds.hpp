// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

#include <espalier/model_selection/k_fold.hpp>

namespace espalier::detail {

/// @throws InvalidParameter  naming `owner`: an option is out of range
void check_fold_options(const KFoldOptions& options, std::string_view owner);

/// Split i tests on the rows whose fold is i and learns from all others, both ascending.
std::vector<Split> splits_of_folds(const std::vector<Index>& fold_of_row, Index n_splits);

}  // namespace espalier::detail
