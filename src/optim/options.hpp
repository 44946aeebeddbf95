// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fmt/format.h>

#include <string_view>

#include <espalier/core/errors.hpp>

namespace espalier::detail {

/// @throws InvalidParameter  unless `ok`: naming the minimiser and its option
inline void check_option(bool ok, std::string_view who, std::string_view name,
                         std::string_view expected, double got) {
  if (!ok)
    throw InvalidParameter(
        fmt::format("{}: {} must be {}. Got {} instead.", who, name, expected, got));
}

}  // namespace espalier::detail
