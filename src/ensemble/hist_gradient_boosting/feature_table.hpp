// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/ensemble/hist_gradient_boosting_state.hpp>

#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

/// A Table together with the columns that had to be made for it; the others are those of X, which
/// must live as long.
struct EncodedTable {
  Table table;
  std::vector<std::vector<double>> codes;
};

/// The categories that the chosen columns of X hold.
std::vector<FeatureCategories> find_categories(const Features& X, const std::vector<bool>& chosen);

/// X with the categories as codes 0, 1, …; what is missing or not among the categories becomes NaN.
/// Only the columns of categories are filled, if X is sparse.
EncodedTable encode_features(const Features& X, const std::vector<FeatureCategories>& categories);

/// As find_bins wants it: the number of categories of each feature, −1 for numerical ones.
std::vector<int> category_counts(Index n_features,
                                 const std::vector<FeatureCategories>& categories);

}  // namespace espalier::hgb
