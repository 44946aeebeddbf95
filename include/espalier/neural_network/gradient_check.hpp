// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <espalier/neural_network/layer.hpp>
#include <espalier/neural_network/sequential.hpp>

namespace espalier::nn {

struct GradientCheckOptions {
  /// Of the differences. The cube root of double's precision, where rounding and curvature err alike.
  double step = 6e-6;
  std::uint64_t seed = 0;  ///< of what the layer draws in training, and of the loss
};

/// How far a backward pass is from differences of the forward one.
struct GradientDifference {
  std::string by;  ///< "x", or the name of a parameter
  /// The largest |a − d| / max(|a|, |d|, s/1000) over the numbers of x or of the parameter, where a is
  /// the derivative of the loss by `backward`, d = (L(v + h) − L(v − h)) / 2h, and s the largest |a|
  /// or |d| of all; infinite when one of them is not finite.
  double relative;
};

/// Compares a layer's `backward` with central differences of its `forward_training`, by x and by every
/// parameter, for the loss L = Σ cᵢₖ·yᵢₖ with normal numbers c. The layer is copied, the copy always
/// given the same random numbers. x should be away from kinks (0 for ReLU).
///
/// Takes two passes a number of x and of the parameters: for small layers and a few rows.
///
/// @throws InvalidInput      x does not fit
/// @throws InvalidParameter  the step is not positive and finite
std::vector<GradientDifference> gradient_differences(const Layer<double>& layer,
                                                     const Rows<double>& x,
                                                     GradientCheckOptions options = {});

/// The largest of them, below 1e-6 for a pass that is right:
///
///     EXPECT_LT(nn::check_gradients(MyLayer<double>(3), x), 1e-6);
double check_gradients(const Layer<double>& layer, const Rows<double>& x,
                       GradientCheckOptions options = {});
/// Of a whole network.
double check_gradients(const Sequential<double>& network, const Rows<double>& x,
                       GradientCheckOptions options = {});

}  // namespace espalier::nn
