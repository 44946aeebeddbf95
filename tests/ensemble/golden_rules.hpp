// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The rules by which make_ensemble.py makes holes and weights.
#pragma once

#include <limits>

#include <espalier/core/types.hpp>

namespace espalier {

inline Matrix with_holes(Matrix X) {
  for (Index i = 0; i < X.rows(); ++i)
    for (Index j = 0; j < X.cols(); ++j)
      if ((7 * i + 13 * j) % 11 == 0) X(i, j) = std::numeric_limits<double>::quiet_NaN();
  return X;
}

inline Vector weights_for(Index n) {
  return Vector::NullaryExpr(n, [](Index i) { return 0.5 * static_cast<double>(1 + (3 * i) % 5); });
}

}  // namespace espalier
