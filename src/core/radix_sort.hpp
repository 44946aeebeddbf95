// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

namespace espalier::detail {

/// Sorts numbers, none of them NaN, in ascending order; −0 comes before +0. Least significant digit
/// first, by 11 bits: O(n), and several times sooner than std::sort for 10⁴ numbers and more.
/// Memory: as much again.
void radix_sort(std::vector<double>& values);

}  // namespace espalier::detail
