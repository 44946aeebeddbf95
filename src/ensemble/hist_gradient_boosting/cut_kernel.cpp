// SPDX-License-Identifier: BSD-3-Clause
// Two divisions a cut: without vector code they are most of the time that small data take. No
// multiplication is contracted with an addition: a cut and its mirror image gain the same, to the
// bit, on every instruction set, and the tie goes to the first.
#include "ensemble/hist_gradient_boosting/cut_kernel.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace espalier::hgb {
namespace {

/// Losses are negative or zero, and a gain below this share of theirs is what rounding left of
/// nothing. (The rows of a pure node have the same derivatives; scikit-learn splits it or not, as
/// rounding has it.)
constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();

template <bool bounded>
[[gnu::always_inline]] inline double gain_of(const CutNode& node, double gradient, double hessian,
                                             double count) {
  const double other_gradient = node.gradient - gradient;
  double value = node_value(gradient, hessian, node.l2_regularization);
  double other_value = node_value(other_gradient, node.hessian - hessian, node.l2_regularization);
  if constexpr (bounded) {
    const auto clipped = [&](double v) {
      const double above = v < node.lowest ? node.lowest : v;
      return above > node.highest ? node.highest : above;
    };
    value = clipped(value);
    other_value = clipped(other_value);
  }
  const double loss = gradient * value;
  const double other_loss = other_gradient * other_value;
  const double gain = node.loss - loss - other_loss;
  // A clipped value may have a positive loss.
  const double magnitude = bounded ? std::abs(loss) + std::abs(other_loss) : -(loss + other_loss);
  double result = gain > rounding * magnitude ? gain : 0.0;
  if constexpr (bounded) result = node.sign * value > node.sign * other_value ? 0.0 : result;
  const double smaller = count < node.count - count ? count : node.count - count;
  const double flatter = hessian < node.hessian - hessian ? hessian : node.hessian - hessian;
  result = smaller < node.min_samples_leaf ? 0.0 : result;
  return flatter < node.min_hessian ? 0.0 : result;
}

template <bool bounded>
[[gnu::always_inline]] inline double gains_of(const CutNode& node, const FixedPoint fixed_point,
                                              const Cell* passed, int n, double* gains) {
  double gradient[256];
  double hessian[256];
  double count[256];
  for (int i = 0; i < n; ++i) gradient[i] = fixed_point.gradient(passed[i]);
  for (int i = 0; i < n; ++i) count[i] = static_cast<double>(fixed_point.count(passed[i]));
  if (fixed_point.constant_hessian())
    std::copy_n(count, n, hessian);
  else
    for (int i = 0; i < n; ++i) hessian[i] = fixed_point.scaled_hessian(passed[i]);
  const CutNode local = node;  // stores to gains cannot change it
  for (int i = 0; i < n; ++i) gains[i] = gain_of<bounded>(local, gradient[i], hessian[i], count[i]);
  std::int64_t largest = 0;  // numbers that are not negative are ordered as their bits are
  for (int i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int64_t>(gains[i]);
    largest = bits > largest ? bits : largest;
  }
  return std::bit_cast<double>(largest);
}

[[gnu::always_inline]] inline double gains_of(const CutNode& node, const FixedPoint& fixed_point,
                                              const Cell* passed, int n, double* gains) {
  return node.bounded ? gains_of<true>(node, fixed_point, passed, n, gains)
                      : gains_of<false>(node, fixed_point, passed, n, gains);
}

#if defined(__x86_64__) && defined(__GNUC__)
// g++ and clang write the vector code.
__attribute__((target("avx2"))) double gains_avx2(const CutNode& node,
                                                  const FixedPoint& fixed_point, const Cell* passed,
                                                  int n, double* gains) {
  return gains_of(node, fixed_point, passed, n, gains);
}

__attribute__((target("avx512f,avx512dq,avx512vl"))) double gains_avx512(
    const CutNode& node, const FixedPoint& fixed_point, const Cell* passed, int n, double* gains) {
  return gains_of(node, fixed_point, passed, n, gains);
}
#endif

}  // namespace

double cut_gains(const CutNode& node, const FixedPoint& fixed_point, const Cell* passed, int n,
                 double* gains, InstructionSet instructions) {
#if defined(__x86_64__) && defined(__GNUC__)
  if (instructions == InstructionSet::avx512)
    return gains_avx512(node, fixed_point, passed, n, gains);
  if (instructions == InstructionSet::avx2) return gains_avx2(node, fixed_point, passed, n, gains);
#endif
  static_cast<void>(instructions);
  return gains_of(node, fixed_point, passed, n, gains);
}

}  // namespace espalier::hgb
