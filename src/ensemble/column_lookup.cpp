// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/column_lookup.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <espalier/core/errors.hpp>

namespace espalier::detail {

Index column_named(const std::string& name, const Features& X, std::string_view owner,
                   std::string_view param) {
  const auto& names = X.names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw InvalidInput(fmt::format("{}: {} names the column '{}', but X {}.", owner, param, name,
                                   names.empty() ? "has no column names" : "has no such column"));
  return found - names.begin();
}

Index column_at(Index position, const Features& X, std::string_view owner, std::string_view param) {
  if (position < 0 || position >= X.cols())
    throw InvalidInput(fmt::format("{}: {} contains the position {}, but X has {} columns.", owner,
                                   param, position, X.cols()));
  return position;
}

}  // namespace espalier::detail
