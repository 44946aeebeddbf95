// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/adagrad.hpp>

#include <cmath>

namespace espalier::nn {

template <class T>
Adagrad<T>::Adagrad(AdagradOptions options)
    : OptimizerOf<Adagrad<T>, T>(options), options_(options) {}

template <class T>
void Adagrad<T>::update(const Stretch& s) const {
  const auto rate = static_cast<T>(this->learning_rate());
  const auto decay = static_cast<T>(s.penalised ? options_.weight_decay : 0.0);
  const auto epsilon = static_cast<T>(options_.epsilon);
  const T* const gradient = s.gradient;
  T* const value = s.value;
  T* const square = s.slots[0];
  for (Index i = 0; i < s.n; ++i) {
    const T g = gradient[i] + decay * value[i];
    square[i] += g * g;
    value[i] -= rate * g / (std::sqrt(square[i]) + epsilon);
  }
}

template class Adagrad<float>;
template class Adagrad<double>;

}  // namespace espalier::nn
