// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include <espalier/core/types.hpp>

namespace espalier {

struct RegressionOptions {
  Index n_samples = 100;
  Index n_features = 100;
  Index n_informative = 10;  ///< features with a coefficient; all of them if there are fewer
  Index n_targets = 1;
  double bias = 0.0;    ///< the constant in y
  double noise = 0.0;   ///< standard deviation of what is added to y
  bool shuffle = true;  ///< the order of the features; else the informative ones come first
  std::uint64_t random_state = 0;
};

struct RegressionData {
  Matrix X;     ///< n_samples × n_features, standard normal
  Matrix y;     ///< n_samples × n_targets
  Matrix coef;  ///< n_features × n_targets; 0 for features that are not informative
};

/// A linear relation with noise, y = X · coef + bias + noise, where the coefficients of the
/// informative features are uniform in [0, 100).
///
///     const RegressionData data = make_regression({.n_features = 5, .noise = 10.0});
///     Ridge().fit(data.X, data.y.col(0));
///
/// The parameters are scikit-learn's, the random numbers our own (see Random).
/// O(n_samples · n_features · n_targets).
/// @throws InvalidParameter  a number is not positive, or `noise` is negative or not finite
RegressionData make_regression(const RegressionOptions& options = {});

}  // namespace espalier
