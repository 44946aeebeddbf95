// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

/// The elastic net on all penalised parameters W (weights; not biases, nor scales of a
/// normalisation): adds its gradient l1·sign(W) + l2·W to theirs, where sign(0) = 0, and returns
/// l1·‖W‖₁ + ½·l2·‖W‖². To be called between `backward` and the optimiser's `step`.
///
/// scikit-learn's `alpha` is l2 = alpha / Σ sample weights of the batch. With Adam and its kin
/// this is not weight decay (see AdamW), because they scale it as they do the gradients.
///
/// @throws InvalidParameter  l1 or l2 is negative or not finite
/// @throws InvalidInput      a penalised parameter has no gradient yet
template <class T>
double add_penalty(std::span<Parameter<T>* const> parameters, double l1, double l2);

extern template double add_penalty(std::span<Parameter<float>* const>, double, double);
extern template double add_penalty(std::span<Parameter<double>* const>, double, double);

}  // namespace espalier::nn
