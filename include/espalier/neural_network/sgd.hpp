// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/optimizer.hpp>

namespace espalier::nn {

struct SGDOptions {
  double learning_rate = 1e-2;
  double momentum = 0.0;      ///< how much of the last step is taken again
  bool nesterov = false;      ///< looks ahead; without momentum it changes nothing
  double weight_decay = 0.0;  ///< λ, added to the gradient as λ·w

  static constexpr auto fields() {
    using O = SGDOptions;
    return Fields{field("learning_rate", &O::learning_rate, at_least(0.0), "of each step"),
                  field("momentum", &O::momentum, between(0.0, 1.0), "of the last step"),
                  field("nesterov", &O::nesterov, "looks ahead"),
                  field("weight_decay", &O::weight_decay, at_least(0.0), "L2 penalty")};
  }
};

/// Gradient descent with momentum: v ← μv − ηg, w ← w + v; with Nesterov's momentum
/// w ← w + μv − ηg, with the new v. As scikit-learn's, with its defaults for the MLP at
/// {.learning_rate = 1e-3, .momentum = 0.9, .nesterov = true}.
///
/// PyTorch has v ← μv + g, w ← w − ηv: the same as long as η stays. When a schedule changes it,
/// what has gathered in v keeps its size here and is scaled there.
///
/// @see Sutskever et al., On the importance of initialization and momentum, ICML (2013) 1139–1147
template <class T = float>
class SGD : public OptimizerOf<SGD<T>, T> {
 public:
  static constexpr std::string_view type_name = "SGD";
  /// @throws InvalidParameter  an option is out of range
  explicit SGD(SGDOptions options = {});

 private:
  using typename Optimizer<T>::Stretch;
  int n_slots() const override { return options_.momentum > 0.0 ? 1 : 0; }
  void update(const Stretch& stretch) const override;

  SGDOptions options_;
};

extern template class SGD<float>;
extern template class SGD<double>;

}  // namespace espalier::nn
