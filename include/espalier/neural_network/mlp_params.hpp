// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The parameters of MLPClassifier, MLPRegressor and Autoencoder, with the names, ranges and
/// defaults of scikit-learn 1.9 where it has them. Ours are the further activations, the learning
/// rates `cosine` and `one_cycle`, `dropout`, `batch_norm`, `weight_decay`, `embedding_dimension`,
/// `precision`, `coefs_init` and `intercepts_init`. Instead of verbose there is the callback of the
/// FitContext.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/params.hpp>
#include <espalier/core/value.hpp>
#include <espalier/neural_network/activations.hpp>

namespace espalier {

/// `adam` and `sgd` take steps on mini-batches; `lbfgs` on all rows at once, which is better for
/// small data (some thousand rows).
enum class MLPSolver : std::uint8_t { lbfgs, sgd, adam };

constexpr auto names_of(MLPSolver) {
  return std::array<std::string_view, 3>{"lbfgs", "sgd", "adam"};
}

/// How the learning rate η changes from η₀ = learning_rate_init:
///
/// - `constant`: not at all;
/// - `invscaling`, of `sgd`: η₀/(t + 1)^power_t after each epoch, t rows having been seen;
/// - `adaptive`, of `sgd`: divided by 5 whenever training stalls (instead of stopping), until it is
///   at most 1e-6;
/// - `cosine`: half a cosine wave, from η₀ down to 0 in max_iter epochs;
/// - `one_cycle`: up to η₀ in the first 30 % of max_iter epochs, then down to nearly 0 (Smith & Topin
///   2019).
///
/// As in scikit-learn, `adam` takes `invscaling` and `adaptive` for `constant`; `lbfgs` has no
/// learning rate.
enum class MLPLearningRate : std::uint8_t { constant, invscaling, adaptive, cosine, one_cycle };

constexpr auto names_of(MLPLearningRate) {
  return std::array<std::string_view, 5>{"constant", "invscaling", "adaptive", "cosine",
                                         "one_cycle"};
}

/// In what numbers a network is trained and applied. `as_input`: `float` if X is a matrix of
/// `float`, else `double`, as in scikit-learn. `float32` halves the time of large networks.
enum class MLPPrecision : std::uint8_t { as_input, float32, float64 };

constexpr auto names_of(MLPPrecision) {
  return std::array<std::string_view, 3>{"as_input", "float32", "float64"};
}

/// Rows of a mini-batch: a number, or "auto", min(200, n).
struct MLPBatchSize : std::optional<int> {
  using std::optional<int>::optional;
};

template <>
struct Codec<MLPBatchSize> {
  static Value encode(const MLPBatchSize& v) { return v ? Value(*v) : Value("auto"); }
  static MLPBatchSize decode(const Value& v) {
    if (const std::string* text = v.get_if<std::string>(); text != nullptr && *text == "auto")
      return {};
    return MLPBatchSize(Codec<int>::decode(v));
  }
  static std::string describe() { return "'auto' or an integer"; }
};

namespace detail {

/// The rows of the table that all three have.
template <class P>
constexpr auto mlp_training_fields() {
  return Fields{
      field("activation", &P::activation, "of the hidden layers"),
      field("solver", &P::solver, "how the weights are found"),
      field("alpha", &P::alpha, at_least(0.0), "strength of the L2 penalty on the weights"),
      field("batch_size", &P::batch_size, at_least(1), "rows of a mini-batch; auto: min(200, n)"),
      field("learning_rate", &P::learning_rate, "how the learning rate changes"),
      field("learning_rate_init", &P::learning_rate_init, above(0.0),
            "learning rate of sgd and adam, at first"),
      field("power_t", &P::power_t, at_least(0.0), "exponent of invscaling"),
      field("max_iter", &P::max_iter, at_least(1), "epochs, or iterations of lbfgs, at most"),
      field("shuffle", &P::shuffle, "take the rows in another order in every epoch"),
      field("random_state", &P::random_state, at_least(0), "seed; none: another one each time"),
      field("tol", &P::tol, at_least(0.0),
            "least progress of an epoch; of lbfgs the largest component of the gradient at the "
            "end"),
      field("warm_start", &P::warm_start, "whether fit goes on from the weights before"),
      field("momentum", &P::momentum, between(0.0, 1.0), "of sgd: how much of a step stays"),
      field("nesterovs_momentum", &P::nesterovs_momentum, "of sgd: look ahead along the step"),
      field("early_stopping", &P::early_stopping,
            "stop by the score of rows set aside, and go back to the best weights"),
      field("validation_fraction", &P::validation_fraction, Interval{0.0, 1.0, true, false},
            "share of the rows set aside"),
      field("beta_1", &P::beta_1, Interval{0.0, 1.0, true, false},
            "of adam: how much of the mean of gradients stays"),
      field("beta_2", &P::beta_2, Interval{0.0, 1.0, true, false}, "and of that of their squares"),
      field("epsilon", &P::epsilon, above(0.0), "of adam: added to the root of that"),
      field("n_iter_no_change", &P::n_iter_no_change, at_least(1),
            "training ends after more epochs than these without progress"),
      field("max_fun", &P::max_fun, at_least(1), "of lbfgs: evaluations of the loss at most"),
      field("dropout", &P::dropout, Interval{0.0, 1.0, true, false},
            "share of the hidden values left out in each step"),
      field("batch_norm", &P::batch_norm,
            "normalise the sums of hidden layers over each batch; a last batch of one row is left "
            "out"),
      field("weight_decay", &P::weight_decay, at_least(0.0),
            "of adam: share of the weights, times the learning rate, taken off in each step"),
      field("precision", &P::precision, "numbers in which the network computes")};
}
template <class P>
constexpr auto mlp_fields() {
  return join_fields(
      Fields{field("hidden_layer_sizes", &P::hidden_layer_sizes, at_least(1),
                   "width of each hidden layer")},
      mlp_training_fields<P>(),
      Fields{field("embedding_dimension", &P::embedding_dimension, at_least(1),
                   "numbers for a category; none: min(50, (categories + 1) / 2)"),
             field("coefs_init", &P::coefs_init, "weights to begin with; empty: drawn"),
             field("intercepts_init", &P::intercepts_init, "and intercepts; empty: drawn")});
}

}  // namespace detail

/// See MLPClassifier.
struct MLPClassifierParams {
  std::vector<int> hidden_layer_sizes = {100};
  nn::Activation activation = nn::Activation::relu;
  MLPSolver solver = MLPSolver::adam;
  double alpha = 1e-4;
  MLPBatchSize batch_size = {};
  MLPLearningRate learning_rate = MLPLearningRate::constant;
  double learning_rate_init = 1e-3;
  double power_t = 0.5;
  int max_iter = 200;
  bool shuffle = true;
  std::optional<std::int64_t> random_state = {};
  double tol = 1e-4;
  bool warm_start = false;
  double momentum = 0.9;
  bool nesterovs_momentum = true;
  bool early_stopping = false;
  double validation_fraction = 0.1;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  int n_iter_no_change = 10;
  int max_fun = 15'000;
  double dropout = 0.0;
  bool batch_norm = false;
  double weight_decay = 0.0;
  MLPPrecision precision = MLPPrecision::as_input;
  std::optional<int> embedding_dimension = {};
  std::vector<Matrix> coefs_init = {};
  std::vector<Vector> intercepts_init = {};

  static constexpr auto fields() { return detail::mlp_fields<MLPClassifierParams>(); }
};

/// `squared_error`: half of it, the mean over rows. `poisson`: half of the Poisson deviance; the
/// network gives the logarithm of the mean, and y ≥ 0. `log_loss`: y is 0, 1 or between, and the
/// prediction a probability, each output by itself.
enum class MLPRegressorLoss : std::uint8_t { squared_error, poisson, log_loss };

constexpr auto names_of(MLPRegressorLoss) {
  return std::array<std::string_view, 3>{"squared_error", "poisson", "log_loss"};
}

/// See MLPRegressor.
struct MLPRegressorParams {
  MLPRegressorLoss loss = MLPRegressorLoss::squared_error;
  std::vector<int> hidden_layer_sizes = {100};
  nn::Activation activation = nn::Activation::relu;
  MLPSolver solver = MLPSolver::adam;
  double alpha = 1e-4;
  MLPBatchSize batch_size = {};
  MLPLearningRate learning_rate = MLPLearningRate::constant;
  double learning_rate_init = 1e-3;
  double power_t = 0.5;
  int max_iter = 200;
  bool shuffle = true;
  std::optional<std::int64_t> random_state = {};
  double tol = 1e-4;
  bool warm_start = false;
  double momentum = 0.9;
  bool nesterovs_momentum = true;
  bool early_stopping = false;
  double validation_fraction = 0.1;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  int n_iter_no_change = 10;
  int max_fun = 15'000;
  double dropout = 0.0;
  bool batch_norm = false;
  double weight_decay = 0.0;
  MLPPrecision precision = MLPPrecision::as_input;
  std::optional<int> embedding_dimension = {};
  std::vector<Matrix> coefs_init = {};
  std::vector<Vector> intercepts_init = {};

  static constexpr auto fields() {
    using P = MLPRegressorParams;
    return join_fields(Fields{field("loss", &P::loss, "what is minimised")},
                       detail::mlp_fields<P>());
  }
};

}  // namespace espalier
