// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <espalier/core/types.hpp>

namespace espalier {

struct BlobsOptions {
  Index n_samples = 100;
  Index n_features = 2;
  Index centers = 3;         ///< number of blobs
  double cluster_std = 1.0;  ///< standard deviation of a blob in every direction
  double center_low = -10.0;
  double center_high =
      10.0;             ///< centres are uniform in [center_low, center_high) in every direction
  bool shuffle = true;  ///< else the rows stand blob by blob
  std::uint64_t random_state = 0;
};

struct Blobs {
  Matrix X;        ///< n_samples × n_features
  Labels y;        ///< the blob of each row, 0 … centers − 1
  Matrix centers;  ///< centers × n_features
};

/// Round, normally distributed groups of points, for classifiers and clusterers. Blobs have equal
/// sizes; when these do not divide, the first ones have a row more.
///
///     const Blobs blobs = make_blobs({.n_samples = 300, .random_state = 1});
///
/// The parameters are scikit-learn's, the random numbers our own (see Random): the same options
/// give the same data, but not the data of scikit-learn. O(n_samples · n_features).
/// @throws InvalidParameter  a number is not positive, or the range of the centres is empty
Blobs make_blobs(const BlobsOptions& options = {});

}  // namespace espalier
