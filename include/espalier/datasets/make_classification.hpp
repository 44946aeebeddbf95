// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <espalier/core/types.hpp>

namespace espalier {

struct ClassificationOptions {
  Index n_samples = 100;
  Index n_features = 20;
  Index n_informative = 2;  ///< features that tell the classes apart
  Index n_redundant = 2;    ///< random linear combinations of these
  Index n_classes = 2;
  Index n_clusters_per_class = 2;  ///< n_classes · n_clusters_per_class ≤ 2^n_informative
  Vector weights = {};             ///< the share of each class; empty: equal shares
  double flip_y = 0.01;            ///< share of the rows that get a random class
  double class_sep = 1.0;          ///< half the edge of the cube; the larger, the easier
  bool shuffle = true;             ///< rows and features; else informative, redundant, noise
  std::uint64_t random_state = 0;
};

struct ClassificationData {
  Matrix X;  ///< n_samples × n_features
  Labels y;  ///< 0 … n_classes − 1
};

/// Clusters of points about the corners of a cube with edges of 2 · class_sep,
/// `n_clusters_per_class` of them a class, among redundant and useless (standard normal) features.
/// Inside each cluster the informative features are correlated by a random matrix.
///
///     const ClassificationData data = make_classification({.n_samples = 1000, .n_classes = 3,
///                                                          .n_informative = 4});
///
/// The parameters are scikit-learn's, the random numbers our own (see Random).
/// O(n_samples · n_features · n_informative).
/// @throws InvalidParameter  a number is out of range, the informative and redundant features are
///                           more than n_features, or the cube has too few corners
/// @see Guyon, Design of experiments for the NIPS 2003 variable selection benchmark (2003)
ClassificationData make_classification(const ClassificationOptions& options = {});

}  // namespace espalier
