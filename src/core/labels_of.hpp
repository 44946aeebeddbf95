// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

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

}  // namespace espalier::detail
