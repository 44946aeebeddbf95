// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace espalier::detail {

/// The seed that a random_state stands for: itself, or another one each time if there is none. Less
/// than 2⁶³, so that a state can keep it as an integer that is not negative.
/// @throws InvalidParameter  naming `owner`: it is negative
std::uint64_t seed_of(const std::optional<std::int64_t>& random_state, std::string_view owner);

}  // namespace espalier::detail
