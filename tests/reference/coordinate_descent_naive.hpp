// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Coordinate descent for the elastic net as the textbook has it: no working set, no products.
#pragma once

#include <algorithm>
#include <cmath>

#include <espalier/core/types.hpp>

namespace espalier::reference {

/// Σ s·(x − x₀), Σ s·(x − x₀)², Σ v·(x − x₀) with x₀ the first number of x.
inline Vector column_sums(const Vector& x, const Vector& s, const Vector& v) {
  const Vector d = x.array() - x[0];
  Vector sums(3);
  sums << s.dot(d), s.dot(d.cwiseAbs2()), v.dot(d);
  return sums;
}

/// Minimises ½‖√s∘(y − Xw)‖² + l1‖w‖₁ + ½l2‖w‖² by `sweeps` sweeps from w.
inline Vector coordinate_descent(const Matrix& X, const Vector& y, const Vector& s, double l1,
                                 double l2, bool positive, int sweeps, Vector w) {
  for (int sweep = 0; sweep < sweeps; ++sweep)
    for (Index j = 0; j < X.cols(); ++j) {
      const Vector residual = y - X * w;
      const double h = s.dot(X.col(j).cwiseAbs2());
      if (h == 0.0) continue;
      const double z = X.col(j).dot(s.cwiseProduct(residual)) + h * w[j];
      const double size = std::max(0.0, (positive ? z : std::abs(z)) - l1) / (h + l2);
      w[j] = z < 0.0 ? -size : size;
    }
  return w;
}

}  // namespace espalier::reference
