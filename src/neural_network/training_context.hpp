// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fmt/format.h>

#include <string_view>

#include <espalier/core/errors.hpp>
#include <espalier/core/fit_context.hpp>

namespace espalier::nn {

/// @throws InvalidInput  the context has what no training of a network takes
inline void check_context(const FitContext& context, std::string_view who) {
  if (context.has_weights())
    throw InvalidInput(
        fmt::format("{}: weights belong into the DataLoader, {{.sample_weight = w}}", who));
  if (context.groups.size() > 0) throw InvalidInput(fmt::format("{}: groups mean nothing", who));
}

}  // namespace espalier::nn
