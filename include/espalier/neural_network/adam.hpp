// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/optimizer.hpp>

namespace espalier::nn {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;    ///< how much of the mean of gradients stays
  double beta_2 = 0.999;  ///< and of that of their squares
  double epsilon = 1e-8;  ///< keeps the divisor above 0

  static constexpr auto fields() {
    using O = AdamOptions;
    return Fields{
        field("learning_rate", &O::learning_rate, at_least(0.0), "of each step"),
        field("beta_1", &O::beta_1, Interval{0.0, 1.0, true, false}, "of the mean"),
        field("beta_2", &O::beta_2, Interval{0.0, 1.0, true, false}, "of the mean of squares"),
        field("epsilon", &O::epsilon, above(0.0), "added to the divisor")};
  }
};

/// Adam: with means m of the gradients and v of their squares, both from 0 and corrected for it,
/// w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε), as scikit-learn has it. (PyTorch adds ε to the
/// corrected √v, so that its ε is √(1 − β₂ᵗ) times as large here.)
///
/// @see Kingma & Ba, ICLR (2015)
template <class T = float>
class Adam : public OptimizerOf<Adam<T>, T> {
 public:
  static constexpr std::string_view type_name = "Adam";
  /// @throws InvalidParameter  an option is out of range
  explicit Adam(AdamOptions options = {});

 private:
  using typename Optimizer<T>::Stretch;
  int n_slots() const override { return 2; }
  void update(const Stretch& stretch) const override;

  AdamOptions options_;
};

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;         ///< how much of the mean of gradients stays
  double beta_2 = 0.999;       ///< and of that of their squares
  double epsilon = 1e-8;       ///< keeps the divisor above 0
  double weight_decay = 1e-2;  ///< λ

  static constexpr auto fields() {
    using O = AdamWOptions;
    return Fields{
        field("learning_rate", &O::learning_rate, at_least(0.0), "of each step"),
        field("beta_1", &O::beta_1, Interval{0.0, 1.0, true, false}, "of the mean"),
        field("beta_2", &O::beta_2, Interval{0.0, 1.0, true, false}, "of the mean of squares"),
        field("epsilon", &O::epsilon, above(0.0), "added to the divisor"),
        field("weight_decay", &O::weight_decay, at_least(0.0), "what a step takes off")};
  }
};

/// Adam in which each step first shrinks the weights, w ← w − ηλw: the decay is not divided by the
/// size of the gradients, as that of a penalty would be.
///
/// @see Loshchilov & Hutter, Decoupled weight decay regularization, ICLR (2019)
template <class T = float>
class AdamW : public OptimizerOf<AdamW<T>, T> {
 public:
  static constexpr std::string_view type_name = "AdamW";
  /// @throws InvalidParameter  an option is out of range
  explicit AdamW(AdamWOptions options = {});

 private:
  using typename Optimizer<T>::Stretch;
  int n_slots() const override { return 2; }
  void update(const Stretch& stretch) const override;

  AdamWOptions options_;
};

extern template class Adam<float>;
extern template class Adam<double>;
extern template class AdamW<float>;
extern template class AdamW<double>;

}  // namespace espalier::nn
