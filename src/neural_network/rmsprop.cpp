// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/rmsprop.hpp>

#include <cmath>

#include "neural_network/normal_or_zero.hpp"

namespace espalier::nn {

template <class T>
RMSprop<T>::RMSprop(RMSpropOptions options)
    : OptimizerOf<RMSprop<T>, T>(options), options_(options) {}

template <class T>
void RMSprop<T>::update(const Stretch& s) const {
  const auto rate = static_cast<T>(this->learning_rate());
  const auto decay = static_cast<T>(s.penalised ? options_.weight_decay : 0.0);
  const auto alpha = static_cast<T>(options_.alpha), rest = static_cast<T>(1.0 - options_.alpha);
  const auto epsilon = static_cast<T>(options_.epsilon);
  const auto momentum = static_cast<T>(options_.momentum);
  const T* const gradient = s.gradient;
  T* const value = s.value;
  T* const square = s.slots[0];
  T* const buffer = s.slots[1];
  const auto direction = [=](Index i) {
    const T g = gradient[i] + decay * value[i];
    square[i] = normal_or_zero(alpha * square[i] + rest * g * g);
    return g / (std::sqrt(square[i]) + epsilon);
  };
  if (buffer == nullptr) {
    for (Index i = 0; i < s.n; ++i) value[i] -= rate * direction(i);
  } else {
    for (Index i = 0; i < s.n; ++i) {
      buffer[i] = normal_or_zero(momentum * buffer[i] + direction(i));
      value[i] -= rate * buffer[i];
    }
  }
}

template class RMSprop<float>;
template class RMSprop<double>;

}  // namespace espalier::nn
