// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/adam.hpp>

#include <cmath>

#include "neural_network/normal_or_zero.hpp"

namespace espalier::nn {
namespace {

struct AdamStep {
  double rate;  // with both corrections
  double beta_1, beta_2, epsilon;
  double keep;  // what weight decay leaves of a weight

  /// Step t at the learning rate η.
  template <class Options>
  AdamStep(const Options& options, double eta, double t, double kept)
      : rate(eta * std::sqrt(1.0 - std::pow(options.beta_2, t)) /
             (1.0 - std::pow(options.beta_1, t))),
        beta_1(options.beta_1),
        beta_2(options.beta_2),
        epsilon(options.epsilon),
        keep(kept) {}

  /// One pass, which compilers turn into vector code with its root and division.
  template <class T>
  void take(const T* gradient, T* mean, T* square, T* value, Index n) const {
    const auto b1 = static_cast<T>(beta_1), rest_1 = static_cast<T>(1.0 - beta_1);
    const auto b2 = static_cast<T>(beta_2), rest_2 = static_cast<T>(1.0 - beta_2);
    const auto eps = static_cast<T>(epsilon), eta = static_cast<T>(rate);
    const auto kept = static_cast<T>(keep);
    for (Index i = 0; i < n; ++i) {
      const T g = gradient[i];
      mean[i] = normal_or_zero(b1 * mean[i] + rest_1 * g);
      square[i] = normal_or_zero(b2 * square[i] + rest_2 * g * g);
      value[i] = kept * value[i] - eta * mean[i] / (std::sqrt(square[i]) + eps);
    }
  }
};

}  // namespace

template <class T>
Adam<T>::Adam(AdamOptions options) : OptimizerOf<Adam<T>, T>(options), options_(options) {}

template <class T>
void Adam<T>::update(const Stretch& s) const {
  const AdamStep step(options_, this->learning_rate(), static_cast<double>(this->n_steps()), 1.0);
  step.take(s.gradient, s.slots[0], s.slots[1], s.value, s.n);
}

template <class T>
AdamW<T>::AdamW(AdamWOptions options) : OptimizerOf<AdamW<T>, T>(options), options_(options) {}

template <class T>
void AdamW<T>::update(const Stretch& s) const {
  const double eta = this->learning_rate();
  const double keep = s.penalised ? 1.0 - eta * options_.weight_decay : 1.0;
  const AdamStep step(options_, eta, static_cast<double>(this->n_steps()), keep);
  step.take(s.gradient, s.slots[0], s.slots[1], s.value, s.n);
}

template class Adam<float>;
template class Adam<double>;
template class AdamW<float>;
template class AdamW<double>;

}  // namespace espalier::nn
