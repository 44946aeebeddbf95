// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>

namespace espalier::imports {

/// The largest double d with float(d) < t, conversion to float rounding to nearest, ties to even:
/// so that x ≤ d decides for every finite double x as XGBoost does, which compares float(x) < t.
///
/// float(x) < t means that x rounds to the float before t or to one below it; the doubles that do
/// end at the midpoint of that float and t, which is a double, and include it when the tie goes
/// down. Beyond the largest float the next one counts as ±2^128, as rounding does. For t = −∞ and
/// for NaN the answer is −∞, which no finite x passes.
inline double last_below(float t) {
  if (!(t > -std::numeric_limits<float>::infinity()))
    return -std::numeric_limits<double>::infinity();
  const auto as_double = [](float v) {
    return std::isinf(v) ? std::copysign(std::ldexp(1.0, 128), v) : static_cast<double>(v);
  };
  const float before = std::nextafter(t, -std::numeric_limits<float>::infinity());
  const double middle = 0.5 * (as_double(before) + as_double(t));
  if (static_cast<float>(middle) < t) return middle;
  return std::nextafter(middle, -std::numeric_limits<double>::infinity());
}

}  // namespace espalier::imports
