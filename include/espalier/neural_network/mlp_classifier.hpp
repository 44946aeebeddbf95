// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>
#include <espalier/neural_network/mlp_params.hpp>
#include <espalier/neural_network/mlp_state.hpp>

namespace espalier {

/// What MLPClassifier learns.
struct MLPClassifierState {
  Labels classes;  ///< K, ascending
  MLPNetwork network;
  MLPTraining training;
  int n_iter = 0;

  static constexpr auto fields() {
    using S = MLPClassifierState;
    return Fields{field("classes", &S::classes), field("network", &S::network),
                  field("training", &S::training), field("n_iter", &S::n_iter)};
  }
  void check(const Schema& schema) const;
};

/// A multi-layer perceptron that classifies.
///
///     MLPClassifier model({.hidden_layer_sizes = {64, 32}, .random_state = 0});
///     (StandardScaler() | model).fit(X, y);
///
/// In the grid of a search, lists of widths are {Value::List{64}, Value::List{64, 32}}.
///
/// Each hidden layer is h ↦ f(hW + b) with the activation f; the last one gives a logit, whose
/// logistic is the probability of the second of two classes, or K logits for softmax. Minimises
///
///     Σᵢ wᵢ·loss(xᵢ, yᵢ) / Σᵢ wᵢ + ½α·Σ W² / Σᵢ wᵢ
///
/// with the logarithmic loss and the sample weights wᵢ (default 1); the sums are over a mini-batch,
/// or with `lbfgs` over all rows. Intercepts carry no penalty. Formulae, defaults and rules for
/// stopping are scikit-learn's. Weights and intercepts begin uniform between ±√(6/(inputs +
/// outputs)), with 2 for `logistic`, drawn by our own generator; from the same start (`coefs_init`
/// and `intercepts_init`) and with `shuffle = false`, weights and losses of all three solvers are
/// scikit-learn's to rounding. Where the loss is not convex, many iterations of lbfgs multiply
/// rounding errors: from weights that differ in the last digit, scikit-learn's own losses may end
/// some 0.001 apart, and so may these. In the loss that is reported, and that lbfgs searches along,
/// a probability below ε of the scalar counts as ε, as there.
///
/// An epoch goes through all rows in mini-batches. Training ends when more than `n_iter_no_change`
/// epochs in a row did not lower the best loss by `tol`; with `early_stopping`, did not raise the
/// accuracy on rows set aside (stratified) by `tol`, and then the best weights come back.
///
/// Bring the columns to about the same scale (StandardScaler) first. The categorical columns of a
/// table need no encoder: each becomes `embedding_dimension` numbers, which are learned. Categories
/// that training has not seen all become the same numbers; going on, by partial_fit or warm_start,
/// adds none to those of its first rows.
///
/// An epoch costs O(n · Σ uₗ·uₗ₊₁) for layers of uₗ numbers; X is copied once, by rows. The same
/// bits for any number of threads.
///
/// partial_fit takes one epoch through its piece. The optimiser goes on from piece to piece, with the
/// learning rate it has come to (`learning_rate_init` counts at the first); another solver begins
/// anew. For `cosine` and `one_cycle` a piece is one of max_iter epochs.
///
/// Differences: partial_fit after fit begins with a new optimiser, since models do not carry its
/// memory (three times their size), and goes on with it in the next call; `loss_curve` is also there
/// for lbfgs; `decision_function` gives the logits. Not there: y with several columns (multilabel),
/// which a Classifier of this library cannot take: MLPRegressor with `loss = log_loss` does.
///
/// @throws InvalidParameter  a parameter is outside its range; lbfgs with dropout, batch_norm or
///                           weight_decay; sgd with weight_decay
/// @throws NotSupported      partial_fit with lbfgs or early_stopping
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, y has one class
///                           only, too few rows to set aside, initial or earlier weights have other
///                           shapes, X or weights leave the range of float32 where that computes, or
///                           a network overflows
/// @see Rumelhart, Hinton & Williams, Nature 323 (1986) 533–536; Glorot & Bengio, AISTATS (2010)
///      249–256; Kingma & Ba, ICLR (2015); Guo & Berkhahn, arXiv 1604.06737 (embeddings)
class MLPClassifier
    : public Implements<MLPClassifier, Classifier, MLPClassifierParams, MLPClassifierState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "MLPClassifier";
  static constexpr Tags tags{.sparse = true,
                             .float32 = true,
                             .categorical = true,
                             .sample_weight = true,
                             .weights_are_copies = false};

  const std::vector<Matrix>& coefs() const { return state().network.coefs; }  ///< uₗ × uₗ₊₁ each
  const std::vector<Vector>& intercepts() const { return state().network.intercepts; }
  double loss() const { return state().training.loss; }  ///< with the penalty, at the end
  /// The least of loss_curve(); infinite with early_stopping.
  double best_loss() const { return state().training.best_loss; }
  const std::vector<double>& loss_curve() const { return state().training.loss_curve; }
  /// Accuracy on the rows set aside, after each epoch; empty without early_stopping.
  const std::vector<double>& validation_scores() const {
    return state().training.validation_scores;
  }
  double best_validation_score() const { return state().training.best_validation_score; }
  int n_iter() const { return state().n_iter; }          ///< epochs, or iterations, of the last fit
  std::int64_t t() const { return state().training.t; }  ///< rows seen by sgd or adam, in all
  bool converged() const { return state().training.converged; }  ///< false: ended at max_iter
  /// Counting input and output.
  Index n_layers() const { return static_cast<Index>(coefs().size()) + 1; }
  Index n_outputs() const { return state().network.outputs(); }  ///< 1 for two classes, else K
  MLPOutput out_activation() const { return state().network.out_activation; }

  /// Not with lbfgs, which needs all rows, nor with early_stopping: a piece has none to set aside.
  bool has_partial_fit() const override;

 private:
  friend Implements;
  void do_validate() const;
  State do_fit(const Features& X, const Labels& y, const FitContext& context,
               const State* previous) const;
  State do_partial_fit(const Features& X, const Labels& y, const Labels& classes,
                       const FitContext& context, const State* previous) const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  Matrix do_predict_proba(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
};

extern template class Implements<MLPClassifier, Classifier, MLPClassifierParams,
                                 MLPClassifierState>;

}  // namespace espalier
