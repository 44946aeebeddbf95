// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/dropout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <espalier/core/errors.hpp>

namespace espalier::nn {

template <class T>
Dropout<T>::Dropout(double rate) : rate_(rate) {
  if (!(rate >= 0.0 && rate < 1.0))
    throw InvalidParameter(fmt::format("Dropout: the rate is a number in [0, 1), got {}", rate));
}

template <class T>
void Dropout<T>::forward(ConstBatch<T> x, Batch<T> y) const {
  y = x;
}

template <class T>
void Dropout<T>::mask(Random random, ConstBatch<T> from, Batch<T> to) const {
  constexpr double levels = 65536.0;
  const double dropped = std::min(std::round(rate_ * levels), levels - 1.0);
  const auto threshold = static_cast<std::uint16_t>(dropped);
  const auto scale = static_cast<T>(levels / (levels - dropped));
  constexpr Index piece = 64;
  std::array<std::uint16_t, piece> draws;
  for (Index i = 0; i < from.size(); i += piece) {
    for (std::size_t k = 0; k < piece; k += 4) {
      const std::uint64_t bits = random();
      for (std::size_t b = 0; b < 4; ++b)
        draws[k + b] = static_cast<std::uint16_t>(bits >> (16 * b));
    }
    const T* const in = from.data() + i;
    T* const out = to.data() + i;
    const Index n = std::min(piece, from.size() - i);
    for (Index k = 0; k < n; ++k)
      out[k] = draws[static_cast<std::size_t>(k)] < threshold ? T(0) : scale * in[k];
  }
}

template <class T>
void Dropout<T>::forward_training(ConstBatch<T> x, Batch<T> y, Random& random) {
  mask_random_ = random;
  mask(mask_random_, x, y);
}

template <class T>
void Dropout<T>::backward(ConstBatch<T> /*x*/, ConstBatch<T> /*y*/, ConstBatch<T> dy, Batch<T> dx) {
  mask(mask_random_, dy, dx);
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace espalier::nn
