// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/core/params.hpp>

namespace espalier::detail::kit {

/// Values that a parameter must refuse, derived from the words in which it says what it expects:
/// just outside its range, far outside, and NaN. Empty if it has no range.
std::vector<Value> values_outside(const ParamInfo& info);

}  // namespace espalier::detail::kit
