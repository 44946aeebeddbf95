// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Activations: functions of single numbers, and softmax. They have no parameters to learn, and keep
/// the width. NaN stays NaN.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include <espalier/neural_network/layer.hpp>

namespace espalier::nn {

/// The layer of one of the functions below, which the library knows. Any number has the same bits
/// wherever it stands in a batch.
template <class Derived, class T>
class Elementwise : public LayerOf<Derived, T> {
 public:
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void forward_training(ConstBatch<T> x, Batch<T> y, Random& random) override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;
};

/// y = x.
template <class T = float>
class Identity : public Elementwise<Identity<T>, T> {
 public:
  static constexpr std::string_view type_name = "Identity";
};

/// y = max(0, x). The slope at 0 is 0.
template <class T = float>
class ReLU : public Elementwise<ReLU<T>, T> {
 public:
  static constexpr std::string_view type_name = "ReLU";
};

/// y = x for x > 0 and slope·x elsewhere.
///
/// @see Maas, Hannun & Ng, ICML workshop on deep learning for audio, speech and language (2013)
template <class T = float>
class LeakyReLU : public Elementwise<LeakyReLU<T>, T> {
 public:
  static constexpr std::string_view type_name = "LeakyReLU";
  /// @throws InvalidParameter  slope is not finite
  explicit LeakyReLU(double slope = 0.01);
  double slope() const { return slope_; }

 private:
  double slope_;
};

/// y = x for x > 0 and α(eˣ − 1) elsewhere.
///
/// @see Clevert, Unterthiner & Hochreiter, ICLR (2016)
template <class T = float>
class ELU : public Elementwise<ELU<T>, T> {
 public:
  static constexpr std::string_view type_name = "ELU";
  /// @throws InvalidParameter  alpha is not finite, or negative
  explicit ELU(double alpha = 1.0);
  double alpha() const { return alpha_; }

 private:
  double alpha_;
};

/// y = λx for x > 0 and λα(eˣ − 1) elsewhere, with λ = 1.0507… and α = 1.6733…, for which layers with
/// Init::lecun_normal keep mean 0 and variance 1.
///
/// @see Klambauer, Unterthiner, Mayr & Hochreiter, NIPS (2017) 971–980
template <class T = float>
class SELU : public Elementwise<SELU<T>, T> {
 public:
  static constexpr std::string_view type_name = "SELU";
};

/// y = 1 / (1 + e⁻ˣ): scikit-learn's logistic.
template <class T = float>
class Sigmoid : public Elementwise<Sigmoid<T>, T> {
 public:
  static constexpr std::string_view type_name = "Sigmoid";
};

/// y = tanh x.
template <class T = float>
class Tanh : public Elementwise<Tanh<T>, T> {
 public:
  static constexpr std::string_view type_name = "Tanh";
};

/// y = log(1 + eˣ), without overflow.
template <class T = float>
class Softplus : public Elementwise<Softplus<T>, T> {
 public:
  static constexpr std::string_view type_name = "Softplus";
};

/// y = x / (1 + e⁻ˣ), also called swish.
///
/// @see Elfwing, Uchibe & Doya, Neural Networks 107 (2018) 3–11
template <class T = float>
class SiLU : public Elementwise<SiLU<T>, T> {
 public:
  static constexpr std::string_view type_name = "SiLU";
};

struct GELUOptions {
  /// ½x(1 + tanh(√(2/π)·(x + 0.044715x³))) in place of the exact function, from which it is at most
  /// 5e-4 away: for networks that were trained with it.
  bool approximate = false;
};

/// y = x·Φ(x), where Φ is the distribution function of the normal distribution, ½(1 + erf(x/√2)).
///
/// @see Hendrycks & Gimpel, arXiv:1606.08415 (2016)
template <class T = float>
class GELU : public Elementwise<GELU<T>, T> {
 public:
  static constexpr std::string_view type_name = "GELU";
  explicit GELU(GELUOptions options = {}) : options_(options) {}
  const GELUOptions& options() const { return options_; }

 private:
  GELUOptions options_;
};

/// yₖ = exp xₖ / Σⱼ exp xⱼ over the columns of each row, without overflow.
///
/// Not before CrossEntropy, which takes logits and whose `predict` is softmax.
template <class T = float>
class Softmax : public LayerOf<Softmax<T>, T> {
 public:
  static constexpr std::string_view type_name = "Softmax";
  void forward(ConstBatch<T> x, Batch<T> y) const override;
  void backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) override;
};

/// The activations by name; the first four have scikit-learn's names.
enum class Activation : std::uint8_t {
  identity,
  logistic,
  tanh,
  relu,
  leaky_relu,
  elu,
  selu,
  softplus,
  silu,
  gelu,
  softmax
};

constexpr auto names_of(Activation) {
  return std::array<std::string_view, 11>{"identity",   "logistic", "tanh",   "relu",
                                          "leaky_relu", "elu",      "selu",   "softplus",
                                          "silu",       "gelu",     "softmax"};
}

/// The layer of that name, with its default options: `net.add(nn::make_activation<float>(a))`.
template <class T>
std::unique_ptr<Layer<T>> make_activation(Activation activation);

extern template class Elementwise<Identity<float>, float>;
extern template class Elementwise<Identity<double>, double>;
extern template class Elementwise<ReLU<float>, float>;
extern template class Elementwise<ReLU<double>, double>;
extern template class Elementwise<LeakyReLU<float>, float>;
extern template class Elementwise<LeakyReLU<double>, double>;
extern template class Elementwise<ELU<float>, float>;
extern template class Elementwise<ELU<double>, double>;
extern template class Elementwise<SELU<float>, float>;
extern template class Elementwise<SELU<double>, double>;
extern template class Elementwise<Sigmoid<float>, float>;
extern template class Elementwise<Sigmoid<double>, double>;
extern template class Elementwise<Tanh<float>, float>;
extern template class Elementwise<Tanh<double>, double>;
extern template class Elementwise<Softplus<float>, float>;
extern template class Elementwise<Softplus<double>, double>;
extern template class Elementwise<SiLU<float>, float>;
extern template class Elementwise<SiLU<double>, double>;
extern template class Elementwise<GELU<float>, float>;
extern template class Elementwise<GELU<double>, double>;
extern template class LeakyReLU<float>;
extern template class LeakyReLU<double>;
extern template class ELU<float>;
extern template class ELU<double>;
extern template class Softmax<float>;
extern template class Softmax<double>;
extern template std::unique_ptr<Layer<float>> make_activation(Activation);
extern template std::unique_ptr<Layer<double>> make_activation(Activation);

}  // namespace espalier::nn
