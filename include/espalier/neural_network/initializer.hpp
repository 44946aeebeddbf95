// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <espalier/core/random.hpp>
#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// How weights between `fan_in` inputs and `fan_out` outputs are drawn. `_uniform`: between ±√3·σ;
/// `_normal`: with mean 0 and deviation σ; where σ² is 2 / (fan_in + fan_out) for `glorot`, which
/// keeps the variance of signals and gradients about the same in layers with tanh; 2 / fan_in for
/// `he`, for ReLU; 1 / fan_in for `lecun`, for SELU. `orthogonal`: orthonormal rows or columns,
/// whichever are fewer.
///
/// @see Glorot & Bengio, AISTATS (2010) 249–256; He et al., ICCV (2015) 1026–1034; LeCun et al.,
///      Efficient BackProp (1998); Saxe, McClelland & Ganguli, ICLR (2014)
enum class Init : std::uint8_t {
  glorot_uniform,
  glorot_normal,
  he_uniform,
  he_normal,
  lecun_uniform,
  lecun_normal,
  orthogonal,
  constant
};

constexpr auto names_of(Init) {
  return std::array<std::string_view, 8>{"glorot_uniform", "glorot_normal", "he_uniform",
                                         "he_normal",      "lecun_uniform", "lecun_normal",
                                         "orthogonal",     "constant"};
}

/// Fills `weights`, fan_in × fan_out; every number from one stream, row by row. `constant` fills it
/// with `value`. O(size), `orthogonal` O(size · min(fan_in, fan_out)).
template <class T>
void initialize(Rows<T>& weights, Init init, Random& random, double value = 0.0);

extern template void initialize(Rows<float>&, Init, Random&, double);
extern template void initialize(Rows<double>&, Init, Random&, double);

}  // namespace espalier::nn
