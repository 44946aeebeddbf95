// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/estimator.hpp>

namespace espalier::detail {

/// Fits a clone of `prototype` with those members of `context` that its tags take. Weights that it
/// does not take are left out here: the composed estimator has checked that some part takes them.
std::shared_ptr<Estimator> fit_part(const Estimator& prototype, const Features& X,
                                    const OptionalTarget& y, const FitContext& context,
                                    const std::optional<ValidationSet>& validation);

/// The tags that hold for a composition as soon as they hold for one part, or only if for all.
Tags combined_tags(const std::vector<const Estimator*>& parts);

/// @throws InvalidParameter  a name is empty, stands twice, contains "__", or is one of `reserved`
void check_part_names(std::string_view owner, const std::vector<std::string>& names,
                      const std::vector<std::string>& reserved);

}  // namespace espalier::detail
