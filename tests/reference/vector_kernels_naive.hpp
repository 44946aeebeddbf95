// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

namespace espalier::reference {

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// b += c·a; the sum of the squares of the new b.
inline double add(double c, const std::vector<double>& a, std::vector<double>& b) {
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    b[i] += c * a[i];
    squares += b[i] * b[i];
  }
  return squares;
}

}  // namespace espalier::reference
