// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Scores as values that have a name: what cross-validation and searches take as `scoring`.
///
///     Scorer auc = "roc_auc";
///     auc(model, X_test, y_test);
///     Scorer profit = Scorer::from_labels("profit", [](const Labels& y, const Labels& predicted) {
///       return 100.0 * (y.array() == 1 && predicted.array() == 1).count() - predicted.sum();
///     });
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/estimator.hpp>
#include <espalier/core/features.hpp>
#include <espalier/core/target.hpp>
#include <espalier/core/types.hpp>

namespace espalier {

/// What a fitted estimator says of X, computed when first asked and once only, however many scorers
/// ask; or answers that are there already, where a model is scored while it learns. The estimator,
/// and what X borrows, must outlive it; for one thread at a time.
///
/// Each function throws NotSupported when there is no such answer, besides what the estimator's own
/// method throws.
class Predictions {
 public:
  Predictions(const Estimator& estimator, Features X) : estimator_(&estimator), X_(std::move(X)) {}

  /// Ready answers of a classifier with these k classes, ascending: `decisions` n × 1 for two
  /// classes, else n × k, and `probabilities` n × k, or empty: there are none. The largest decision
  /// gives the label.
  static Predictions of_classifier(Labels classes, Matrix decisions, Matrix probabilities = {});
  /// Ready answers of a regressor, n × outputs.
  static Predictions of_regressor(Matrix values);

  RoleKind role() const;
  bool has_estimator() const { return estimator_ != nullptr; }
  const Estimator& estimator() const;  ///< @throws NotSupported  the answers came without one
  const Features& X() const;           ///< the same

  const Labels& classes() const;  ///< Classifier::classes, k
  Labels align(
      const Target& y) const;     ///< Classifier::align; ready answers take labels as they are
  bool has_decisions() const;     ///< Classifier::has_decision_function
  const Labels& labels();         ///< Classifier::predict, n
  const Matrix& probabilities();  ///< Classifier::predict_proba, n × k
  const Matrix& decisions();      ///< Classifier::decision_function, n × 1 or n × k
  const Matrix& values();         ///< Regressor::predict_multi, n × outputs

  std::string to_string() const;  ///< who answers, for messages
  /// @throws InvalidInput  y has class names, but this is a regressor
  void refuse_classes_to_regressors(const Target& y) const;

 private:
  explicit Predictions(RoleKind role) : role_(role) {}
  const Classifier& classifier() const;

  const Estimator* estimator_ = nullptr;  // null: ready answers
  RoleKind role_ = RoleKind::other;       // of ready answers
  std::optional<Features> X_;
  std::optional<Labels> classes_;  // of ready answers
  std::optional<Labels> labels_;
  std::optional<Matrix> probabilities_, decisions_, values_;
};

/// A score of a fitted estimator on labelled data. Greater is better: losses are negated, and their
/// names begin with `neg_`.
///
/// The named scorers are scikit-learn's, with its rules. `f1`, `precision`, `recall` and
/// `average_precision` take class 1 as positive, the others the greater of two classes. `roc_auc`
/// and `average_precision` rank rows by `decision_function` where the classifier has it, else by
/// the positive class's probability. Those that read probabilities know the classes from the
/// classifier, so a fold in which a class has no rows still has a log loss. All take sample
/// weights.
///
/// Scorers are values and may be called from several threads at once; so must be a function of
/// yours.
class Scorer {
 public:
  /// What the estimator's own `score` gives: accuracy of a classifier, R² of a regressor unless its
  /// class says otherwise.
  Scorer();

  /// @throws InvalidParameter  there is no such scorer; the message lists those there are
  Scorer(std::string_view name);
  Scorer(const char* name) : Scorer(std::string_view(name)) {}
  Scorer(const std::string& name) : Scorer(std::string_view(name)) {}

  // Scorers from a function of yours. Each function may take the sample weights as a last argument
  // `const Vector&` (empty: ones); one that does not makes a scorer that refuses weights.

  /// `metric(y_true, y_pred)`: Labels of a classifier.
  template <class F>
  static Scorer from_labels(std::string name, F metric);

  /// `metric(y_true, proba, classes)`: Labels, the n × k matrix of probabilities, and the k classes
  /// of its columns.
  template <class F>
  static Scorer from_probabilities(std::string name, F metric);

  /// `metric(y_true, y_pred)`: both n × outputs, of a regressor.
  template <class F>
  static Scorer from_values(std::string name, F metric);

  /// `metric(estimator, X, y)`: const Estimator&, const Features&, const Target&.
  template <class F>
  static Scorer from_estimator(std::string name, F metric);

  const std::string& name() const { return name_; }  ///< "score" for the default
  /// The role of the estimators that it can score; `other`: of all.
  RoleKind role() const { return role_; }
  bool takes_sample_weight() const { return takes_sample_weight_; }
  /// Whether it asks the estimator itself (from_estimator), and not only for its predictions.
  bool needs_estimator() const { return kind_ == Kind::estimator_function; }

  /// The score of a fitted estimator on X (n × p) and y (n).
  /// @throws NotSupported  the estimator has another role, or lacks the method that is needed
  /// @throws InvalidInput  weights are given to a scorer that takes none; y has class names, but the
  /// estimator is a regressor; or the metric refuses the data
  double operator()(const Estimator& estimator, const Features& X, const Target& y,
                    const Vector& sample_weight = {}) const;

  /// The same for several scorers over one prediction.
  double operator()(Predictions& predictions, const Target& y,
                    const Vector& sample_weight = {}) const;

 private:
  friend struct Codec<Scorer>;
  enum class Kind { own_score, named, function, estimator_function };
  using Function = std::function<double(Predictions&, const Target&, const Vector& sample_weight)>;
  Scorer(Kind kind, std::string name, RoleKind role, bool takes_sample_weight, Function function);

  /// metric(arguments…), with the weights if it takes them.
  template <bool weighted, class F, class... Arguments>
  static double call(const F& metric, const Vector& weights, const Arguments&... arguments) {
    if constexpr (weighted)
      return static_cast<double>(metric(arguments..., weights));
    else
      return static_cast<double>(metric(arguments...));
  }

  Kind kind_;
  std::string name_;
  RoleKind role_;
  bool takes_sample_weight_;
  Function function_;
};

/// The names that Scorer knows, sorted.
std::vector<std::string> scorer_names();

template <class F>
Scorer Scorer::from_labels(std::string name, F metric) {
  constexpr bool weighted = std::invocable<const F&, const Labels&, const Labels&, const Vector&>;
  return {Kind::function, std::move(name), RoleKind::classifier, weighted,
          [metric = std::move(metric)](Predictions& p, const Target& y, const Vector& w) {
            return call<weighted>(metric, w, p.align(y), p.labels());
          }};
}

template <class F>
Scorer Scorer::from_probabilities(std::string name, F metric) {
  constexpr bool weighted =
      std::invocable<const F&, const Labels&, const Matrix&, const Labels&, const Vector&>;
  return {Kind::function, std::move(name), RoleKind::classifier, weighted,
          [metric = std::move(metric)](Predictions& p, const Target& y, const Vector& w) {
            return call<weighted>(metric, w, p.align(y), p.probabilities(), p.classes());
          }};
}

template <class F>
Scorer Scorer::from_values(std::string name, F metric) {
  constexpr bool weighted = std::invocable<const F&, const Matrix&, const Matrix&, const Vector&>;
  return {Kind::function, std::move(name), RoleKind::regressor, weighted,
          [metric = std::move(metric)](Predictions& p, const Target& y, const Vector& w) {
            return call<weighted>(metric, w, y.values(), p.values());
          }};
}

template <class F>
Scorer Scorer::from_estimator(std::string name, F metric) {
  constexpr bool weighted =
      std::invocable<const F&, const Estimator&, const Features&, const Target&, const Vector&>;
  return {Kind::estimator_function, std::move(name), RoleKind::other, weighted,
          [metric = std::move(metric)](Predictions& p, const Target& y, const Vector& w) {
            return call<weighted>(metric, w, p.estimator(), p.X(), y);
          }};
}

/// As a parameter a scorer is its name, and none for the default. One made from a function is saved
/// as {"function": name}; read back, it keeps its name and throws NotSupported when called, so that
/// a saved search still loads and predicts.
template <>
struct Codec<Scorer> {
  static Value encode(const Scorer& scorer);
  static Scorer decode(const Value& value);
  static std::string describe();
};

}  // namespace espalier
