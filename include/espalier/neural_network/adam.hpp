// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/optimizer.hpp>

namespace espalier::nn {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta_1 = 0.9;    ///< how much of the mean of gradients stays
  double beta_2 = 0.999;  ///< and of that of their squares
  double epsilon = 1e-8;
};

/// Adam: with means m of the gradients and v of their squares, both from 0 and corrected for it,
/// w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε), as scikit-learn has it. (PyTorch adds ε to the
/// corrected √v; they differ by a factor of ε.)
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

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace espalier::nn
