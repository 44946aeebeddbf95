// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Numbers as text and back, the same in every locale.
#pragma once

#include <string>
#include <string_view>

namespace espalier::detail {

/// Appends the shortest decimal form that reads back as the same double; whole numbers below 10¹⁵
/// are written in full (100000, not 1e+05). Infinities are `inf` and `-inf`, NaN is `nan`.
void append_number(std::string& out, double value);

/// Whether all of `text` is a number: what `std::from_chars` takes, perhaps with a `+` in front.
/// `value` is then the nearest double; one too large is infinite, one too small is zero.
bool parse_number(std::string_view text, double& value);

}  // namespace espalier::detail
