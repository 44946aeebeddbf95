// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>

namespace espalier::nn {

/// x, or 0 where it is too small to be a normal number. What an optimiser remembers of a gradient that
/// has become 0 (of a unit that is never active) shrinks step by step and would stay subnormal for
/// ever, and processors are many times slower with such numbers.
template <class T>
T normal_or_zero(T x) {
  return std::abs(x) < std::numeric_limits<T>::min() ? T(0) : x;
}

}  // namespace espalier::nn
