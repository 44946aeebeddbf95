// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include <espalier/core/implements.hpp>
#include <espalier/preprocessing/category.hpp>

namespace espalier {

/// How DummyClassifier predicts: the class priors; the same with all probability on the most
/// frequent class; classes drawn by the priors; classes drawn evenly; always the same class.
enum class DummyClassifierStrategy { prior, most_frequent, stratified, uniform, constant };

constexpr auto names_of(DummyClassifierStrategy) {
  return std::array<std::string_view, 5>{"prior", "most_frequent", "stratified", "uniform",
                                         "constant"};
}

struct DummyClassifierParams {
  DummyClassifierStrategy strategy = DummyClassifierStrategy::prior;
  std::optional<std::int64_t> random_state = {};
  std::optional<Category> constant = {};

  static constexpr auto fields() {
    using P = DummyClassifierParams;
    return Fields{field("strategy", &P::strategy, "how classes are predicted"),
                  field("random_state", &P::random_state, at_least(0),
                        "seed of strategies stratified and uniform; none: another in each fit"),
                  field("constant", &P::constant,
                        "of strategy constant: the class, as its label or its name")};
  }
};

struct DummyClassifierState {
  Labels classes;
  Vector class_prior;  // one a class; sums to 1
  Index constant = 0;  // position in classes that strategy constant predicts
  std::int64_t seed = 0;

  static constexpr auto fields() {
    using S = DummyClassifierState;
    return Fields{field("classes", &S::classes), field("class_prior", &S::class_prior),
                  field("constant", &S::constant), field("seed", &S::seed)};
  }
  void check(const Schema& schema) const;
};

/// Predicts without looking at X: the baseline that a real classifier must beat.
///
/// X may be anything, missing values and categories included. `predict` gives, by strategy:
///
/// | strategy        | predict                                 | predict_proba                |
/// |-----------------|-----------------------------------------|------------------------------|
/// | `prior`         | the class of greatest weight            | class_prior()                |
/// | `most_frequent` | the same                                | 1 for that class             |
/// | `stratified`    | a class drawn by class_prior()          | 1 for the drawn class        |
/// | `uniform`       | a class drawn evenly                    | 1 / number of classes        |
/// | `constant`      | the class `constant`                    | 1 for that class             |
///
/// Of classes of equal weight the first wins. The draws depend only on the seed and the position
/// of the row in X: the same call gives the same result again, and row i the same class whatever
/// else X holds. (scikit-learn's draws differ, and with random_state=None they change from call
/// to call.) With `random_state` none, `fit` takes a seed from the system and keeps it.
///
/// `fit` costs O(n), a prediction O(n k) for k classes.
///
/// @throws InvalidParameter  strategy constant without a `constant` that is one of the classes of
///                           y
class DummyClassifier
    : public Implements<DummyClassifier, Classifier, DummyClassifierParams, DummyClassifierState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "DummyClassifier";
  static constexpr Tags tags{.allow_nan = true,
                             .sparse = true,
                             .categorical = true,
                             .sample_weight = true,
                             .poor_score = true};

  /// The share of each class in the weight of the training rows; sums to 1.
  const Vector& class_prior() const { return state().class_prior; }

 private:
  friend Implements;
  State do_fit(const Features& X, const Target& y, const FitContext& context) const;
  Matrix do_predict_proba(const State& state, const Features& X) const;
  Labels do_predict(const State& state, const Features& X) const;
};

extern template class Implements<DummyClassifier, Classifier, DummyClassifierParams,
                                 DummyClassifierState>;

}  // namespace espalier
