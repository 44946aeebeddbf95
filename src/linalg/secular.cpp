// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/secular.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <espalier/core/parallel.hpp>

#include "linalg/spectral_kernels.hpp"

namespace espalier::linalg {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

/// A root as the distance from the pole that it is nearer to: differences keep their digits.
struct Root {
  double origin, distance;
};

/// f(x) = 1 + Σ weight / (d − x), relative to a pole; it rises between two poles.
class Secular {
 public:
  Secular(const Vector& d, const Vector& weight) : d_(d), weight_(weight) {}

  Root root(Index j) const {
    const Index n = d_.size();
    const bool last = j == n - 1;
    const double width = last ? weight_.sum() : d_[j + 1] - d_[j];
    // The sign in the middle says which pole is nearer.
    const bool from_left = last || value(j, d_[j], 0.5 * width) >= 0.0;
    const double origin = from_left ? d_[j] : d_[j + 1];
    double low = from_left ? 0.0 : -0.5 * width;
    double high = from_left ? (last ? 1.001 * width : 0.5 * width) : 0.0;
    double x = 0.5 * (low + high);
    for (int step = 0; step < most_steps; ++step) {
      const PoleSums left = sums(0, j + 1, origin, x), right = sums(j + 1, n, origin, x);
      const double f = 1.0 + left.value + right.value;
      (f < 0.0 ? low : high) = x;
      const double rounding = 8.0 * (1.0 + std::abs(left.value) + std::abs(right.value)) +
                              std::abs(x) * (left.slope + right.slope);
      if (std::abs(f) <= eps * rounding) break;
      double next = x + interpolated(left, right, f, (d_[j] - origin) - x,
                                     last ? 0.0 : (d_[j + 1] - origin) - x, last);
      if (!(next > low && next < high) || step > trusted_steps) next = middle(low, high);
      if (next == x || next == low || next == high) break;
      x = next;
    }
    return {origin, x};
  }

 private:
  static constexpr int trusted_steps = 30;
  static constexpr int most_steps = 200;

  PoleSums sums(Index begin, Index end, double origin, double x) const {
    return kernels_.pole_sums(end - begin, d_.data() + begin, weight_.data() + begin, origin, x);
  }
  double value(Index j, double origin, double x) const {
    return 1.0 + sums(0, j + 1, origin, x).value + sums(j + 1, d_.size(), origin, x).value;
  }

  /// Halves the exponent while the bounds are of different orders of magnitude.
  static double middle(double low, double high) {
    const bool negative = high <= 0.0;
    const double a = negative ? -high : low, b = negative ? -low : high;
    const double least = std::max(a, b * 1e-30);
    const double m = b > 4.0 * least ? std::sqrt(least) * std::sqrt(b) : 0.5 * (a + b);
    return negative ? -m : m;
  }

  /// The step to the root of c + s/(left pole − x) + S/(right pole − x), which agrees with both
  /// sums of f and their slopes; `to_left` and `to_right` are the distances to the poles.
  static double interpolated(const PoleSums& left, const PoleSums& right, double f, double to_left,
                             double to_right, bool last) {
    if (last) {  // no pole to the right: c + s/(left pole − x)
      const double s = left.slope * to_left * to_left;
      const double c = f - left.slope * to_left;
      return c > 0.0 ? to_left + s / c : std::numeric_limits<double>::infinity();
    }
    const double c = f - left.slope * to_left - right.slope * to_right;
    const double a = c * (to_left + to_right) + left.slope * to_left * to_left +
                     right.slope * to_right * to_right;
    const double b = to_left * to_right * f;
    const double root = std::sqrt(std::max(0.0, a * a - 4.0 * b * c));
    return a <= 0.0 ? (a - root) / (2.0 * c) : 2.0 * b / (a + root);
  }

  const Vector& d_;
  const Vector& weight_;
  const SpectralKernels& kernels_ = spectral_kernels();
};

}  // namespace

RankOneUpdate update_rank_one(const Vector& d, const Vector& z, double rho) {
  const Index n = d.size();
  RankOneUpdate result{Vector(n), Matrix(n, n), Vector(n)};
  const Vector weight = rho * z.cwiseAbs2();
  const Secular secular(d, weight);
  const double work = static_cast<double>(n) * static_cast<double>(n);
  parallel_for_blocks(Blocks{n, 16}, work, [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j) {
      const Root root = secular.root(j);
      result.values[j] = root.origin + root.distance;
      result.differences.col(j) = (d.array() - root.origin) - root.distance;
    }
  });
  // zᵢ² = Πⱼ (λⱼ − dᵢ) / Πⱼ≠ᵢ (dⱼ − dᵢ), up to a factor that normalising takes out
  parallel_for_blocks(Blocks{n, 64}, 0.25 * work, [&](Index begin, Index end) {
    const Index rows = end - begin;
    Vector square = Vector::Ones(rows), ratio(rows);
    for (Index j = 0; j < n; ++j) {
      const auto difference = result.differences.col(j).segment(begin, rows);
      ratio = difference.array() / (d.segment(begin, rows).array() - d[j]);
      if (j >= begin && j < end) ratio[j - begin] = difference[j - begin];
      square = square.cwiseProduct(ratio);
    }
    for (Index i = begin; i < end; ++i)
      result.z[i] = std::copysign(std::sqrt(std::abs(square[i - begin])), z[i]);
  });
  return result;
}

}  // namespace espalier::linalg
