// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Keeps gradients from growing beyond a bound, between `backward` and the optimiser's `step`.
#pragma once

#include <span>

#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// Shortens the gradient of all parameters together, g, to the length `max_norm` where it is
/// longer: g ← g · max_norm / ‖g‖₂. Its direction stays. Returns ‖g‖₂ as it was, summed in double
/// in a fixed order. A norm that is not finite changes nothing; the caller sees it.
///
/// PyTorch's clip_grad_norm_ divides by ‖g‖ + 10⁻⁶ instead.
///
/// @throws InvalidParameter  max_norm is not above 0
/// @see Pascanu, Mikolov & Bengio, ICML (2013) 1310–1318
template <class T>
double clip_by_norm(std::span<Parameter<T>* const> parameters, double max_norm);

/// Brings every number of the gradients into [−limit, limit]. NaN stays.
/// @throws InvalidParameter  limit is not above 0
template <class T>
void clip_by_value(std::span<Parameter<T>* const> parameters, double limit);

extern template double clip_by_norm(std::span<Parameter<float>* const>, double);
extern template double clip_by_norm(std::span<Parameter<double>* const>, double);
extern template void clip_by_value(std::span<Parameter<float>* const>, double);
extern template void clip_by_value(std::span<Parameter<double>* const>, double);

}  // namespace espalier::nn
