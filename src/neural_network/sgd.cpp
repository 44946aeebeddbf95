// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/sgd.hpp>

#include <cmath>

#include "neural_network/normal_or_zero.hpp"

namespace espalier::nn {

template <class T>
SGD<T>::SGD(SGDOptions options) : OptimizerOf<SGD<T>, T>(options), options_(options) {}

template <class T>
void SGD<T>::update(const Stretch& s) const {
  const auto rate = static_cast<T>(this->learning_rate());
  const auto decay = static_cast<T>(s.penalised ? options_.weight_decay : 0.0);
  const auto momentum = static_cast<T>(options_.momentum);
  const T* const gradient = s.gradient;
  T* const value = s.value;
  T* const velocity = s.slots[0];
  if (velocity == nullptr) {
    for (Index i = 0; i < s.n; ++i) value[i] -= rate * (gradient[i] + decay * value[i]);
  } else if (options_.nesterov) {
    for (Index i = 0; i < s.n; ++i) {
      const T descent = rate * (gradient[i] + decay * value[i]);
      velocity[i] = normal_or_zero(momentum * velocity[i] - descent);
      value[i] += momentum * velocity[i] - descent;
    }
  } else {
    for (Index i = 0; i < s.n; ++i) {
      velocity[i] =
          normal_or_zero(momentum * velocity[i] - rate * (gradient[i] + decay * value[i]));
      value[i] += velocity[i];
    }
  }
}

template class SGD<float>;
template class SGD<double>;

}  // namespace espalier::nn
