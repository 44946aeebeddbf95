// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/activations.hpp>

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "neural_network/chunks.hpp"

namespace espalier::nn {
namespace {

constexpr double selu_scale = 1.0507009873554804934193349852946;
constexpr double selu_alpha = 1.6732632423543772848170429916717;

/// Φ(x), the lower tail of the normal distribution, given e = exp(−½x²).
Chunk<double> normal_cdf(const Chunk<double>& x, const Chunk<double>& /*e*/) {
  return x.unaryExpr([](double v) { return 0.5 * std::erfc(-v / std::numbers::sqrt2); });
}

/// By erfc(u) = e^(−u²)·t·P(t), t = 1 / (1 + 0.4u), for u = |x|/√2: P is fitted for the least relative
/// error, 1.3e-7, on all u ≥ 0.
Chunk<float> normal_cdf(const Chunk<float>& x, const Chunk<float>& e) {
  constexpr std::array<float, 9> p{0.0502654104F,   -0.18291456F, 0.169106744F,
                                   -0.00562576682F, 0.141440215F, 0.168539611F,
                                   0.207843031F,    0.225669578F, 0.225675862F};
  const Chunk<float> t = (1.0F + (0.4F / std::numbers::sqrt2_v<float>)*x.abs()).inverse();
  Chunk<float> tail = Chunk<float>::Constant(p[0]);
  for (std::size_t k = 1; k < p.size(); ++k) tail = tail * t + p[k];
  tail *= 0.5F * t * e;
  return (x < 0.0F).select(tail, 1.0F - tail);
}

// Of each activation its value at x, and its slope at x, given the value y.

template <class T>
Chunk<T> value(const Identity<T>& /*layer*/, const Chunk<T>& x) {
  return x;
}
template <class T>
Chunk<T> slope(const Identity<T>& /*layer*/, const Chunk<T>& /*x*/, const Chunk<T>& /*y*/) {
  return Chunk<T>::Ones();
}

template <class T>
Chunk<T> value(const ReLU<T>& /*layer*/, const Chunk<T>& x) {
  return (x < T(0)).select(T(0), x);
}
template <class T>
Chunk<T> slope(const ReLU<T>& /*layer*/, const Chunk<T>& /*x*/, const Chunk<T>& y) {
  return (y > T(0)).select(Chunk<T>::Ones(), T(0));
}

template <class T>
Chunk<T> value(const LeakyReLU<T>& layer, const Chunk<T>& x) {
  return (x > T(0)).select(x, static_cast<T>(layer.slope()) * x);
}
template <class T>
Chunk<T> slope(const LeakyReLU<T>& layer, const Chunk<T>& x, const Chunk<T>& /*y*/) {
  return (x > T(0)).select(Chunk<T>::Ones(), static_cast<T>(layer.slope()));
}

template <class T>
Chunk<T> value(const ELU<T>& layer, const Chunk<T>& x) {
  const Chunk<T> below = static_cast<T>(layer.alpha()) * x.expm1();
  return (x > T(0)).select(x, below);
}
template <class T>
Chunk<T> slope(const ELU<T>& layer, const Chunk<T>& x, const Chunk<T>& y) {
  return (x > T(0)).select(Chunk<T>::Ones(), y + static_cast<T>(layer.alpha()));
}

template <class T>
Chunk<T> value(const SELU<T>& /*layer*/, const Chunk<T>& x) {
  const Chunk<T> below = static_cast<T>(selu_scale * selu_alpha) * x.expm1();
  return (x > T(0)).select(static_cast<T>(selu_scale) * x, below);
}
template <class T>
Chunk<T> slope(const SELU<T>& /*layer*/, const Chunk<T>& x, const Chunk<T>& y) {
  return (x > T(0)).select(Chunk<T>::Constant(static_cast<T>(selu_scale)),
                           y + static_cast<T>(selu_scale * selu_alpha));
}

template <class T>
Chunk<T> sigmoid(const Chunk<T>& x) {
  return (T(1) + (-x).exp()).inverse();
}

template <class T>
Chunk<T> value(const Sigmoid<T>& /*layer*/, const Chunk<T>& x) {
  return sigmoid<T>(x);
}
template <class T>
Chunk<T> slope(const Sigmoid<T>& /*layer*/, const Chunk<T>& /*x*/, const Chunk<T>& y) {
  return y * (T(1) - y);
}

template <class T>
Chunk<T> value(const Tanh<T>& /*layer*/, const Chunk<T>& x) {
  return x.tanh();
}
template <class T>
Chunk<T> slope(const Tanh<T>& /*layer*/, const Chunk<T>& /*x*/, const Chunk<T>& y) {
  return T(1) - y * y;
}

template <class T>
Chunk<T> value(const Softplus<T>& /*layer*/, const Chunk<T>& x) {
  const Chunk<T> rest = (-x.abs()).exp().log1p();
  return (x < T(0)).select(rest, x + rest);
}
template <class T>
Chunk<T> slope(const Softplus<T>& /*layer*/, const Chunk<T>& x, const Chunk<T>& /*y*/) {
  return sigmoid<T>(x);
}

template <class T>
Chunk<T> value(const SiLU<T>& /*layer*/, const Chunk<T>& x) {
  return x * sigmoid<T>(x);
}
template <class T>
Chunk<T> slope(const SiLU<T>& /*layer*/, const Chunk<T>& x, const Chunk<T>& y) {
  const Chunk<T> s = sigmoid<T>(x);
  return s + y * (T(1) - s);
}

constexpr double gelu_cubic = 0.044715;
const double gelu_linear = std::sqrt(8.0 * std::numbers::inv_pi);

/// √(8/π)·(x + 0.044715x³), whose sigmoid is ½(1 + tanh) of its half.
template <class T>
Chunk<T> gelu_argument(const Chunk<T>& x) {
  return static_cast<T>(gelu_linear) * x * (T(1) + static_cast<T>(gelu_cubic) * x * x);
}

template <class T>
Chunk<T> value(const GELU<T>& layer, const Chunk<T>& x) {
  if (layer.options().approximate) return x * sigmoid<T>(gelu_argument<T>(x));
  const Chunk<T> e = (T(-0.5) * x * x).exp();
  return x * normal_cdf(x, e);
}
template <class T>
Chunk<T> slope(const GELU<T>& layer, const Chunk<T>& x, const Chunk<T>& /*y*/) {
  // Beyond 40 the slope is 1 or 0, but x² overflows and Eigen's exp is never less than 1e-308.
  const Chunk<T> near = x.unaryExpr([](T v) { return std::clamp(v, T(-40), T(40)); });
  const Chunk<T> square = near * near;
  if (layer.options().approximate) {
    const Chunk<T> argument = gelu_argument<T>(near);
    const Chunk<T> s = sigmoid<T>(argument), rest = sigmoid<T>(-argument);
    return s + s * rest * near * static_cast<T>(gelu_linear) *
                   (T(1) + static_cast<T>(3.0 * gelu_cubic) * square);
  }
  const Chunk<T> e = (T(-0.5) * square).exp();
  return normal_cdf(near, e) +
         static_cast<T>(std::numbers::inv_sqrtpi / std::numbers::sqrt2) * near * e;
}

/// Numbers that one task takes, whole chunks; and what one of them costs, in elementary operations.
constexpr Index numbers_per_task = 1 << 14;
constexpr double work_per_number = 8.0;

}  // namespace

template <class Derived, class T>
void Elementwise<Derived, T>::forward(ConstBatch<T> x, Batch<T> y) const {
  const auto& layer = static_cast<const Derived&>(*this);
  map_chunks(x.data(), x.size(), y.data(), [&](const Chunk<T>& c) { return value(layer, c); });
}

template <class Derived, class T>
void Elementwise<Derived, T>::forward_training(ConstBatch<T> x, Batch<T> y, Random& /*random*/) {
  const double work = work_per_number * static_cast<double>(x.size());
  parallel_for_blocks({x.size(), numbers_per_task}, work, [&](Index begin, Index end) {
    forward({x.data() + begin, 1, end - begin}, {y.data() + begin, 1, end - begin});
  });
}

template <class Derived, class T>
void Elementwise<Derived, T>::backward(ConstBatch<T> x, ConstBatch<T> y, ConstBatch<T> dy,
                                       Batch<T> dx) {
  const auto& layer = static_cast<const Derived&>(*this);
  const double work = work_per_number * static_cast<double>(x.size());
  parallel_for_blocks({x.size(), numbers_per_task}, work, [&](Index begin, Index end) {
    Chunk<T> x_part, y_part, dy_part;
    for (Index i = begin; i < end; i += chunk_size<T>) {
      load(x.data() + i, end - i, x_part);
      load(y.data() + i, end - i, y_part);
      load(dy.data() + i, end - i, dy_part);
      store<T>(dy_part * slope(layer, x_part, y_part), dx.data() + i, end - i);
    }
  });
}

template <class T>
LeakyReLU<T>::LeakyReLU(double slope) : slope_(slope) {
  if (!std::isfinite(slope))
    throw InvalidParameter(fmt::format("LeakyReLU: the slope is a finite number, got {}", slope));
}

template <class T>
ELU<T>::ELU(double alpha) : alpha_(alpha) {
  if (!(alpha >= 0.0) || !std::isfinite(alpha))
    throw InvalidParameter(fmt::format("ELU: alpha is a finite number ≥ 0, got {}", alpha));
}

template <class T>
void Softmax<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  const Index n = x.cols();
  for (Index r = 0; r < x.rows(); ++r) {
    const T* const in = x.data() + r * n;
    T* const out = y.data() + r * n;
    const T largest = *std::max_element(in, in + n);
    map_chunks(in, n, out, [&](const Chunk<T>& c) { return (c - largest).exp(); });
    double sum = 0.0;
    for (Index k = 0; k < n; ++k) sum += static_cast<double>(out[k]);
    for (Index k = 0; k < n; ++k) out[k] = static_cast<T>(static_cast<double>(out[k]) / sum);
  }
}

/// dxₖ = yₖ·(dyₖ − Σⱼ yⱼ·dyⱼ).
template <class T>
void Softmax<T>::backward(ConstBatch<T> /*x*/, ConstBatch<T> y, ConstBatch<T> dy, Batch<T> dx) {
  for (Index r = 0; r < y.rows(); ++r) {
    double mean = 0.0;
    for (Index k = 0; k < y.cols(); ++k)
      mean += static_cast<double>(y(r, k)) * static_cast<double>(dy(r, k));
    for (Index k = 0; k < y.cols(); ++k) dx(r, k) = y(r, k) * (dy(r, k) - static_cast<T>(mean));
  }
}

template <class T>
std::unique_ptr<Layer<T>> make_activation(Activation activation) {
  switch (activation) {
    case Activation::identity:
      return std::make_unique<Identity<T>>();
    case Activation::logistic:
      return std::make_unique<Sigmoid<T>>();
    case Activation::tanh:
      return std::make_unique<Tanh<T>>();
    case Activation::relu:
      return std::make_unique<ReLU<T>>();
    case Activation::leaky_relu:
      return std::make_unique<LeakyReLU<T>>();
    case Activation::elu:
      return std::make_unique<ELU<T>>();
    case Activation::selu:
      return std::make_unique<SELU<T>>();
    case Activation::softplus:
      return std::make_unique<Softplus<T>>();
    case Activation::silu:
      return std::make_unique<SiLU<T>>();
    case Activation::gelu:
      return std::make_unique<GELU<T>>();
    case Activation::softmax:
      return std::make_unique<Softmax<T>>();
  }
  throw InvalidParameter(
      fmt::format("make_activation: there is no activation {}", static_cast<int>(activation)));
}

template class Elementwise<Identity<float>, float>;
template class Elementwise<Identity<double>, double>;
template class Elementwise<ReLU<float>, float>;
template class Elementwise<ReLU<double>, double>;
template class Elementwise<LeakyReLU<float>, float>;
template class Elementwise<LeakyReLU<double>, double>;
template class Elementwise<ELU<float>, float>;
template class Elementwise<ELU<double>, double>;
template class Elementwise<SELU<float>, float>;
template class Elementwise<SELU<double>, double>;
template class Elementwise<Sigmoid<float>, float>;
template class Elementwise<Sigmoid<double>, double>;
template class Elementwise<Tanh<float>, float>;
template class Elementwise<Tanh<double>, double>;
template class Elementwise<Softplus<float>, float>;
template class Elementwise<Softplus<double>, double>;
template class Elementwise<SiLU<float>, float>;
template class Elementwise<SiLU<double>, double>;
template class Elementwise<GELU<float>, float>;
template class Elementwise<GELU<double>, double>;
template class LeakyReLU<float>;
template class LeakyReLU<double>;
template class ELU<float>;
template class ELU<double>;
template class Softmax<float>;
template class Softmax<double>;
template std::unique_ptr<Layer<float>> make_activation(Activation);
template std::unique_ptr<Layer<double>> make_activation(Activation);

}  // namespace espalier::nn
