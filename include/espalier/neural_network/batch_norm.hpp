// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

struct BatchNormOptions {
  double epsilon = 1e-5;  ///< added to variances
  double momentum = 0.1;  ///< share of the newest batch in the running statistics, as in PyTorch
  bool affine = true;     ///< learns γ and β; else they are 1 and 0
};

/// Batch normalisation: y = γ·(x − μ) / √(σ² + ε) + β, column by column.
///
/// In training μ and σ² are the mean and the biased variance (over n) of the mini-batch. After it they
/// are the running ones, from 0 and 1: running ← (1 − momentum)·running + momentum·batch, with the
/// unbiased variance (over n − 1). γ begins at 1, β at 0; they are not penalised. Sums are in double.
///
/// A mini-batch of one row has no variance and is refused: take a batch_size that does not leave a
/// single row, or `drop_last` of the DataLoader.
///
/// @throws InvalidInput  in training: one row
/// @see Ioffe & Szegedy, ICML (2015) 448–456
template <class T = float>
class BatchNorm : public LayerOf<BatchNorm<T>, T> {
 public:
  static constexpr std::string_view type_name = "BatchNorm";

  /// @throws InvalidParameter  features < 1, epsilon ≤ 0, or momentum outside [0, 1]
  explicit BatchNorm(Index features, BatchNormOptions options = {});

  Index outputs(Index inputs) const override;
  void initialize(Random& random) override;
  std::vector<Parameter<T>*> parameters() override;
  std::vector<Parameter<T>*> statistics() override;
  bool differs_in_training() const override { return true; }
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void forward_training(ConstBatch<T> x, Batch<T> y, Random& random) override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;

  const Rows<T>& weight() const { return weight_.value; }              ///< γ, 1 × features
  const Rows<T>& bias() const { return bias_.value; }                  ///< β, 1 × features
  const Rows<T>& running_mean() const { return running_mean_.value; }  ///< 1 × features
  const Rows<T>& running_variance() const { return running_variance_.value; }  ///< 1 × features

 private:
  BatchNormOptions options_;
  Parameter<T> weight_, bias_, running_mean_, running_variance_;
  std::vector<T> mean_, inverse_deviation_;  // of the last training pass
};

extern template class BatchNorm<float>;
extern template class BatchNorm<double>;

}  // namespace espalier::nn
