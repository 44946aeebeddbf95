// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <espalier/core/types.hpp>

#include "cluster/kmeans/tile_kernel.hpp"
#include "core/aligned_array.hpp"

namespace espalier::kmeans {

/// k × p, a centre in a row.
using CenterMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Centres as the kernel of dense rows reads them.
template <class T>
class PackedCenters {
 public:
  PackedCenters() = default;
  explicit PackedCenters(const CenterMatrix& centers) { assign(centers); }
  /// Takes other centres, in the same memory if there are as many.
  void assign(const CenterMatrix& centers);
  CenterGroups<T> view() const {
    return {values_.data(), half_norms_.data(), n_groups_, n_features_};
  }
  Index size() const { return n_groups_ * group_size; }

 private:
  Index n_groups_ = 0, n_features_ = 0;
  detail::AlignedArray<T> values_, half_norms_;
};

/// Centres as sparse rows read them: coordinate by coordinate.
struct TransposedCenters {
  TransposedCenters() = default;
  explicit TransposedCenters(const CenterMatrix& centers) { assign(centers); }
  void assign(const CenterMatrix& centers);
  Index size() const { return values.cols(); }

  CenterMatrix values;  // p × k
  Vector half_norms;    // ‖c‖²/2
};

}  // namespace espalier::kmeans
