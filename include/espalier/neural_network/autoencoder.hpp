// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>
#include <espalier/neural_network/mlp_params.hpp>
#include <espalier/neural_network/mlp_state.hpp>

namespace espalier {

/// See Autoencoder; the parameters that it shares with MLPRegressor mean the same.
struct AutoencoderParams {
  int n_components = 2;
  std::vector<int> hidden_layer_sizes = {32};
  std::optional<std::vector<int>> decoder_layer_sizes = {};
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

  static constexpr auto fields() {
    using P = AutoencoderParams;
    return join_fields(
        Fields{field("n_components", &P::n_components, at_least(1), "numbers of the code"),
               field("hidden_layer_sizes", &P::hidden_layer_sizes, at_least(1),
                     "widths of the hidden layers from X to the code"),
               field("decoder_layer_sizes", &P::decoder_layer_sizes, at_least(1),
                     "and of those from the code back; none: the same, reversed")},
        detail::mlp_training_fields<P>());
  }
};

/// What Autoencoder learns: one network, whose `linear_layer` is the code.
struct AutoencoderState {
  MLPNetwork network;
  MLPTraining training;
  int n_iter = 0;

  static constexpr auto fields() {
    using S = AutoencoderState;
    return Fields{field("network", &S::network), field("training", &S::training),
                  field("n_iter", &S::n_iter)};
  }
  void check(const Schema& schema) const;
};

/// Reduces X to a few numbers a row from which a network can restore it: what PCA does with linear
/// maps.
///
///     Autoencoder model({.n_components = 3, .hidden_layer_sizes = {32, 16}});
///     const Features code = (StandardScaler() | model).fit_transform(X);       // n × 3
///
/// An MLPRegressor from X to X (see there for objective and training), whose layers narrow to
/// `n_components` and widen again; the code in the middle and the result have no activation. With
/// `activation = identity` it finds the plane of PCA, though not its axes. Bring the columns to the
/// same scale first: the error of each counts the same.
///
/// Rows unlike those it was trained on are restored badly, so `reconstruction_error` tells outliers;
/// there is no threshold that would make them ±1, choose one from the errors of rows known to be good.
///
/// @throws as MLPRegressor
/// @see Hinton & Salakhutdinov, Science 313 (2006) 504–507
class Autoencoder
    : public Implements<Autoencoder, Transformer, AutoencoderParams, AutoencoderState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "Autoencoder";
  static constexpr Tags tags{
      .float32 = true, .sample_weight = true, .requires_y = false, .weights_are_copies = false};

  /// The mean over columns of the squared differences of each row of X and what is restored of it: n
  /// numbers, the greater, the stranger. @throws NotFitted, InvalidInput  as transform
  Vector reconstruction_error(const Features& X) const;
  /// −reconstruction_error(X): the lower, the stranger, as outlier detectors of scikit-learn have it.
  Vector score_samples(const Features& X) const;

  const std::vector<Matrix>& coefs() const { return state().network.coefs; }  ///< encoder, decoder
  const std::vector<Vector>& intercepts() const { return state().network.intercepts; }
  double loss() const { return state().training.loss; }  ///< with the penalty, at the end
  const std::vector<double>& loss_curve() const { return state().training.loss_curve; }
  /// R² on the rows set aside, after each epoch; empty without early_stopping.
  const std::vector<double>& validation_scores() const {
    return state().training.validation_scores;
  }
  int n_iter() const { return state().n_iter; }
  bool converged() const { return state().training.converged; }  ///< false: ended at max_iter

  /// Not with lbfgs, which needs all rows, nor with early_stopping: a piece has none to set aside.
  bool has_partial_fit() const override;

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const FitContext& context, const State* previous) const;
  State do_partial_fit(const Features& X, const FitContext& context, const State* previous) const;
  Features do_transform(const State& state, const Features& X) const;
  Features do_inverse_transform(const State& state, const Features& code) const;
  std::vector<std::string> do_feature_names_out(const State& state, const Schema& schema) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<Autoencoder, Transformer, AutoencoderParams, AutoencoderState>;

}  // namespace espalier
