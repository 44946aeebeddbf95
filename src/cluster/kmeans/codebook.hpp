// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cluster/kmeans/lloyd.hpp"

namespace espalier::kmeans {

/// k × p centres less an offset.
CenterMatrix centered(const Matrix& centers, const Vector& offset);

/// Fitted centres at work on any X: a block of rows at a time, on several threads.
class Codebook {
 public:
  /// `offset` is taken off rows and centres; sparse rows and the centres for them stay as they are.
  Codebook(const Matrix& centers, const Vector& offset) : centers_(centers), offset_(offset) {}

  Labels nearest(const Features& X) const;
  /// Labels, and Σ w·‖x − c‖². `weights` may be empty: ones.
  Assignment assign(const Features& X, const Vector& weights) const;
  /// n × k distances, as `float` if X is.
  Features distances(const Features& X) const;

 private:
  CenterMatrix centers_for(const Features& X) const {
    return X.is_sparse() ? CenterMatrix(centers_) : centered(centers_, offset_);
  }

  const Matrix& centers_;
  const Vector& offset_;
};

/// kmeans0, kmeans1, …, for the columns of `distances`: the class in lower case and the cluster.
std::vector<std::string> distance_names(std::string_view class_name, Index n_clusters);

/// `score` of a k-means model. @throws InvalidInput  naming `owner`: unusable weights
double score(const Codebook& codebook, const Features& X, const Vector& weights,
             std::string_view owner);

Labels as_labels(const std::vector<std::int32_t>& labels);

}  // namespace espalier::kmeans
