// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Columns that a parameter chooses by name or position.
#pragma once

#include <string>
#include <string_view>

#include <espalier/core/features.hpp>

namespace espalier::detail {

/// The position of the column of that name.
/// @throws InvalidInput  naming owner, parameter and column: there is none
Index column_named(const std::string& name, const Features& X, std::string_view owner,
                   std::string_view param);

/// The position itself. @throws InvalidInput  there is no such column
Index column_at(Index position, const Features& X, std::string_view owner, std::string_view param);

}  // namespace espalier::detail
