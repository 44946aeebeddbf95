// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/scorer_checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier::detail {

void check_score_names(std::string_view owner, std::vector<std::string> names) {
  if (names.empty())
    throw InvalidParameter(fmt::format("The 'scoring' parameter of {} has no scorer.", owner));
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw InvalidParameter(
        fmt::format("The 'scoring' parameter of {} has '{}' twice.", owner, *twice));
}

void check_scorer_role(std::string_view owner, const Scorer& scorer, RoleKind role,
                       std::string_view estimator) {
  if (scorer.role() == RoleKind::other || scorer.role() == role) return;
  throw InvalidParameter(fmt::format(
      "The 'scoring' parameter of {} has '{}', which scores a {}, but the estimator is {}.", owner,
      scorer.name(), names_of(RoleKind{})[static_cast<std::size_t>(scorer.role())], estimator));
}

}  // namespace espalier::detail
