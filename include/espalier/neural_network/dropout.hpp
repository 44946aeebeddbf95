// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

/// In training sets each number to 0 with probability `rate` and divides the others by 1 − rate, so
/// that the expectation stays; after training y = x.
///
/// A mask takes 16 random bits a number, so the rate is the nearest multiple of 2⁻¹⁶ (at most
/// 1 − 2⁻¹⁶). It is not stored: `backward` draws it again.
///
/// @see Srivastava et al., JMLR 15 (2014) 1929–1958
template <class T = float>
class Dropout : public LayerOf<Dropout<T>, T> {
 public:
  static constexpr std::string_view type_name = "Dropout";

  /// @throws InvalidParameter  rate is outside [0, 1)
  explicit Dropout(double rate = 0.5);
  double rate() const { return rate_; }

  bool differs_in_training() const override { return rate_ > 0.0; }
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void forward_training(ConstBatch<T> x, Batch<T> y, Random& random) override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;

 private:
  void mask(Random random, ConstBatch<T> from, Batch<T> to) const;

  double rate_;
  Random mask_random_{0};  // as it was before the mask of the last training pass
};

extern template class Dropout<float>;
extern template class Dropout<double>;

}  // namespace espalier::nn
