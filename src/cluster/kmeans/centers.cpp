// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/centers.hpp"

#include <limits>

namespace espalier::kmeans {
namespace {

std::size_t place(Index n) { return static_cast<std::size_t>(n); }

}  // namespace

template <class T>
void PackedCenters<T>::assign(const CenterMatrix& centers) {
  n_groups_ = (centers.rows() + group_size - 1) / group_size;
  n_features_ = centers.cols();
  const std::size_t n_values = place(size() * n_features_);
  if (values_.size() != n_values || half_norms_.size() != place(size())) {
    values_ = detail::AlignedArray<T>(n_values);
    half_norms_ = detail::AlignedArray<T>(place(size()));
  }
  for (Index c = 0; c < size(); ++c) {
    if (c >= centers.rows()) {
      half_norms_[place(c)] = std::numeric_limits<T>::infinity();
      continue;
    }
    T* out = values_.data() + (c / group_size * n_features_ * group_size + c % group_size);
    double norm = 0.0;
    for (Index j = 0; j < n_features_; ++j) {
      const T value = static_cast<T>(centers(c, j));
      out[j * group_size] = value;
      norm += static_cast<double>(value) * static_cast<double>(value);
    }
    half_norms_[place(c)] = static_cast<T>(0.5 * norm);
  }
}

void TransposedCenters::assign(const CenterMatrix& centers) {
  values = centers.transpose();
  half_norms = 0.5 * centers.rowwise().squaredNorm();
}

template class PackedCenters<float>;
template class PackedCenters<double>;

}  // namespace espalier::kmeans
