// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include <espalier/metrics/classification.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

std::unique_ptr<Estimator> fitted_on(const Subject& s, const Matrix& X, const Target& y) {
  return s.fitted(X, OptionalTarget(y));
}

void learns_blobs(const Subject& s) {
  const Problem problem = s.problem({.rows = 300, .cols = 2});
  const auto e = s.fitted(problem);
  const double accuracy = as<Classifier>(*e).score(problem.X, *problem.y);
  require(accuracy > 0.83,
          fmt::format("accuracy on its training rows, three round blobs, is {:.3f}", accuracy));
}

void score_is_accuracy(const Subject& s) {
  const Problem problem = s.problem({.spread = 8.0});
  const auto e = s.fitted(problem);
  const auto& model = as<Classifier>(*e);
  const Labels predicted = model.predict(problem.X);
  const Vector w = Vector::LinSpaced(120, 0.0, 2.0);
  require(model.score(problem.X, *problem.y) == accuracy_score(problem.labels(), predicted),
          "score() is not accuracy_score(y, predict(X))");
  require(std::abs(model.score(problem.X, *problem.y, w) -
                   accuracy_score(problem.labels(), predicted, {.sample_weight = w})) < 1e-12,
          "score() with weights is not the weighted accuracy");
}

/// Labels of other values are the same problem: k-th class for k-th class.
void labels_may_be_any_integers(const Subject& s) {
  const auto check = [&](const Labels& names) {
    const Problem problem = s.problem({.classes = static_cast<int>(names.size()), .spread = 4.0});
    const Labels renamed = problem.labels().unaryExpr([&](int code) { return names[code]; });
    const auto plain = s.fitted(problem), other = fitted_on(s, problem.X, renamed);
    const auto& model = as<Classifier>(*other);
    require(equal(model.classes(), names), "classes() are not the sorted labels of y");
    const Labels expected =
        as<Classifier>(*plain).predict(problem.X).unaryExpr([&](int code) { return names[code]; });
    require(equal(model.predict(problem.X), expected),
            fmt::format("labels {} … {} give other predictions than 0 … {}", names[0],
                        names[names.size() - 1], names.size() - 1));
    require(!model.has_predict_proba() || equal(model.predict_proba(problem.X),
                                                as<Classifier>(*plain).predict_proba(problem.X)),
            "the probabilities depend on the values of the labels");
  };
  check(Labels{{-1, 1}});
  check(Labels{{std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}});
  if (!s.tags().binary_only) check(Labels{{3, 7, 10}});
}

void whole_real_labels_are_labels(const Subject& s) {
  const Problem problem = s.problem();
  const Vector y = problem.labels().cast<double>();
  require_same("y as 0.0, 1.0 and as 0, 1",
               difference(outputs(*s.fitted(problem), problem.X),
                          outputs(*fitted_on(s, problem.X, y), problem.X)));
}

/// "ash" to "elm", in the order of the codes; the last is a category that no row has.
Column text_target(const Labels& labels, Dictionary dictionary) {
  const Dictionary texts{"ash", "birch", "cherry", "elm"};
  std::vector<std::int32_t> codes;
  for (const int label : labels) {
    const std::string& text = texts[static_cast<std::size_t>(label)];
    codes.push_back(static_cast<std::int32_t>(
        std::find(dictionary.begin(), dictionary.end(), text) - dictionary.begin()));
  }
  return Column::categorical("tree", std::move(codes), std::move(dictionary));
}

void classes_may_have_names(const Subject& s) {
  const Problem problem = s.problem();
  const auto plain = s.fitted(problem);
  const Column y = text_target(problem.labels(), {"ash", "birch", "cherry", "elm"});
  const auto e = fitted_on(s, problem.X, y);
  const auto& model = as<Classifier>(*e);
  const auto n_classes = static_cast<std::size_t>(model.classes().size());
  const std::vector<std::string> all{"ash", "birch", "cherry"};
  require(model.class_names() ==
                  std::vector(all.begin(), all.begin() + (s.tags().binary_only ? 2 : 3)) &&
              n_classes == model.class_names().size(),
          "class_names() are not the texts of the classes that y has");
  require_same("y as text and as labels",
               difference(outputs(*plain, problem.X), outputs(*e, problem.X)));
  const Labels predicted = model.predict(problem.X);
  const auto names = model.predict_names(problem.X);
  for (Index i = 0; i < predicted.size(); ++i)
    require(names[static_cast<std::size_t>(i)] == all[static_cast<std::size_t>(predicted[i])],
            fmt::format("predict_names() gives '{}' for label {}",
                        names[static_cast<std::size_t>(i)], predicted[i]));
  const Column reordered = text_target(problem.labels(), {"cherry", "elm", "ash", "birch"});
  require(model.score(problem.X, reordered) == model.score(problem.X, y),
          "score() depends on the order of the dictionary of y");
}

void one_class_works_or_says_why(const Subject& s) {
  const Problem problem = s.problem();
  const Labels y = Labels::Constant(120, 5);
  std::unique_ptr<Estimator> e;
  if (!succeeds_or_mentions("fit on one class", {"class"}, [&] { e = fitted_on(s, problem.X, y); }))
    return;
  const auto& model = as<Classifier>(*e);
  require(equal(model.classes(), Labels{{5}}), "classes() is not the one class of y");
  require(equal(model.predict(problem.X), y), "fitted on one class, it predicts another");
  if (model.has_predict_proba())
    require(model.predict_proba(problem.X).isOnes(1e-9),
            "fitted on one class, its probability is not 1");
}

void one_class_with_weight_works_or_says_why(const Subject& s) {
  const Problem problem = s.problem({.classes = 2});
  FitContext context;
  context.sample_weight = problem.labels().cast<double>();
  std::unique_ptr<Estimator> e;
  if (!succeeds_or_mentions("fit where one of two classes has weight 0", {"class"},
                            [&] { e = s.fitted(problem, context); }))
    return;
  require((as<Classifier>(*e).predict(problem.X).array() == 1).all(),
          "it predicts a class whose rows all had weight 0");
}

void a_rare_class_is_not_dropped(const Subject& s) {
  const Problem problem = s.problem({.classes = 2});
  Labels y = problem.labels();
  if (s.tags().binary_only) y.setZero();
  y[7] = 77;
  std::unique_ptr<Estimator> e;
  if (!succeeds_or_mentions("fit on a class of one row, 77", {"77"},
                            [&] { e = fitted_on(s, problem.X, y); }))
    return;
  require(equal(as<Classifier>(*e).classes(), encode_labels(y).classes),
          "classes() are not those of y, where class 77 has one row");
}

/// The class of the largest score of each row; the first of several. One column of decisions: its
/// sign.
Labels best_class(const Matrix& scores, const Labels& classes) {
  Labels result(scores.rows());
  for (Index i = 0; i < scores.rows(); ++i) {
    Index best = scores(i, 0) > 0.0 ? 1 : 0;
    if (scores.cols() > 1) scores.row(i).maxCoeff(&best);
    result[i] = classes[best];
  }
  return result;
}

void probabilities_are_probabilities(const Subject& s) {
  for (const int classes : {2, 3}) {
    const Problem problem = s.problem({.classes = classes, .spread = 4.0});
    const auto e = s.fitted(problem);
    const auto& model = as<Classifier>(*e);
    if (!model.has_predict_proba()) skip("it has no predict_proba");
    const Matrix proba = model.predict_proba(problem.X);
    require(proba.rows() == 120 && proba.cols() == model.classes().size(),
            fmt::format("predict_proba is {} × {} for 120 rows and {} classes", proba.rows(),
                        proba.cols(), model.classes().size()));
    require((proba.array() >= 0.0).all() && (proba.array() <= 1.0).all(),
            "a probability is not in [0, 1]");
    require(((proba.rowwise().sum().array() - 1.0).abs() < 1e-9).all(),
            "the probabilities of a row do not sum to 1");
    require(equal(model.predict(problem.X), best_class(proba, model.classes())),
            "predict() is not the most probable class (the first of equally probable ones)");
  }
}

void decisions_agree_with_predictions(const Subject& s) {
  for (const int classes : {2, 3}) {
    const Problem problem = s.problem({.classes = classes, .spread = 4.0});
    const auto e = s.fitted(problem);
    const auto& model = as<Classifier>(*e);
    if (!model.has_decision_function()) skip("it has no decision_function");
    const Matrix decision = model.decision_function(problem.X);
    const Index k = model.classes().size();
    require(decision.rows() == 120 && decision.cols() == (k == 2 ? 1 : k),
            fmt::format("decision_function is {} × {} for 120 rows and {} classes", decision.rows(),
                        decision.cols(), k));
    require(decision.allFinite(), "decision_function is not finite");
    require(equal(model.predict(problem.X), best_class(decision, model.classes())),
            "predict() is not the class that decision_function prefers");
  }
}

void decisions_and_probabilities_rank_alike(const Subject& s) {
  const Problem problem = s.problem({.classes = 2, .spread = 8.0});
  const auto e = s.fitted(problem);
  const auto& model = as<Classifier>(*e);
  if (!model.has_predict_proba() || !model.has_decision_function())
    skip("it has not both predict_proba and decision_function");
  const Vector proba = model.predict_proba(problem.X).col(1);
  const Vector decision = model.decision_function(problem.X).col(0);
  for (Index i = 0; i < proba.size(); ++i)
    for (Index j = 0; j < proba.size(); ++j)
      require(!(decision[i] > decision[j] + 1e-9 && proba[i] < proba[j] - 1e-9),
              "a row with the larger decision has the smaller probability of the second class");
}

void continuous_y_is_refused(const Subject& s) {
  const Problem problem = s.problem();
  const Vector y = problem.X.col(0).array() + 0.1234;
  require_invalid_input("fit on a continuous y", {"continuous", s.name()},
                        [&] { fitted_on(s, problem.X, y); });
}

void more_than_two_classes_are_refused(const Subject& s) {
  const Problem problem = s.problem();
  Labels y = problem.labels();
  y.head(30).setConstant(2);
  require_invalid_input("fit on three classes", {"binary", s.name()},
                        [&] { fitted_on(s, problem.X, y); });
}

Value class_weight_of(const Labels& classes, const Vector& weights) {
  Value::List pairs;
  for (Index k = 0; k < classes.size(); ++k)
    pairs.emplace_back(Value::List{classes[k], weights[k]});
  return pairs;
}

void class_weight_has_its_effect(const Subject& s) {
  for (const int classes : {2, 3}) {
    const Problem problem = s.problem({.rows = 300, .classes = classes, .spread = 20.0});
    const auto e = s.make();
    const Labels labels =
        Labels::LinSpaced(problem.labels().maxCoeff() + 1, 0, problem.labels().maxCoeff());
    Vector weights = Vector::Constant(labels.size(), 0.0001);
    weights[0] = 1000.0;
    e->set_param("class_weight", class_weight_of(labels, weights));
    fit(*e, problem);
    const double share =
        static_cast<double>((as<Classifier>(*e).predict(problem.X).array() == 0).count()) / 300.0;
    require(share > 0.87,
            fmt::format("with a weight of 1000 for class 0 and 0.0001 for the others, it "
                        "predicts class 0 for {:.0f} % of the rows",
                        100.0 * share));
  }
}

/// A problem of 120 rows in two classes, of which the first has far more, and n / (2 nₖ) of each.
struct Unbalanced {
  explicit Unbalanced(const Subject& s) : X(s.problem({.classes = 2, .spread = 8.0}).X) {
    y = s.problem({.classes = 2, .spread = 8.0}).labels();
    y.head(40).setZero();
    const auto ones = static_cast<double>(y.sum());
    weights = Vector{{60.0 / (120.0 - ones), 60.0 / ones}};
  }
  std::unique_ptr<Estimator> fitted(const Subject& s, const Value& class_weight) const {
    auto e = s.make();
    e->set_param("class_weight", class_weight);
    fit(*e, X, Target(y));
    return e;
  }
  Value class_weight() const { return class_weight_of(Labels{{0, 1}}, weights); }

  Matrix X;
  Labels y;
  Vector weights;  // of the classes
};

void balanced_class_weight_balances(const Subject& s) {
  const Unbalanced problem(s);
  require_same("class_weight = balanced, and n / (2 nₖ) given for each class",
               difference(outputs(*problem.fitted(s, "balanced"), problem.X),
                          outputs(*problem.fitted(s, problem.class_weight()), problem.X), 1e-6));
}

void class_weights_are_weights_of_rows(const Subject& s) {
  const Unbalanced problem(s);
  const auto weighted = s.make();
  FitContext context;
  context.sample_weight = problem.weights(problem.y);
  fit(*weighted, problem.X, Target(problem.y), context);
  require_same("a weight for each class, and the same weight for each of its rows",
               difference(outputs(*problem.fitted(s, problem.class_weight()), problem.X),
                          outputs(*weighted, problem.X), 1e-6));
}

}  // namespace

Checks classifier_checks() {
  const auto learns = [](const Subject& s) { return is_classifier(s) && !s.tags().poor_score; };
  const auto weighs = [](const Subject& s) { return is_classifier(s) && s.tags().sample_weight; };
  const auto binary = [](const Subject& s) { return is_classifier(s) && s.tags().binary_only; };
  const auto has_class_weight = [](const Subject& s) {
    return is_classifier(s) && s.has_param("class_weight");
  };
  const auto balances = [](const Subject& s) {
    return is_classifier(s) && s.has_param("class_weight") && s.tags().sample_weight;
  };
  return {
      {"learns_blobs", "accuracy on easy data is above 0.83 (unless poor_score)", learns,
       learns_blobs},
      {"score_is_accuracy", "score() is the accuracy of predict()", is_classifier,
       score_is_accuracy},
      {"labels_may_be_any_integers", "classes() are sorted; the values of the labels do not matter",
       is_classifier, labels_may_be_any_integers},
      {"whole_real_labels_are_labels", "y of whole real numbers is as good as integers",
       is_classifier, whole_real_labels_are_labels},
      {"classes_may_have_names", "a y of texts gives class_names() and predict_names()",
       is_classifier, classes_may_have_names},
      {"one_class_works_or_says_why", "one class is predicted always, or refused", is_classifier,
       one_class_works_or_says_why},
      {"one_class_with_weight_works_or_says_why",
       "a class whose rows weigh nothing is never predicted, or the fit refused", weighs,
       one_class_with_weight_works_or_says_why},
      {"a_rare_class_is_not_dropped", "a class of one row is among classes(), or refused by name",
       is_classifier, a_rare_class_is_not_dropped},
      {"probabilities_are_probabilities", "predict_proba is a distribution whose mode predict() is",
       is_classifier, probabilities_are_probabilities},
      {"decisions_agree_with_predictions",
       "decision_function has its shape and agrees with predict()", is_classifier,
       decisions_agree_with_predictions},
      {"decisions_and_probabilities_rank_alike", "for two classes both order the rows alike",
       is_classifier, decisions_and_probabilities_rank_alike},
      {"continuous_y_is_refused", "y of fractions is refused as continuous", is_classifier,
       continuous_y_is_refused},
      {"more_than_two_classes_are_refused", "binary_only refuses three classes", binary,
       more_than_two_classes_are_refused},
      {"class_weight_has_its_effect", "a heavy class is predicted nearly always", has_class_weight,
       class_weight_has_its_effect},
      {"balanced_class_weight_balances", "balanced is n / (k nₖ) for each class", balances,
       balanced_class_weight_balances},
      {"class_weights_are_weights_of_rows",
       "class_weight is sample_weight that is the same for all rows of a class", balances,
       class_weights_are_weights_of_rows},
  };
}

}  // namespace espalier::detail::kit
