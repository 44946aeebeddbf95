// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Derivatives as whole numbers.
///
/// Sums of whole numbers have no rounding, so they do not depend on the order of the rows, on the
/// number of threads, or on whether a histogram was scanned or is what remains of its parent's. The
/// scales are powers of two, as large as the sum over all rows permits: with a million rows a
/// gradient keeps 42 bits below the largest one and a Hessian 22, and more with fewer rows.
/// (Quantised training in the sense of Shi et al., NeurIPS 2022, has 2 to 5 bits.)
#pragma once

#include <cmath>
#include <cstdint>

#include <espalier/core/types.hpp>

#include "ensemble/hist_gradient_boosting/histogram_kernel.hpp"

namespace espalier::hgb {

/// The derivatives of the loss by a raw prediction, rounded to float as in scikit-learn.
struct Derivative {
  float gradient = 0.0F;
  float hessian = 1.0F;
};

/// Sums over some rows.
struct Sums {
  double gradient = 0.0;
  double hessian = 0.0;
  std::uint32_t count = 0;
};

class FixedPoint {
 public:
  static constexpr Index most_rows = (Index{1} << 28) - 1;

  FixedPoint() = default;

  /// For up to `n` ≤ most_rows rows whose derivatives are at most as large as given.
  /// `constant_hessian`: every Hessian is 1, and no bits are spent on it.
  FixedPoint(Index n, double largest_gradient, double largest_hessian, bool constant_hessian);

  Cell word(const Derivative& d) const {
    const std::int64_t h = constant_hessian_ ? 0 : rounded(d.hessian, hessian_scale_);
    return {rounded(d.gradient, gradient_scale_), h * (std::int64_t{1} << count_bits_) + 1};
  }

  bool constant_hessian() const { return constant_hessian_; }
  std::int64_t count(const Cell& cell) const {
    return cell.hessian_count & ((std::int64_t{1} << count_bits_) - 1);
  }
  double gradient(const Cell& cell) const {
    return static_cast<double>(cell.gradient) * gradient_unit_;
  }
  /// The Hessian where it is not constant. (The shift rounds down, which leaves the Hessian as the
  /// count is not negative.)
  double scaled_hessian(const Cell& cell) const {
    return static_cast<double>(cell.hessian_count >> count_bits_) * hessian_unit_;
  }
  Sums sums(const Cell& cell) const {
    const std::int64_t n = count(cell);
    return {gradient(cell), constant_hessian_ ? static_cast<double>(n) : scaled_hessian(cell),
            static_cast<std::uint32_t>(n)};
  }

 private:
  static std::int64_t rounded(float x, double scale) {
    return static_cast<std::int64_t>(std::llrint(static_cast<double>(x) * scale));
  }

  double gradient_scale_ = 1.0;
  double gradient_unit_ = 1.0;  // 1 / scale
  double hessian_scale_ = 1.0;
  double hessian_unit_ = 1.0;
  int count_bits_ = 28;
  bool constant_hessian_ = false;
};

}  // namespace espalier::hgb
