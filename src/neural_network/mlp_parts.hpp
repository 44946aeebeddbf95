// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What the parameters of an MLP stand for: where training begins, and its loss, optimiser and
/// schedule.
#pragma once

#include <memory>

#include <espalier/neural_network/loss.hpp>
#include <espalier/neural_network/optimizer.hpp>
#include <espalier/neural_network/schedule.hpp>
#include <espalier/neural_network/sequential.hpp>

#include "neural_network/mlp_fit.hpp"

namespace espalier::mlp {

/// The layers at the start of a training: those of `previous`, or new ones with coefs_init and
/// intercepts_init or weights drawn from `seed`. `network` is told all but the numbers.
/// @throws InvalidInput  naming the owner: what is there does not fit the parameters
template <class T>
nn::Sequential<T> start(const Problem& problem, const Options& options,
                        const OptionalPrevious& previous, std::uint64_t seed, MLPNetwork& network);

/// The loss whose gradient training follows: of several outputs the sum.
template <class T>
std::unique_ptr<nn::Loss<T>> make_loss(MLPOutput out_activation);

template <class T>
std::unique_ptr<nn::Optimizer<T>> make_optimizer(const Options& options);

/// Null where the learning rate does not change with every step.
std::unique_ptr<nn::Schedule> make_schedule(const Options& options);

}  // namespace espalier::mlp
