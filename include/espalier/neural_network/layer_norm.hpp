// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

struct LayerNormOptions {
  double epsilon = 1e-5;  ///< added to variances
  bool affine = true;     ///< learns γ and β; else they are 1 and 0
};

/// Layer normalisation: y = γ·(x − μ) / √(σ² + ε) + β, where μ and σ² are the mean and the biased
/// variance over the columns of each row; in training and after it alike.
///
/// γ, which begins at 1, and β, at 0, have a value a column and are not penalised. Sums are in
/// double.
///
/// @see Ba, Kiros & Hinton, arXiv:1607.06450 (2016)
template <class T = float>
class LayerNorm : public LayerOf<LayerNorm<T>, T> {
 public:
  static constexpr std::string_view type_name = "LayerNorm";

  /// @throws InvalidParameter  features < 1, or epsilon ≤ 0
  explicit LayerNorm(Index features, LayerNormOptions options = {});

  Index outputs(Index inputs) const override;
  void initialize(Random& random) override;
  std::vector<Parameter<T>*> parameters() override;
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void forward_training(ConstBatch<T> x, Batch<T> y, Random& random) override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;

  const Rows<T>& weight() const { return weight_.value; }  ///< γ, 1 × features
  const Rows<T>& bias() const { return bias_.value; }      ///< β, 1 × features

 private:
  LayerNormOptions options_;
  Parameter<T> weight_, bias_;
  std::vector<T> mean_, inverse_deviation_;  // of each row of the last training pass
};

extern template class LayerNorm<float>;
extern template class LayerNorm<double>;

}  // namespace espalier::nn
