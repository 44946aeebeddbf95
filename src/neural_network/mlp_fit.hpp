// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The training of MLPClassifier, MLPRegressor and Autoencoder.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <espalier/core/fit_context.hpp>
#include <espalier/neural_network/mlp_params.hpp>
#include <espalier/neural_network/mlp_state.hpp>

namespace espalier::mlp {

/// The parameters that all have, under one type.
using Options = MLPClassifierParams;

/// Copies the members that `fields` lists.
template <class To, class From>
void copy_fields(const From& from, To& to, const auto& from_fields, const auto& to_fields) {
  from_fields.apply([&](const auto&... a) {
    to_fields.apply([&](const auto&... b) { ((to.*b.member = from.*a.member), ...); });
  });
}

struct Problem {
  std::string_view owner;
  const Features& X;
  const Matrix& y;  ///< n × 1 class numbers, or n × outputs values
  Index outputs;
  MLPOutput out_activation;
  const FitContext& context;
  bool classifies = false;
  Index linear_layer = -1;
};

/// What training goes on from: parts of a fitted state, which stays.
struct Previous {
  const MLPNetwork& network;
  const MLPTraining& training;
};
using OptionalPrevious = std::optional<Previous>;

template <class State>
OptionalPrevious previous_of(const State* state) {
  if (state == nullptr) return std::nullopt;
  return Previous{state->network, state->training};
}

/// What comes of it.
struct Trained {
  MLPNetwork network;
  MLPTraining training;
  int n_iter = 0;
};

/// @throws InvalidParameter  naming `owner`: parameters that do not go together
void check_options(std::string_view owner, const Options& options);

/// R²; where the network gives probabilities and y is 0 and 1 only, the share of rows all of whose
/// labels are right.
double score_of_values(MLPOutput out_activation, const Matrix& y, const Matrix& predicted,
                       const Vector& sample_weight);

/// A whole training, that begins anew or at the weights of `previous`.
Trained fit(const Problem& problem, const Options& options, const OptionalPrevious& previous);
/// One epoch of sgd or adam, with the optimiser's memory of the piece before.
Trained fit_piece(const Problem& problem, const Options& options, const OptionalPrevious& previous);

}  // namespace espalier::mlp
