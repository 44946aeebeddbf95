// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/adam.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/errors.hpp>

namespace espalier::nn {

template <class T>
Adam<T>::Adam(AdamOptions options)
    : OptimizerOf<Adam<T>, T>(options.learning_rate), options_(options) {
  const auto is_share = [](double beta) { return beta >= 0.0 && beta < 1.0; };
  if (!is_share(options.beta_1) || !is_share(options.beta_2) || !(options.epsilon > 0.0))
    throw InvalidParameter(
        fmt::format("Adam expects beta_1 and beta_2 in [0, 1) and epsilon > 0, got {}, {} and {}",
                    options.beta_1, options.beta_2, options.epsilon));
}

template <class T>
void Adam<T>::update(const Stretch& s) const {
  const auto t = static_cast<double>(this->n_steps());
  const auto rate =
      static_cast<T>(this->learning_rate() * std::sqrt(1.0 - std::pow(options_.beta_2, t)) /
                     (1.0 - std::pow(options_.beta_1, t)));
  const auto beta_1 = static_cast<T>(options_.beta_1), beta_2 = static_cast<T>(options_.beta_2);
  const auto rest_1 = static_cast<T>(1.0 - options_.beta_1);
  const auto rest_2 = static_cast<T>(1.0 - options_.beta_2);
  const auto epsilon = static_cast<T>(options_.epsilon);
  T* const value = s.value;
  T* const mean = s.slots[0];
  T* const square = s.slots[1];
  for (Index i = 0; i < s.n; ++i) {
    const T g = s.gradient[i];
    mean[i] = beta_1 * mean[i] + rest_1 * g;
    square[i] = beta_2 * square[i] + rest_2 * g * g;
    value[i] -= rate * mean[i] / (std::sqrt(square[i]) + epsilon);
  }
}

template class Adam<float>;
template class Adam<double>;

}  // namespace espalier::nn
