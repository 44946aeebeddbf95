// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/metrics/scorer.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/implements.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/metrics.hpp>
#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

struct NoParams {
  static constexpr auto fields() { return Fields{}; }
};

struct EchoState {
  Labels classes;
  static constexpr auto fields() { return Fields{field("classes", &EchoState::classes)}; }
};

struct CallCounts {
  static inline int proba = 0;
};

/// Takes the columns of X for its class probabilities.
class EchoProba : public Implements<EchoProba, Classifier, NoParams, EchoState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "EchoProba";

 private:
  friend Implements;
  State do_fit(const Features&, const Labels& y, const FitContext&) const {
    return {encode_labels(y).classes};
  }
  Matrix do_predict_proba(const State&, const Features& X) const {
    ++CallCounts::proba;
    return X.dense();
  }
};

/// Takes the only column of X for its decision values.
class EchoDecision : public Implements<EchoDecision, Classifier, NoParams, EchoState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "EchoDecision";

 private:
  friend Implements;
  State do_fit(const Features&, const Labels& y, const FitContext&) const {
    return {encode_labels(y).classes};
  }
  Matrix do_decision_function(const State&, const Features& X) const { return X.dense(); }
};

struct WidthState {
  Index width = 0;
  static constexpr auto fields() { return Fields{field("width", &WidthState::width)}; }
};

/// Takes X for its predictions.
class EchoRegressor : public Implements<EchoRegressor, Regressor, NoParams, WidthState> {
 public:
  using Implements::Implements;
  static constexpr std::string_view type_name = "EchoRegressor";
  static constexpr Tags tags{.multi_output = true};

 private:
  friend Implements;
  State do_fit(const Features& X, const Matrix&, const FitContext&) const { return {X.cols()}; }
  Matrix do_predict(const State&, const Features& X) const { return X.dense(); }
};

struct TwoClasses {
  json file = golden("metrics_binary.json");
  Labels y = to_labels(file["y"]);
  Vector p = to_vector(file["proba"]);
  Vector w = to_vector(file["weight"]);
  Matrix both = (Matrix(p.size(), 2) << 1.0 - p.array(), p.array()).finished();
  EchoProba model = EchoProba().fit(both, y);
};

TEST(Scorer, ScoresByName) {
  const TwoClasses data;
  const json& expected = data.file["weighted"];
  const auto score = [&](const char* name) {
    return Scorer(name)(data.model, data.both, data.y, data.w);
  };
  EXPECT_TRUE(near(score("neg_log_loss"), -to_number(expected["log_loss"])));
  EXPECT_TRUE(near(score("neg_brier_score"), -to_number(expected["brier"])));
  const Labels predicted = data.model.predict(data.both);
  EXPECT_EQ(score("accuracy"), accuracy_score(data.y, predicted, {.sample_weight = data.w}));
  EXPECT_EQ(score("balanced_accuracy"),
            balanced_accuracy_score(data.y, predicted, {.sample_weight = data.w}));
  EXPECT_EQ(score("f1"), f1_score(data.y, predicted, {.sample_weight = data.w}));
  EXPECT_EQ(score("recall_macro"),
            recall_score(data.y, predicted, {.average = Average::macro, .sample_weight = data.w}));
  EXPECT_EQ(score("roc_auc"), roc_auc_score(data.y, data.p, {.sample_weight = data.w}));
  EXPECT_EQ(score("roc_auc_ovr"), score("roc_auc"));
  EXPECT_EQ(score("average_precision"),
            average_precision_score(data.y, data.p, {.sample_weight = data.w}));
}

TEST(Scorer, ScoresRegressorsByName) {
  const json data = golden("metrics_regression.json")["linnerud"];
  const Matrix y = to_matrix(data["y"]);
  const Matrix predicted = to_matrix(data["pred"]);
  const Vector w = to_vector(data["weight"]);
  const EchoRegressor model = EchoRegressor().fit(predicted, y);
  const auto score = [&](const char* name) { return Scorer(name)(model, predicted, y, w); };
  const json& expected = data["weighted"];
  EXPECT_TRUE(near(score("r2"), to_number(expected["r2"])));
  EXPECT_TRUE(near(score("explained_variance"), to_number(expected["explained_variance"])));
  EXPECT_TRUE(near(score("neg_mean_squared_error"), -to_number(expected["mean_squared_error"])));
  EXPECT_TRUE(near(score("neg_mean_absolute_error"), -to_number(expected["mean_absolute_error"])));
  EXPECT_TRUE(
      near(score("neg_root_mean_squared_error"), -to_number(expected["root_mean_squared_error"])));
  EXPECT_EQ(Scorer()(model, predicted, y, w), score("r2"));
}

TEST(Scorer, ScoresThreeClassesByName) {
  const json file = golden("metrics_multiclass.json");
  const Labels y = to_labels(file["y"]);
  const Matrix proba = to_matrix(file["proba"]);
  const EchoProba model = EchoProba().fit(proba, y);
  const auto score = [&](const char* name) { return Scorer(name)(model, proba, y); };
  const json& expected = file["unweighted"];
  EXPECT_TRUE(near(score("roc_auc_ovr"), to_number(expected["roc_auc_ovr_macro"])));
  EXPECT_TRUE(near(score("roc_auc_ovr_weighted"), to_number(expected["roc_auc_ovr_weighted"])));
  EXPECT_TRUE(near(score("roc_auc_ovo"), to_number(expected["roc_auc_ovo_macro"])));
  EXPECT_TRUE(near(score("roc_auc_ovo_weighted"), to_number(expected["roc_auc_ovo_weighted"])));
  EXPECT_TRUE(near(score("neg_log_loss"), -to_number(expected["log_loss"])));
  EXPECT_TRUE(near(score("neg_brier_score"), -to_number(expected["brier"])));
  EXPECT_TRUE(near(score("average_precision"), to_number(expected["average_precision_macro"])));
  EXPECT_TRUE(throws<InvalidInput>([&] { score("roc_auc"); }, {"two classes", "roc_auc_ovr"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { score("f1"); }, {"f1_score", "binary"}));
}

TEST(Scorer, EveryNameMakesAScorer) {
  const std::vector<std::string> names = scorer_names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(names.size(), 27u);
  for (const std::string& name : names) EXPECT_EQ(Scorer(name).name(), name);
}

TEST(Scorer, RefusesAnUnknownNameAndListsTheKnownOnes) {
  EXPECT_TRUE(throws<InvalidParameter>([] { Scorer("acuracy"); },
                                       {"'acuracy'", "accuracy, ", "roc_auc_ovr"}));
}

TEST(Scorer, RanksByDecisionValuesOfTheGreaterClass) {
  const Labels y{{5, 9, 9, 5}};
  const Matrix decisions = Vector{{-2.0, 3.0, -1.0, 0.5}};
  const EchoDecision model = EchoDecision().fit(decisions, y);
  EXPECT_EQ(Scorer("roc_auc")(model, decisions, y), 0.75);
}

TEST(AveragePrecisionScorer, TakesClassOneForPositiveEvenIfItIsTheLesser) {
  const Labels y{{1, 2, 2, 1}};
  const Matrix decisions = Vector{{-2.0, 3.0, -1.0, 0.5}};
  const EchoDecision model = EchoDecision().fit(decisions, y);
  EXPECT_EQ(Scorer("average_precision")(model, decisions, y),
            average_precision_score(y, -decisions, {.pos_label = 1}));
  const Matrix proba = (Matrix(4, 2) << 0.1, 0.9, 0.8, 0.2, 0.6, 0.4, 0.3, 0.7).finished();
  const EchoProba other = EchoProba().fit(proba, y);
  EXPECT_EQ(Scorer("average_precision")(other, proba, y),
            average_precision_score(y, proba.col(0), {.pos_label = 1}));
  const EchoProba neither = EchoProba().fit(proba, Labels{{3, 4, 4, 3}});
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        Scorer("average_precision")(neither, proba, Labels{{3, 4, 4, 3}});
      },
      {"class 1", "3 and 4"}));
}

TEST(Scorer, LogLossKnowsClassesThatAFoldLacks) {
  const TwoClasses data;
  const Matrix rows = (Matrix(2, 2) << 0.5, 0.5, 0.75, 0.25).finished();
  EXPECT_TRUE(near(Scorer("neg_log_loss")(data.model, rows, Labels{{1, 1}}), -1.5 * std::log(2.0)));
}

TEST(Scorer, DefaultIsAccuracyOfAClassifier) {
  const TwoClasses data;
  const Scorer own;
  EXPECT_EQ(own.name(), "score");
  EXPECT_EQ(own(data.model, data.both, data.y), Scorer("accuracy")(data.model, data.both, data.y));
}

TEST(Scorer, MatchesCategoricalTargetsByText) {
  const Matrix proba = (Matrix(2, 2) << 0.9, 0.1, 0.2, 0.8).finished();
  const EchoProba model = EchoProba().fit(proba, Target(Labels{{0, 1}}, {"no", "yes"}));
  const Target other(Labels{{1, 0}}, {"yes", "no"});  // the same rows: no, yes
  EXPECT_EQ(Scorer("accuracy")(model, proba, other), 1.0);
  EXPECT_EQ(Scorer("recall")(model, proba, other), 1.0);
}

TEST(Scorer, RefusesTheWrongRoleByName) {
  const TwoClasses data;
  EXPECT_TRUE(throws<NotSupported>([&] { Scorer("r2")(data.model, data.both, data.y); },
                                   {"'r2'", "Regressor", "EchoProba()"}));
  const Matrix decisions = Vector{{-2.0, 3.0}};
  const EchoDecision model = EchoDecision().fit(decisions, Labels{{0, 1}});
  EXPECT_TRUE(throws<NotSupported>(
      [&] {
        Scorer("neg_log_loss")(model, decisions, Labels{{0, 1}});
      },
      {"EchoDecision", "predict_proba"}));
}

TEST(Scorer, RefusesClassNamesAsTheTargetOfARegressor) {
  const Matrix X = Vector{{1.0, 2.0, 3.0}};
  const Ridge model = Ridge().fit(X, Vector{{1.0, 2.0, 3.0}});
  const Target names(Labels{{0, 1, 1}}, {"no", "yes"});
  const auto values =
      Scorer::from_values("sum", [](const Matrix& y, const Matrix&) { return y.sum(); });
  for (const Scorer& scorer : {Scorer(), Scorer("r2"), values})
    EXPECT_TRUE(throws<InvalidInput>([&] { scorer(model, X, names); }, {"Ridge", "'no'"}))
        << scorer.name();
  EXPECT_TRUE(throws<InvalidInput>([&] { model.score(X, names); }, {"Ridge", "'no'"}));
  const auto own = Scorer::from_estimator(
      "own", [](const Estimator&, const Features&, const Target& y) { return y.vector().sum(); });
  EXPECT_EQ(own(model, X, names), 2.0);
}

TEST(Scorer, SeveralScorersShareOnePrediction) {
  const TwoClasses data;
  Predictions predictions(data.model, data.both);
  CallCounts::proba = 0;
  const double loss = Scorer("neg_log_loss")(predictions, data.y);
  const double auc = Scorer("roc_auc")(predictions, data.y);
  EXPECT_EQ(CallCounts::proba, 1);
  EXPECT_EQ(loss, Scorer("neg_log_loss")(data.model, data.both, data.y));
  EXPECT_EQ(auc, Scorer("roc_auc")(data.model, data.both, data.y));
}

TEST(Scorer, ScoresReadyPredictionsAsThoseOfTheEstimator) {
  const TwoClasses data;
  for (const char* name : {"accuracy", "f1", "neg_log_loss", "roc_auc", "average_precision"}) {
    const Matrix proba = data.model.predict_proba(data.both);
    const Matrix decisions = proba.col(1).array() - 0.5;
    Predictions ready = Predictions::of_classifier(data.model.classes(), decisions, proba);
    EXPECT_EQ(Scorer(name)(ready, data.y, data.w),
              Scorer(name)(data.model, data.both, data.y, data.w))
        << name;
  }
  const Matrix y{{1.0}, {2.0}, {4.0}};
  Predictions values = Predictions::of_regressor(Matrix{{1.0}, {3.0}, {4.0}});
  EXPECT_EQ(Scorer("neg_mean_squared_error")(values, y), -1.0 / 3.0);
  EXPECT_EQ(Scorer()(values, y), Scorer("r2")(values, y));
}

TEST(Scorer, SaysWhatReadyPredictionsCannotAnswer) {
  Predictions values = Predictions::of_regressor(Matrix{{1.0}, {3.0}});
  const Target y = Matrix{{1.0}, {2.0}};
  EXPECT_TRUE(throws<NotSupported>([&] { Scorer("accuracy")(values, y); },
                                   {"'accuracy'", "Classifier", "Regressor"}));
  const Scorer own = Scorer::from_estimator(
      "own", [](const Estimator&, const Features&, const Target&) { return 1.0; });
  EXPECT_TRUE(own.needs_estimator());
  EXPECT_FALSE(Scorer("r2").needs_estimator());
  EXPECT_TRUE(throws<NotSupported>([&] { own(values, y); }, {"no fitted estimator"}));
  EXPECT_TRUE(throws<NotSupported>([&] { values.labels(); }, {"Classifier"}));
}

TEST(Scorer, TakesFunctionsOfTheUser) {
  const TwoClasses data;
  const Scorer hits =
      Scorer::from_labels("hits", [](const Labels& y, const Labels& predicted, const Vector& w) {
        return accuracy_score(y, predicted, {.normalize = false, .sample_weight = w});
      });
  EXPECT_EQ(hits.name(), "hits");
  EXPECT_TRUE(hits.takes_sample_weight());
  EXPECT_EQ(hits(data.model, data.both, data.y, data.w),
            accuracy_score(data.y, data.model.predict(data.both),
                           {.normalize = false, .sample_weight = data.w}));

  const Scorer sure = Scorer::from_probabilities(
      "sure", [](const Labels&, const Matrix& proba, const Labels& classes) {
        return static_cast<double>(classes.size()) * proba.maxCoeff();
      });
  EXPECT_EQ(sure(data.model, data.both, data.y), 2.0);

  const Scorer worst = Scorer::from_values("worst", [](const Matrix& y, const Matrix& predicted) {
    return -(y - predicted).cwiseAbs().maxCoeff();
  });
  const Matrix x = Vector{{1.0, 2.0}};
  EXPECT_EQ(worst(EchoRegressor().fit(x, Vector{{1.0, 2.0}}), x, Vector{{1.5, 4.0}}), -2.0);

  const Scorer small =
      Scorer::from_estimator("small", [](const Estimator& e, const Features& X, const Target& y) {
        return static_cast<double>(e.to_string().size()) + static_cast<double>(X.cols() + y.rows());
      });
  EXPECT_EQ(small(data.model, data.both, data.y), 11.0 + 2.0 + static_cast<double>(data.y.size()));
}

TEST(Scorer, RefusesWeightsThatAFunctionDoesNotTake) {
  const TwoClasses data;
  const Scorer plain =
      Scorer::from_labels("plain", [](const Labels&, const Labels&) { return 1.0; });
  EXPECT_FALSE(plain.takes_sample_weight());
  EXPECT_EQ(plain(data.model, data.both, data.y), 1.0);
  EXPECT_TRUE(throws<InvalidInput>([&] { plain(data.model, data.both, data.y, data.w); },
                                   {"'plain'", "sample_weight"}));
}

TEST(ScorerCodec, KeepsNamesAndTheDefault) {
  const auto round_trip = [](const Scorer& scorer) {
    return Codec<Scorer>::decode(Codec<Scorer>::encode(scorer)).name();
  };
  EXPECT_EQ(round_trip(Scorer("roc_auc")), "roc_auc");
  EXPECT_EQ(round_trip(Scorer()), "score");
  EXPECT_TRUE(throws<FormatError>([] { Codec<Scorer>::decode("f2"); }, {"'f2'", "f1_macro"}));
}

TEST(ScorerCodec, KeepsTheNameOfAFunctionThatCannotBeSaved) {
  const TwoClasses data;
  const Scorer plain =
      Scorer::from_labels("profit", [](const Labels&, const Labels&) { return 1.0; });
  const Scorer read = Codec<Scorer>::decode(Codec<Scorer>::encode(plain));
  EXPECT_EQ(read.name(), "profit");
  EXPECT_TRUE(throws<NotSupported>([&] { read(data.model, data.both, data.y); },
                                   {"'profit'", "set it again"}));
}

}  // namespace
}  // namespace espalier
