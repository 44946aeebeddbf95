// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/loss.hpp>

namespace espalier::nn {

/// Categorical cross-entropy from logits: l = log Σₖ exp zₖ − Σₖ pₖ·zₖ, where y is one column of
/// class numbers 0 … K−1 or K columns of probabilities p. `predict` is softmax.
template <class T = float>
class CrossEntropy : public LossOf<CrossEntropy<T>, T> {
 public:
  static constexpr std::string_view type_name = "CrossEntropy";
  void check(ConstBatch<T> y, Index outputs) const override;
  double evaluate(ConstBatch<T> z, ConstBatch<T> y, std::span<const T> weights,
                  Batch<T> dz) const override;
  void predict(Batch<T> z) const override;
};

extern template class CrossEntropy<float>;
extern template class CrossEntropy<double>;

}  // namespace espalier::nn
