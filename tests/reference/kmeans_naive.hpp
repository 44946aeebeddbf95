// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// k-means as it is written down: every distance from differences, every mean from all rows.
#pragma once

#include <limits>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::reference {

struct NaiveKMeans {
  Matrix centers;
  Labels labels;  ///< of the final centres
  double inertia = 0.0;
  int n_iter = 0;
};

/// The lowest of the nearest centres.
inline int naive_nearest(const Matrix& centers, const Eigen::RowVectorXd& x) {
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (Index c = 0; c < centers.rows(); ++c) {
    const double distance = (x - centers.row(c)).squaredNorm();
    if (distance < least) {
      least = distance;
      best = static_cast<int>(c);
    }
  }
  return best;
}

/// Lloyd's algorithm for data in which no cluster becomes empty. `weights`: one a row.
inline NaiveKMeans naive_kmeans(const Matrix& X, const Vector& weights, Matrix centers,
                                int max_iter, double tol) {
  NaiveKMeans result{std::move(centers), Labels::Constant(X.rows(), -1), 0.0, 0};
  const auto assigned = [&] {
    Labels labels(X.rows());
    for (Index i = 0; i < X.rows(); ++i) labels[i] = naive_nearest(result.centers, X.row(i));
    return labels;
  };
  for (bool done = false; !done && result.n_iter < max_iter; ++result.n_iter) {
    const Labels labels = assigned();
    Matrix sums = Matrix::Zero(result.centers.rows(), X.cols());
    Vector weight = Vector::Zero(result.centers.rows());
    for (Index i = 0; i < X.rows(); ++i) {
      sums.row(labels[i]) += weights[i] * X.row(i);
      weight[labels[i]] += weights[i];
    }
    const Matrix moved = sums.array().colwise() / weight.array();
    done = labels == result.labels || (moved - result.centers).squaredNorm() <= tol;
    result.centers = moved;
    result.labels = labels;
  }
  result.labels = assigned();
  for (Index i = 0; i < X.rows(); ++i)
    result.inertia += weights[i] * (X.row(i) - result.centers.row(result.labels[i])).squaredNorm();
  return result;
}

}  // namespace espalier::reference
