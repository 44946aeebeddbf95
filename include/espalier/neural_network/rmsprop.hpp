// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/optimizer.hpp>

namespace espalier::nn {

struct RMSpropOptions {
  double learning_rate = 1e-2;
  double alpha = 0.99;    ///< how much of the mean of squares stays (Keras's rho)
  double epsilon = 1e-8;  ///< keeps the divisor above 0
  double momentum = 0.0;
  double weight_decay = 0.0;  ///< λ, added to the gradient as λ·w

  static constexpr auto fields() {
    using O = RMSpropOptions;
    return Fields{
        field("learning_rate", &O::learning_rate, at_least(0.0), "of each step"),
        field("alpha", &O::alpha, Interval{0.0, 1.0, true, false}, "of the mean of squares"),
        field("epsilon", &O::epsilon, above(0.0), "added to the divisor"),
        field("momentum", &O::momentum, between(0.0, 1.0), "of the last step"),
        field("weight_decay", &O::weight_decay, at_least(0.0), "L2 penalty")};
  }
};

/// Steps divided by a running mean of the gradients' size: s ← αs + (1 − α)g², d = g / (√s + ε);
/// w ← w − ηd, or with momentum b ← μb + d, w ← w − ηb. PyTorch's, with its defaults, not centred.
///
/// @see Tieleman & Hinton, Lecture 6.5 of Neural Networks for Machine Learning, Coursera (2012)
template <class T = float>
class RMSprop : public OptimizerOf<RMSprop<T>, T> {
 public:
  static constexpr std::string_view type_name = "RMSprop";
  /// @throws InvalidParameter  an option is out of range
  explicit RMSprop(RMSpropOptions options = {});

 private:
  using typename Optimizer<T>::Stretch;
  int n_slots() const override { return options_.momentum > 0.0 ? 2 : 1; }
  void update(const Stretch& stretch) const override;

  RMSpropOptions options_;
};

extern template class RMSprop<float>;
extern template class RMSprop<double>;

}  // namespace espalier::nn
