// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/target.hpp>

namespace espalier::detail {

/// y.labels(), on behalf of `owner`. @throws InvalidInput  naming it: y holds no class labels
inline const Labels& labels_of(const Target& y, std::string_view owner) {
  try {
    return y.labels();
  } catch (const InvalidInput& error) {
    throw InvalidInput(fmt::format("{}: {}", owner, error.what()));
  }
}

/// y in terms of `classes`, which have `names` (in their order, or none): by text where both have
/// names, else as it is. A text that is not among them becomes a label beyond all others.
Labels align_labels(const Target& y, const Labels& classes, const std::vector<std::string>& names,
                    std::string_view owner);

/// The place of each label among `classes`, which ascend and have them all.
Labels positions_of(const Labels& labels, const Labels& classes);

}  // namespace espalier::detail
