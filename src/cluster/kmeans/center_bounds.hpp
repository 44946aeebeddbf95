// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "cluster/kmeans/row_kernel.hpp"
#include "core/huge_pages.hpp"

namespace espalier::kmeans {

/// For each row and each centre, how far they are apart at least: n·k numbers of type T.
/// Those of a row are there once each has been set.
///
/// A bound is kept with all that its centre has moved since the beginning added to it, so that it is
/// written only when the distance is worked out; what it says now is the difference of the two.
///
/// @see Elkan, ICML (2003) 147–153; Hamerly & Drake, in Partitional Clustering Algorithms (2015) 41–78
template <class T>
class CenterBounds {
 public:
  CenterBounds() = default;
  CenterBounds(Index n, Index k)
      : n_groups_((k + group_size - 1) / group_size),
        n_centers_(k),
        bounds_(std::make_unique_for_overwrite<T[]>(size_of(n * n_groups_ * group_size))),
        moved_(size_of(n_groups_ * group_size), T{0}),
        moved_exactly_(size_of(k), 0.0) {
    detail::advise_huge_pages(bounds_.get(), size_of(n * n_groups_ * group_size) * sizeof(T));
  }

  bool active() const { return bounds_ != nullptr; }
  Index n_groups() const { return n_groups_; }

  /// Takes in how far each centre has moved at most.
  void centers_moved(const Vector& shift) {
    for (std::size_t c = 0; c < moved_exactly_.size(); ++c) {
      moved_exactly_[c] = (moved_exactly_[c] + shift[static_cast<Index>(c)]) * (1.0 + 0x1p-52);
      moved_[c] = static_cast<T>(moved_exactly_[c] * (1.0 + slack));
    }
  }

  /// The groups with a centre that may be within `reach` of row i, its own not counted, to `groups`,
  /// and how far the others are at least to `least`; returns how many groups.
  Index undecided(Index i, double reach, std::int32_t* groups, double& least) const {
    T above = 0;
    const Index n = undecided_groups(of_row(i), moved_.data(), n_groups_,
                                     static_cast<T>(reach * (1.0 + slack)), groups, above);
    least = static_cast<double>(above) * (1.0 - slack);
    return n;
  }

  /// Row i is at least that far from centre c.
  void set(Index i, Index c, double distance) {
    of_row(i)[c] = static_cast<T>((distance + moved_exactly_[size_of(c)]) * (1.0 - slack));
  }
  /// The centre c of row i itself does not count.
  void exclude(Index i, Index c) { of_row(i)[c] = std::numeric_limits<T>::infinity(); }
  /// What fills up the last group does not count either. To be called once for each row.
  void exclude_padding(Index i) {
    for (Index c = n_centers_; c < n_groups_ * group_size; ++c) exclude(i, c);
  }

 private:
  /// More than what rounding to T does to a sum or a difference, relatively.
  static constexpr double slack = 4.0 * std::numeric_limits<T>::epsilon();

  static std::size_t size_of(Index n) { return static_cast<std::size_t>(n); }
  T* of_row(Index i) { return bounds_.get() + i * n_groups_ * group_size; }
  const T* of_row(Index i) const { return bounds_.get() + i * n_groups_ * group_size; }

  Index n_groups_ = 0, n_centers_ = 0;
  std::unique_ptr<T[]> bounds_;        // n × groups of four
  std::vector<T> moved_;               // not less than the exact ones
  std::vector<double> moved_exactly_;  // how far each centre has gone in all
};

}  // namespace espalier::kmeans
