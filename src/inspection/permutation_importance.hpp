// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <vector>

#include <espalier/inspection/permutation_importance.hpp>

namespace espalier::detail {

/// The order in which the rows of a feature stand in a repeat. Called from several threads.
using DrawOrder = std::function<std::vector<Index>(Index feature, int repeat)>;

/// permutation_importance with orders from elsewhere: `options.random_state` is not used.
PermutationImportance importance_by_orders(const Estimator& estimator, const Features& X,
                                           const Target& y,
                                           const PermutationImportanceOptions& options,
                                           const DrawOrder& draw);

}  // namespace espalier::detail
