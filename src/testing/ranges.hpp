// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/params.hpp>

namespace espalier::detail::kit {

/// Values that a parameter must refuse, derived from the words in which it says what it expects:
/// just outside its range, far outside, and NaN. Empty if it has no range.
std::vector<Value> values_outside(const ParamInfo& info);

/// Unusual numbers for a parameter that is a number and has no range; empty for any other. No large
/// integers: a thousand million of something may be what somebody wants, and take all memory.
std::vector<Value> unusual_numbers(const ParamInfo& info);

}  // namespace espalier::detail::kit
