// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <numeric>
#include <span>
#include <string_view>
#include <vector>

#include <espalier/core/random.hpp>

namespace espalier::detail {

/// @throws InvalidParameter  "make_blobs: n_samples must be at least 1. Got 0 instead."
void require_at_least(std::string_view function, std::string_view option, Index least, Index value);
void require_option(std::string_view function, std::string_view option, bool holds,
                    std::string_view expected, double got);

Matrix random_normal(Random& random, Index rows, Index cols);

/// 0 … n−1, shuffled if `shuffle`.
std::vector<Index> row_order(Random& random, Index n, bool shuffle);

}  // namespace espalier::detail
