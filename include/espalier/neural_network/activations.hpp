// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Activations: functions of single numbers, and softmax.
#pragma once

#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

/// y = max(0, x).
template <class T = float>
class ReLU : public LayerOf<ReLU<T>, T> {
 public:
  static constexpr std::string_view type_name = "ReLU";
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;
};

extern template class ReLU<float>;
extern template class ReLU<double>;

}  // namespace espalier::nn
