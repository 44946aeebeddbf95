// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/small_eigenvalues.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>

namespace espalier::linalg {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double least_square = 1e-40;   // of what lies beside a diagonal of numbers up to 1
constexpr double least_cosine = 1e-290;  // squared; its inverse is finite
constexpr int most_steps = 60;           // for one eigenvalue; three are usual

/// One QL step on rows first … last, whose neighbours are apart: `d` is the diagonal, `e` the squares
/// beside it.
void step(double* d, double* e, Index first, Index last) {
  const double root = std::sqrt(e[first]);
  const double half = (d[first + 1] - d[first]) / (2.0 * root);
  const double length = std::sqrt(half * half + 1.0);
  const double shift = d[first] - root / (half + std::copysign(length, half));
  double c = 1.0, s = 0.0, g = d[last] - shift, square = g * g;
  for (Index i = last - 1; i >= first; --i) {
    const double sum = square + e[i];
    if (i + 1 < last) e[i + 1] = s * sum;
    const double previous_c = c, previous_g = g;
    const double inverse_c = sum / square;  // beside the next division, not after it
    c = square / sum;
    s = e[i] / sum;
    g = c * (d[i] - shift) - s * previous_g;
    d[i + 1] = previous_g + (d[i] - g);
    square = c > least_cosine ? g * g * inverse_c : previous_c * e[i];
  }
  e[first] = s * square;
  d[first] = shift + g;
}

/// Whether the diagonal became the eigenvalues.
bool iterate(double* d, double* e, Index n) {
  const auto apart = [&](Index i) {
    return !(e[i] > epsilon * epsilon * std::abs(d[i] * d[i + 1]) + least_square);
  };
  for (Index first = 0; first < n - 1; ++first)
    for (int steps = 0;; ++steps) {
      Index last = first;
      while (last < n - 1 && !apart(last)) ++last;
      if (last == first) break;
      if (steps == most_steps) return false;
      step(d, e, first, last);
    }
  return true;
}

}  // namespace

Vector small_eigenvalues(const Matrix& symmetric) {
  const Index n = symmetric.rows();
  const double scale = n > 0 ? symmetric.cwiseAbs().maxCoeff() : 0.0;
  if (!std::isfinite(scale)) return Vector::Constant(n, std::numeric_limits<double>::quiet_NaN());
  if (n < 2 || scale == 0.0) return symmetric.diagonal();
  const Eigen::Tridiagonalization<Matrix> T(symmetric / scale);
  Vector d = T.diagonal(), e = T.subDiagonal().cwiseAbs2();
  if (!iterate(d.data(), e.data(), n))
    return Vector::Constant(n, std::numeric_limits<double>::quiet_NaN());
  std::sort(d.begin(), d.end());
  return scale * d;
}

}  // namespace espalier::linalg
