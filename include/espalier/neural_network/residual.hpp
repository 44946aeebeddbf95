// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include <espalier/neural_network/sequential.hpp>

namespace espalier::nn {

/// A residual block: y = x + f(x), where f is layers one after the other that keep the width.
///
///     nn::Sequential net{nn::Dense(28, 64),
///                        nn::Residual(nn::Sequential{nn::Dense(64, 64), nn::ReLU()}),
///                        nn::Dense(64, 1)};
///
/// What the inner layers learn is what the block learns, and is stored with it.
///
/// @see He, Zhang, Ren & Sun, CVPR (2016) 770–778
template <class T>
class Residual : public LayerOf<Residual<T>, T> {
 public:
  static constexpr std::string_view type_name = "Residual";

  /// @throws InvalidParameter  there are no inner layers
  explicit Residual(Sequential<T> inner);
  const Sequential<T>& inner() const { return inner_; }
  Sequential<T>& inner() { return inner_; }

  /// @throws InvalidInput  the inner layers want or give another width
  Index outputs(Index inputs) const override;
  void initialize(Random& random) override;
  std::vector<Parameter<T>*> parameters() override { return inner_.parameters(); }
  std::vector<Parameter<T>*> statistics() override { return inner_.statistics(); }
  bool differs_in_training() const override { return inner_.differs_in_training(); }
  /// Allocates the scratch memory; Sequential provides it by `forward_with`.
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void forward_with(ConstBatch<T> x, Batch<T> y, T* scratch) const override;
  Index scratch_size(Index rows, Index inputs) const override;
  void forward_training(ConstBatch<T> x, Batch<T> y, Random& random) override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;

 private:
  Sequential<T> inner_;
};

extern template class Residual<float>;
extern template class Residual<double>;

}  // namespace espalier::nn
