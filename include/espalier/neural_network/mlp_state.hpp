// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What MLPClassifier, MLPRegressor and Autoencoder learn.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/core/schema.hpp>
#include <espalier/neural_network/mlp_params.hpp>

namespace espalier {

/// From the network's results to predictions: probabilities of one of two classes (`logistic`) or of
/// one of several (`softmax`), or means.
enum class MLPOutput : std::uint8_t { identity, exp, logistic, softmax };

constexpr auto names_of(MLPOutput) {
  return std::array<std::string_view, 4>{"identity", "exp", "logistic", "softmax"};
}

/// A categorical column that enters as `dimension` numbers, which are learned for each category.
struct MLPEmbedding {
  Index column = 0;
  std::vector<std::string> categories;  ///< those that training has seen, ascending
  Index dimension = 0;

  static constexpr auto fields() {
    using E = MLPEmbedding;
    return Fields{field("column", &E::column), field("categories", &E::categories),
                  field("dimension", &E::dimension)};
  }
};

/// A network of dense layers. Shapes: layer l has uₗ inputs and uₗ₊₁ outputs; u₀ is the number of
/// columns of X, where a categorical column counts as many as its embedding has numbers.
struct MLPNetwork {
  nn::Activation activation = nn::Activation::relu;
  MLPOutput out_activation = MLPOutput::identity;
  bool float32 = false;       ///< computes in `float`
  bool batch_norm = false;    ///< after each hidden layer
  Index linear_layer = -1;    ///< a hidden layer without activation (the code of an Autoencoder)
  std::vector<Matrix> coefs;  ///< one a layer, uₗ × uₗ₊₁
  std::vector<Vector> intercepts;        ///< one a layer, uₗ₊₁
  std::vector<MLPEmbedding> embeddings;  ///< one a categorical column, ascending
  /// The numbers of the other layers, in order: embeddings, (categories + 1) × dimension, then what
  /// batch normalisation knows, four rows a hidden layer.
  std::vector<Matrix> layer_values;

  static constexpr auto fields() {
    using N = MLPNetwork;
    return Fields{
        field("activation", &N::activation),     field("out_activation", &N::out_activation),
        field("float32", &N::float32),           field("batch_norm", &N::batch_norm),
        field("linear_layer", &N::linear_layer), field("coefs", &N::coefs),
        field("intercepts", &N::intercepts),     field("embeddings", &N::embeddings),
        field("layer_values", &N::layer_values)};
  }

  Index outputs() const { return coefs.back().cols(); }

  /// @throws FormatError  naming `owner`: the parts do not fit together
  void check(const Schema& schema, std::string_view owner) const;
};

/// How the training went.
struct MLPTraining {
  double loss = 0.0;  ///< with the penalty: the mean of the last epoch, or at the end of lbfgs
  double best_loss = std::numeric_limits<double>::infinity();
  double best_validation_score = -std::numeric_limits<double>::infinity();
  std::vector<double> loss_curve;         ///< after each epoch or iteration
  std::vector<double> validation_scores;  ///< after each epoch, with early_stopping
  std::int64_t t = 0;                     ///< rows seen by sgd or adam
  int stalls = 0;                         ///< epochs without progress
  bool converged = false;
  /// What the optimiser remembers, for partial_fit to go on; none after `fit`.
  Value optimizer = {};
  int pieces = 0;  ///< of partial_fit that it has seen

  static constexpr auto fields() {
    using T = MLPTraining;
    return Fields{field("loss", &T::loss),
                  field("best_loss", &T::best_loss),
                  field("best_validation_score", &T::best_validation_score),
                  field("loss_curve", &T::loss_curve),
                  field("validation_scores", &T::validation_scores),
                  field("t", &T::t),
                  field("stalls", &T::stalls),
                  field("converged", &T::converged),
                  field("optimizer", &T::optimizer),
                  field("pieces", &T::pieces)};
  }

  /// @throws FormatError  naming `owner`: a count is none
  void check(std::string_view owner) const;
};

}  // namespace espalier
