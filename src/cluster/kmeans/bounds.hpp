// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::kmeans {

/// For each row, how far its centre is at most and every other centre at least, by the triangle
/// inequality: a row whose bounds stand apart keeps its centre, and no distance is worked out.
///
/// `rounding` is the relative error of a product of p terms in the precision of the kernel. Bounds
/// stand apart only where that error cannot decide, so that what the kernel would find is found.
///
/// @see Hamerly, SDM (2010) 130–140
class RowBounds {
 public:
  RowBounds() = default;
  RowBounds(std::size_t n, double rounding) : rows_(n), rounding_(rounding) {}

  bool active() const { return !rows_.empty(); }

  /// Takes in how far each centre has moved at most.
  void centers_moved(const Vector& shift) {
    shift_ = shift;
    farthest_ = 0;
    shift_.maxCoeff(&farthest_);
    largest_ = shift_[farthest_];
    second_largest_ = 0.0;
    for (Index c = 0; c < shift_.size(); ++c)
      if (c != farthest_ && shift_[c] > second_largest_) second_largest_ = shift_[c];
  }

  /// Moves the bounds of a row of cluster `label` as the centres have moved; whether they stand apart.
  bool move(Index i, std::int32_t label) {
    Row& row = rows_[static_cast<std::size_t>(i)];
    row.upper = (row.upper + shift_[label]) * (1.0 + epsilon);
    row.lower = (row.lower - (label == farthest_ ? second_largest_ : largest_)) * (1.0 - epsilon);
    return apart(row);
  }
  /// The same with the distance to its centre as it is.
  bool tighten(Index i, double distance) {
    Row& row = rows_[static_cast<std::size_t>(i)];
    row.upper = distance;
    return apart(row);
  }
  /// After a search: the distance to its centre, that to every other at least, and ‖x‖².
  void set(Index i, double distance, double others, double norm) {
    rows_[static_cast<std::size_t>(i)] = {distance, others, norm};
  }
  void set_lower(Index i, double others) { rows_[static_cast<std::size_t>(i)].lower = others; }
  double norm(Index i) const { return rows_[static_cast<std::size_t>(i)].norm; }
  /// The distance that stands behind a squared one as the kernel finds it, at least.
  double at_least(double squared, double norm) const {
    const double sure = squared * (1.0 - rounding_) - 3.0 * rounding_ * norm;
    return sure > 0.0 ? std::sqrt(sure) : 0.0;
  }
  /// A centre farther from the row than this is not found in place of its own.
  double reach(Index i) const {
    const Row& row = rows_[static_cast<std::size_t>(i)];
    return std::sqrt(least_apart(row) / (1.0 - 2.0 * rounding_)) * (1.0 + 4.0 * epsilon);
  }

 private:
  static constexpr double epsilon = 0x1p-52;  // what a sum may be off by, relatively

  struct Row {
    double upper = 0.0;
    double lower = 0.0;
    double norm = 0.0;  // ‖x‖²
  };

  /// The norm of a centre at distance d is at most ‖x‖ + d, so the error of its squared distance is
  /// at most rounding · (3·‖x‖² + 2·d²).
  bool apart(const Row& row) const {
    return row.lower > 0.0 && row.lower * row.lower * (1.0 - 2.0 * rounding_) > least_apart(row);
  }
  double least_apart(const Row& row) const {
    return row.upper * row.upper * (1.0 + 2.0 * rounding_) + 6.0 * rounding_ * row.norm;
  }

  std::vector<Row> rows_;
  double rounding_ = 0.0;
  Vector shift_;
  Index farthest_ = 0;
  double largest_ = 0.0, second_largest_ = 0.0;
};

}  // namespace espalier::kmeans
