// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <numbers>

#include <espalier/core/random.hpp>
#include <espalier/datasets/make_classification.hpp>
#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/sequential.hpp>

namespace espalier::nn {

/// Two half circles that reach into each other: no line divides them.
inline ClassificationData two_moons(Index n, std::uint64_t seed = 0, double noise = 0.1) {
  Random random(seed);
  ClassificationData data{Matrix(n, 2), Labels(n)};
  for (Index i = 0; i < n; ++i) {
    const double angle = random.uniform(0.0, std::numbers::pi);
    data.y[i] = static_cast<int>(i % 2);
    const double side = data.y[i] == 0 ? 1.0 : -1.0, shift = 0.5 * (1.0 - side);
    data.X(i, 0) = shift + side * std::cos(angle) + noise * random.normal();
    data.X(i, 1) = side * (std::sin(angle) - 0.25) + noise * random.normal();
  }
  return data;
}

/// 2 – hidden – 2.
template <class T>
Sequential<T> small_network(Index hidden = 16) {
  Sequential<T> net{Dense<T>(2, hidden), ReLU<T>(), Dense<T>(hidden, 2)};
  net.initialize(0);
  return net;
}

}  // namespace espalier::nn
