// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/implements.hpp>
#include <espalier/linear_model/sgd_options.hpp>
#include <espalier/loss/class_weight.hpp>

namespace espalier {

/// Of a row with y = ±1 and the decision value r, z = y·r: `hinge` max(0, 1 − z), a linear SVM;
/// `log_loss` log(1 + e⁻ᶻ), logistic regression; `modified_huber` max(0, 1 − z)² for z ≥ −1, else
/// −4z; `squared_hinge` max(0, 1 − z)²; `perceptron` max(0, −z). The others are those of
/// SGDRegressor on y = ±1.
enum class SGDClassifierLoss : std::uint8_t {
  hinge,
  log_loss,
  modified_huber,
  squared_hinge,
  perceptron,
  squared_error,
  huber,
  epsilon_insensitive,
  squared_epsilon_insensitive
};

constexpr auto names_of(SGDClassifierLoss) {
  return std::array<std::string_view, 9>{"hinge",
                                         "log_loss",
                                         "modified_huber",
                                         "squared_hinge",
                                         "perceptron",
                                         "squared_error",
                                         "huber",
                                         "epsilon_insensitive",
                                         "squared_epsilon_insensitive"};
}

struct SGDClassifierParams {
  SGDClassifierLoss loss = SGDClassifierLoss::hinge;
  SGDPenalty penalty = SGDPenalty::l2;
  double alpha = 1e-4;
  double l1_ratio = 0.15;
  bool fit_intercept = true;
  int max_iter = 1000;
  std::optional<double> tol = 1e-3;
  bool shuffle = true;
  double epsilon = 0.1;
  std::optional<std::int64_t> random_state = {};
  SGDLearningRate learning_rate = SGDLearningRate::optimal;
  double eta0 = 0.01;
  double power_t = 0.5;
  bool early_stopping = false;
  double validation_fraction = 0.1;
  int n_iter_no_change = 5;
  ClassWeight class_weight = {};
  bool warm_start = false;
  int average = 0;

  static constexpr auto fields() {
    using P = SGDClassifierParams;
    return join_fields(
        detail::sgd_fields<P>(),
        Fields{field("class_weight", &P::class_weight, "how much the classes count")},
        detail::last_sgd_fields<P>());
  }
};

/// What SGDClassifier learns. Shapes: p features, K classes; k = 1 if K = 2, else k = K.
struct SGDClassifierState {
  Labels classes;  // K, ascending
  SGDCoefficients linear;
  int n_iter = 0;
  bool converged = false;

  static constexpr auto fields() {
    using S = SGDClassifierState;
    return Fields{field("classes", &S::classes), field("linear", &S::linear),
                  field("n_iter", &S::n_iter), field("converged", &S::converged)};
  }
  void check(const Schema& schema) const;
};

/// Linear classifiers fitted by stochastic gradient descent: the linear SVM (hinge), logistic
/// regression and others, for data of any size; see `partial_fit` for data that come in pieces.
///
/// Minimises, for two classes,
///
///     (1/n) Σᵢ loss(yᵢ, wxᵢ + b) + α·penalty(w)
///
/// by steps along the gradient of one row after the other, w ← w − η·wᵢ·loss′·xᵢ, of length η (see
/// SGDLearningRate), where wᵢ is the sample weight times the class weight. An L2 penalty shrinks w
/// in every step; an L1 penalty is taken cumulatively, so that it gives zeros (Tsuruoka et al.). For
/// K > 2 classes there are K such functions, each of one class against the others, fitted at the
/// same time on several threads. The formulae, defaults and rules for stopping are scikit-learn's,
/// and with `shuffle = false` the coefficients are its own to rounding; with it the order of the rows
/// is another one, the same for all classes and seeds of it, so results agree statistically only.
///
/// An epoch is a pass over all rows. It ends when the mean objective of `n_iter_no_change` epochs in
/// a row was not better than the best before by `tol`; with `early_stopping` the same by accuracy on
/// rows set aside (stratified), as scikit-learn has it: the last coefficients stay, not the best, and
/// the score takes the sample weights, not the class weights. `partial_fit` refuses early_stopping,
/// since it makes one pass only.
///
/// The length of a step suits columns of about the same scale: use StandardScaler before. Weights
/// scale the steps, so weight k is not k copies of a row, and the objective that is watched is not
/// weighted. A gradient beyond 1e12 is cut off.
///
/// An epoch costs O(np) for each function, or O(nonzeros); a dense X is copied once, by rows, an X of
/// `float` as floats. Coefficients and sums are of double in either case; those of scikit-learn are
/// floats for such an X, so that results agree to five digits or so. A sparse X moves the intercept
/// by 1 % of a step only, as in scikit-learn. The same bits for any number of threads.
///
/// With `average = m > 0` the coefficients are the mean of those after steps m, m + 1, …
///
/// Differences: "balanced" counts the classes with the sample weights; with an L1 penalty the norm
/// in the watched objective is that after the penalty, and on a sparse X it is that of all
/// coefficients. Not there: coef_init and intercept_init, n_jobs and verbose (the FitContext has
/// n_threads and a callback), one-class SVM.
///
/// @throws InvalidParameter  a parameter is outside its range, learning_rate = optimal with
///                           alpha = 0, pa1 or pa2 with another loss than hinge; in partial_fit
///                           early_stopping, or class_weight = balanced
/// @throws InvalidInput      X or y is empty, not finite, they disagree in length, y has one class
///                           only, or the coefficients overflow
/// @see Bottou, Stochastic gradient descent tricks (2012); Zhang, ICML (2004); Tsuruoka, Tsujii &
///      Ananiadou, ACL (2009) 477–485
class SGDClassifier
    : public Implements<SGDClassifier, Classifier, SGDClassifierParams, SGDClassifierState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "SGDClassifier";
  static constexpr Tags tags{
      .sparse = true, .float32 = true, .sample_weight = true, .weights_are_copies = false};

  const Matrix& coef() const { return state().linear.coef; }            ///< k × p
  const Vector& intercept() const { return state().linear.intercept; }  ///< k
  int n_iter() const { return state().n_iter; }  ///< epochs, the most of any function
  /// Steps taken, as the schedules count them, plus 1.
  double t() const { return state().linear.t; }
  bool converged() const { return state().converged; }  ///< false: ended at max_iter

  /// Of the losses log_loss and modified_huber.
  bool has_probabilities() const;

 private:
  friend Implements;
  State do_fit(const Features& X, const Target& y, const FitContext& context,
               const State* previous) const;
  State do_partial_fit(const Features& X, const Target& y, const Labels& classes,
                       const FitContext& context, const State* previous) const;
  void do_validate() const;
  Matrix do_decision_function(const State& state, const Features& X) const;
  Matrix do_predict_proba(const State& state, const Features& X) const;
  void do_compile(const State& state, RowBuilder& builder) const;
  State learn(const Features& X, const Target& y, const EncodedLabels& encoded,
              const FitContext& context, SGDCoefficients start, int max_iter) const;
};

extern template class Implements<SGDClassifier, Classifier, SGDClassifierParams,
                                 SGDClassifierState>;

}  // namespace espalier
