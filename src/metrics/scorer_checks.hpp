// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Checks of a parameter `scoring`, on behalf of the estimator or function that has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <espalier/metrics/scorer.hpp>

namespace espalier::detail {

/// @throws InvalidParameter  there is none, or one twice
void check_score_names(std::string_view owner, std::vector<std::string> names);

/// @throws InvalidParameter  the scorer is for another role; `estimator` is who has it, in words
void check_scorer_role(std::string_view owner, const Scorer& scorer, RoleKind role,
                       std::string_view estimator);

}  // namespace espalier::detail
