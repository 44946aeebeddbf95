// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Layers applied by hand, for the tests.
#pragma once

#include <cstdint>
#include <utility>

#include <espalier/neural_network/layer.hpp>

namespace espalier::testing_support {

template <class T = double>
nn::Rows<T> normal_rows(Index rows, Index cols, std::uint64_t seed = 0, double deviation = 1.0) {
  Random random(seed, 7);
  nn::Rows<T> result(rows, cols);
  for (Index i = 0; i < result.size(); ++i)
    result.data()[i] = static_cast<T>(random.normal(0.0, deviation));
  return result;
}

template <class T>
nn::Rows<T> forward(const nn::Layer<T>& layer, const nn::Rows<T>& x) {
  nn::Rows<T> y(x.rows(), layer.outputs(x.cols()));
  layer.forward(nn::view(x), nn::mutable_view(y));
  return y;
}

template <class T>
nn::Rows<T> forward_training(nn::Layer<T>& layer, const nn::Rows<T>& x, std::uint64_t seed = 0) {
  nn::Rows<T> y(x.rows(), layer.outputs(x.cols()));
  Random random(seed, 3);
  layer.forward_training(nn::view(x), nn::mutable_view(y), random);
  return y;
}

/// After a pass forward in training, with results y: the gradient by x.
template <class T>
nn::Rows<T> backward(nn::Layer<T>& layer, const nn::Rows<T>& x, const nn::Rows<T>& y,
                     const nn::Rows<T>& dy) {
  nn::Rows<T> dx(x.rows(), x.cols());
  layer.backward(nn::view(x), nn::view(y), nn::view(dy), nn::mutable_view(dx));
  return dx;
}

}  // namespace espalier::testing_support
