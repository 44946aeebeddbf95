// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>
#include <espalier/neural_network/mlp_params.hpp>
#include <espalier/neural_network/mlp_state.hpp>

namespace espalier {

/// What MLPRegressor learns.
struct MLPRegressorState {
  MLPNetwork network;
  MLPTraining training;
  int n_iter = 0;

  static constexpr auto fields() {
    using S = MLPRegressorState;
    return Fields{field("network", &S::network), field("training", &S::training),
                  field("n_iter", &S::n_iter)};
  }
  void check(const Schema& schema) const;
};

/// A multi-layer perceptron for one or several real values.
///
/// As MLPClassifier, with the loss ½(y − z)² of the network's result z, or with `poisson` half of the
/// Poisson deviance of y and e^z: y·log(y/e^z) − y + e^z. Early stopping goes by R².
///
/// Of several outputs, training follows the sum of their losses, as scikit-learn does; the loss that
/// is reported is, also as there, their mean for squared_error and their sum for poisson. (There
/// lbfgs is given the mean with the gradient of the sum; here the sum with its own.)
///
/// **Multilabel.** `log_loss` is the logarithmic loss of each output by itself, with the logistic of
/// the network's result as the prediction. So a y of 0 and 1 with a column for each of several
/// labels, of which a row may have any number, is learned as scikit-learn's MLPClassifier learns it,
/// from the same start with the same weights; `predict_multi` gives the probabilities, and the label
/// is there where they exceed ½. Of such a y `score`, searches and early stopping count, as there,
/// the rows all of whose labels are right; of a y with other numbers they take R². (A Classifier of
/// this library has one label a row.)
///
/// Bring the columns of X to about the same scale first, and y to about 1: steps of `adam` are of
/// the size of the learning rate, so that a y in thousands takes as many steps.
///
/// @throws as MLPClassifier;  InvalidInput  a y below 0 with poisson, or outside [0, 1] with
///                           log_loss
class MLPRegressor
    : public Implements<MLPRegressor, Regressor, MLPRegressorParams, MLPRegressorState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "MLPRegressor";
  Tags do_tags() const;

  const std::vector<Matrix>& coefs() const { return state().network.coefs; }  ///< uₗ × uₗ₊₁ each
  const std::vector<Vector>& intercepts() const { return state().network.intercepts; }
  double loss() const { return state().training.loss; }  ///< with the penalty, at the end
  /// The least of loss_curve(); infinite with early_stopping.
  double best_loss() const { return state().training.best_loss; }
  const std::vector<double>& loss_curve() const { return state().training.loss_curve; }
  /// The score of the rows set aside, after each epoch; empty without early_stopping.
  const std::vector<double>& validation_scores() const {
    return state().training.validation_scores;
  }
  double best_validation_score() const { return state().training.best_validation_score; }
  int n_iter() const { return state().n_iter; }          ///< epochs, or iterations, of the last fit
  std::int64_t t() const { return state().training.t; }  ///< rows seen by sgd or adam, in all
  bool converged() const { return state().training.converged; }  ///< false: ended at max_iter
  /// Counting input and output.
  Index n_layers() const { return static_cast<Index>(coefs().size()) + 1; }
  Index n_outputs() const { return state().network.outputs(); }
  MLPOutput out_activation() const { return state().network.out_activation; }

  /// Not with lbfgs, which needs all rows, nor with early_stopping: a piece has none to set aside.
  bool has_partial_fit() const override;

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Matrix& y, const FitContext& context,
               const State* previous) const;
  State do_partial_fit(const Features& X, const Matrix& y, const FitContext& context,
                       const State* previous) const;
  Matrix do_predict(const State& state, const Features& X) const;
  double do_score(const State& state, const Matrix& y, const Matrix& predicted,
                  const Vector& sample_weight) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<MLPRegressor, Regressor, MLPRegressorParams, MLPRegressorState>;

}  // namespace espalier
