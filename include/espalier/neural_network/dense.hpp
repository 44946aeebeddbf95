// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/initializer.hpp>
#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

struct DenseOptions {
  Init init = Init::glorot_uniform;  ///< of the weights
  double init_value = 0.0;           ///< for Init::constant
  bool bias = true;                  ///< adds b, which begins at 0
};

/// A fully connected layer: y = xW + b, with W inputs × outputs (as scikit-learn's coefs_).
///
/// O(inputs · outputs) a row, by matrix products of our own on all threads; the same bits for any
/// number of them. In Sequential::predict a ReLU that follows is part of the product.
template <class T = float>
class Dense : public LayerOf<Dense<T>, T> {
 public:
  static constexpr std::string_view type_name = "Dense";

  /// @throws InvalidParameter  inputs or outputs is less than 1
  Dense(Index inputs, Index outputs, DenseOptions options = {});

  Index outputs(Index inputs) const override;
  void initialize(Random& random) override;
  std::vector<Parameter<T>*> parameters() override;
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  bool forward_and(const Layer<T>& next, ConstBatch<T> x, Batch<T> y) const override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;
  bool backward_parameters(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy) override;

  const Rows<T>& weight() const { return weight_.value; }  ///< inputs × outputs
  const Rows<T>& bias() const { return bias_.value; }      ///< 1 × outputs, or empty

 private:
  DenseOptions options_;
  Parameter<T> weight_, bias_;
  Rows<T> scratch_;  // of the way back
};

extern template class Dense<float>;
extern template class Dense<double>;

}  // namespace espalier::nn
