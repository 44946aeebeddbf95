// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include <espalier/core/types.hpp>

namespace espalier {

/// What a gradient method minimises: returns f(x) and writes ∇f(x) to `gradient`, which has the
/// size of x on entry and holds nothing of use. May return infinity or NaN outside its domain, but
/// not at the start.
using SmoothFunction = std::function<double(const Vector& x, Vector& gradient)>;

}  // namespace espalier
