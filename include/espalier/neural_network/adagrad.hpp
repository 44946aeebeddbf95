// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/neural_network/optimizer.hpp>

namespace espalier::nn {

struct AdagradOptions {
  double learning_rate = 1e-2;
  double epsilon = 1e-10;     ///< keeps the divisor above 0
  double weight_decay = 0.0;  ///< λ, added to the gradient as λ·w

  static constexpr auto fields() {
    using O = AdagradOptions;
    return Fields{field("learning_rate", &O::learning_rate, at_least(0.0), "of each step"),
                  field("epsilon", &O::epsilon, above(0.0), "added to the divisor"),
                  field("weight_decay", &O::weight_decay, at_least(0.0), "L2 penalty")};
  }
};

/// Steps divided by the size of all gradients so far: s ← s + g², w ← w − ηg / (√s + ε). PyTorch's,
/// with its defaults. Suits inputs that are seldom other than 0.
///
/// @see Duchi, Hazan & Singer, JMLR 12 (2011) 2121–2159
template <class T = float>
class Adagrad : public OptimizerOf<Adagrad<T>, T> {
 public:
  static constexpr std::string_view type_name = "Adagrad";
  /// @throws InvalidParameter  an option is out of range
  explicit Adagrad(AdagradOptions options = {});

 private:
  using typename Optimizer<T>::Stretch;
  int n_slots() const override { return 1; }
  void update(const Stretch& stretch) const override;

  AdagradOptions options_;
};

extern template class Adagrad<float>;
extern template class Adagrad<double>;

}  // namespace espalier::nn
