// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/codebook.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <type_traits>

#include "metrics/checks.hpp"

namespace espalier::kmeans {
namespace {

/// Calls `body(rows, begin)` for blocks of rows of X.
template <class Body>
void for_row_blocks(const Features& X, const Vector& offset, double work_of_a_row,
                    const Body& body) {
  const double work = work_of_a_row * static_cast<double>(X.rows());
  parallel_for_blocks(row_blocks(X.rows()), work, [&](Index begin, Index end) {
    with_rows(X, begin, end - begin, offset, [&](const auto& rows) { body(rows, begin); });
  });
}

template <class T>
Features distances_as(const Features& X, const CenterMatrix& centers, const Vector& offset) {
  const Index k = centers.rows();
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> result(X.rows(), k);
  for_row_blocks(X, offset, static_cast<double>(centers.size()), [&](const auto& rows, Index at) {
    using Rows = std::decay_t<decltype(rows)>;
    const typename Rows::Centers prepared(centers);
    std::vector<typename Rows::Scalar> squares(
        static_cast<std::size_t>(tile_rows * prepared.size()));
    for_tiles(0, rows.rows(), [&](Index first, Index count) {
      rows.squared_distances(prepared, first, count, squares.data());
      for (Index c = 0; c < k; ++c)
        for (Index i = 0; i < count; ++i)
          result(at + first + i, c) =
              static_cast<T>(std::sqrt(squares[static_cast<std::size_t>(tile_rows * c + i)]));
    });
  });
  return result;
}

}  // namespace

CenterMatrix centered(const Matrix& centers, const Vector& offset) {
  return centers.rowwise() - offset.transpose();
}

Labels Codebook::nearest(const Features& X) const {
  const CenterMatrix centers = centers_for(X);
  Labels labels(X.rows());
  for_row_blocks(X, offset_, static_cast<double>(centers.size()), [&](const auto& rows, Index at) {
    using Rows = std::decay_t<decltype(rows)>;
    const typename Rows::Centers prepared(centers);
    for_tiles(0, rows.rows(), [&](Index first, Index count) {
      rows.nearest(prepared, first, count, labels.data() + at + first);
    });
  });
  return labels;
}

Assignment Codebook::assign(const Features& X, const Vector& weights) const {
  return with_rows(X, 0, X.rows(), offset_,
                   [&](const auto& rows) { return kmeans::assign(rows, weights, centers_for(X)); });
}

Features Codebook::distances(const Features& X) const {
  return X.is_float32() ? distances_as<float>(X, centers_for(X), offset_)
                        : distances_as<double>(X, centers_for(X), offset_);
}

std::vector<std::string> distance_names(std::string_view class_name, Index n_clusters) {
  std::string prefix(class_name);
  std::transform(prefix.begin(), prefix.end(), prefix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::vector<std::string> names;
  for (Index c = 0; c < n_clusters; ++c) names.push_back(prefix + std::to_string(c));
  return names;
}

double score(const Codebook& codebook, const Features& X, const Vector& weights,
             std::string_view owner) {
  const detail::metrics::Weights checked(owner, weights, X.rows());
  return -codebook.assign(X, weights).inertia;
}

Labels as_labels(const std::vector<std::int32_t>& labels) {
  return Labels::Map(labels.data(), static_cast<Index>(labels.size()));
}

}  // namespace espalier::kmeans
