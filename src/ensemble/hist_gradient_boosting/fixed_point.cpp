// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/fixed_point.hpp"

#include <algorithm>
#include <bit>

namespace espalier::hgb {
namespace {

/// The largest power of two that brings numbers up to `largest` below 2^bits.
double scale_for(double largest, int bits) {
  int exponent = 0;
  if (largest > 0.0) std::frexp(largest, &exponent);
  return std::ldexp(1.0, std::clamp(bits - exponent, -1000, 1000));
}

}  // namespace

FixedPoint::FixedPoint(Index n, double largest_gradient, double largest_hessian,
                       bool constant_hessian)
    : count_bits_(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n)))),
      constant_hessian_(constant_hessian) {
  gradient_scale_ = scale_for(largest_gradient, 62 - count_bits_);
  gradient_unit_ = 1.0 / gradient_scale_;
  hessian_scale_ = scale_for(largest_hessian, 62 - 2 * count_bits_);
  hessian_unit_ = 1.0 / hessian_scale_;
}

}  // namespace espalier::hgb
