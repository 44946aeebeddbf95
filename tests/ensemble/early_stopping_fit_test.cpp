// SPDX-License-Identifier: BSD-3-Clause
// Early stopping of the boosted trees: the roll-back, the scores that are watched, folds.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/metrics/probability.hpp>
#include <espalier/metrics/ranking.hpp>
#include <espalier/metrics/regression.hpp>

#include "ensemble/table_data.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;
using Regressor_ = HistGradientBoostingRegressor;
using Classifier_ = HistGradientBoostingClassifier;

Index position_of_best(const Vector& scores) {
  Index best = 0;
  scores.maxCoeff(&best);  // the first of equals
  return best;
}

std::string tree_bits(const BoostedTrees& trees) {
  return Codec<BoostedTrees>::encode(trees).to_text();
}

Vector weights_of(Index n) {
  return Vector::NullaryExpr(n, [](Index i) { return 0.5 + static_cast<double>(i % 3); });
}

// The roll-back

TEST(RollBack, KeepsTheTreesOfTheBestIteration) {
  const TableData train(600, 5, 1);
  const TableData other(600, 5, 2);
  const ValidationSet validation{other.X, other.y};
  const Regressor_ stopped = Regressor_({.learning_rate = 0.5, .max_iter = 300})
                                 .fit(train.X, train.y, {.validation = validation});
  const Vector scores = stopped.validation_score();
  EXPECT_EQ(stopped.n_iter(), position_of_best(scores));
  EXPECT_EQ(scores.size(), stopped.n_iter() + 11);
  EXPECT_LT(scores.tail(1)[0], scores[stopped.n_iter()]);
  const Regressor_ exact =
      Regressor_({.learning_rate = 0.5, .max_iter = static_cast<int>(stopped.n_iter())})
          .fit(train.X, train.y);
  EXPECT_EQ(tree_bits(stopped.trees()), tree_bits(exact.trees()));
  EXPECT_EQ(stopped.staged_predict(other.X).size(), static_cast<std::size_t>(stopped.n_iter()));
}

TEST(RollBack, AlsoWhereMaxIterComesBeforePatience) {
  const TableData train(600, 5, 1);
  const TableData other(600, 5, 2);
  const Regressor_ model =
      Regressor_({.learning_rate = 0.9, .max_iter = 60, .n_iter_no_change = 1000})
          .fit(train.X, train.y, {.validation = ValidationSet{other.X, other.y}});
  EXPECT_EQ(model.validation_score().size(), 61);
  EXPECT_LT(model.n_iter(), 60);
  EXPECT_EQ(model.n_iter(), position_of_best(model.validation_score()));
}

TEST(RollBack, DoesNothingWithoutEarlyStopping) {
  const TableData data(300);
  const Regressor_ model = Regressor_({.max_iter = 7, .early_stopping = false}).fit(data.X, data.y);
  EXPECT_EQ(model.n_iter(), 7);
  EXPECT_EQ(model.train_scores().size(), 0);
  EXPECT_TRUE(model.score_names().empty());
}

TEST(RollBack, WatchesTheTrainingRowsByTheSameRule) {
  const TableData data(300);
  const Regressor_ model =
      Regressor_({.max_iter = 30, .early_stopping = true, .validation_fraction = {}})
          .fit(data.X, data.y);
  EXPECT_EQ(model.n_iter(), 30) << "the training loss falls to the end";
  EXPECT_EQ(model.validation_scores().size(), 0);
}

/// Targets that the validation rows turn round, so that the first tree is a fault.
template <class Model>
Model without_any_tree(const TableData& data, const Target& y, const Target& turned) {
  Model model;
  model.fit(data.X, y, {.validation = ValidationSet{data.X, turned}});
  return model;
}

TEST(RollBack, LeavesTheBaselineAloneWhereNoTreeHelps) {
  const TableData data(400);
  const auto model = without_any_tree<Regressor_>(data, data.y, Vector(-data.y));
  EXPECT_EQ(model.n_iter(), 0);
  EXPECT_EQ(model.iterations(), 0);
  EXPECT_NEAR(model.predict(data.X)[0], data.y.mean(), 1e-12);
  EXPECT_EQ(model.predict(data.X).minCoeff(), model.predict(data.X).maxCoeff());
  EXPECT_EQ(model.feature_importances(), Vector::Zero(5));
  EXPECT_EQ(model.apply(data.X).cols(), 0);
  EXPECT_TRUE(model.staged_predict(data.X).empty());
  const ShapValues shap = model.shap_values(data.X.head(3));
  EXPECT_EQ(shap.values[0], Matrix::Zero(3, 5));
  EXPECT_EQ(model.predictor().predict(data.X.head(3)), Matrix(model.predict(data.X.head(3))));
  EXPECT_EQ(load<Regressor_>(to_cbor(model)).predict(data.X), model.predict(data.X));

  const Labels turned = 1 - data.binary.array();
  const auto classifier = without_any_tree<Classifier_>(data, data.binary, turned);
  EXPECT_EQ(classifier.n_iter(), 0);
  EXPECT_NEAR(classifier.predict_proba(data.X)(5, 1), data.binary.cast<double>().mean(), 1e-12);
  EXPECT_EQ(load<Classifier_>(to_cbor(classifier)).predict(data.X), classifier.predict(data.X));
}

// Scoring

TEST(StoppingScores, TheFirstDecidesAndTheOthersAreRecorded) {
  const TableData train(800, 5, 1);
  const TableData other(800, 5, 2);
  const Classifier_ model =
      Classifier_({.learning_rate = 0.3, .scoring = {"roc_auc", "loss", "accuracy"}})
          .fit(train.X, train.binary, {.validation = ValidationSet{other.X, other.binary}});
  EXPECT_EQ(model.score_names(), (std::vector<std::string>{"roc_auc", "loss", "accuracy"}));
  const Matrix scores = model.validation_scores();
  ASSERT_EQ(scores.cols(), 3);
  ASSERT_EQ(model.train_scores().cols(), 3);
  ASSERT_EQ(model.train_scores().rows(), scores.rows());
  EXPECT_EQ(model.validation_score(), scores.col(0));
  EXPECT_EQ(model.train_score(), model.train_scores().col(0));
  EXPECT_EQ(model.n_iter(), position_of_best(scores.col(0)));
  EXPECT_NE(model.n_iter(), position_of_best(scores.col(1))) << "or the test shows nothing";

  const Matrix proba = model.predict_proba(other.X);
  EXPECT_NEAR(scores(model.n_iter(), 0), roc_auc_score(other.binary, proba.col(1)), 1e-12);
  EXPECT_NEAR(scores(model.n_iter(), 1), -log_loss(other.binary, proba), 1e-12);
  EXPECT_EQ(scores(model.n_iter(), 2), model.score(other.X, other.binary));
  EXPECT_EQ(model.train_scores()(model.n_iter(), 2), model.score(train.X, train.binary));
  EXPECT_EQ(scores(0, 0), 0.5) << "a constant ranks nothing";
}

TEST(StoppingScores, AreThoseOfSeveralClassesWithAnyLabels) {
  const TableData train(800, 5, 1);
  const TableData other(500, 5, 2);
  const Vector weights = weights_of(500);
  const Classifier_ model =
      Classifier_({.max_iter = 5, .scoring = {"f1_macro", "neg_log_loss", "loss"}})
          .fit(train.X, train.three, {.validation = ValidationSet{other.X, other.three, weights}});
  const Matrix scores = model.validation_scores();
  EXPECT_NEAR(scores(model.n_iter(), 0), Scorer("f1_macro")(model, other.X, other.three, weights),
              1e-12);
  for (Index i = 0; i < scores.rows(); ++i) EXPECT_NEAR(scores(i, 1), scores(i, 2), 1e-9);
}

TEST(StoppingScores, OfARegressorAreThoseOfItsPredictions) {
  const TableData train(500, 5, 1);
  const TableData other(500, 5, 2);
  const auto positive = [](const TableData& data) { return Vector(data.y.array().exp()); };
  const Regressor_ model =
      Regressor_({.loss = RegressionLoss::poisson,
                  .max_iter = 20,
                  .scoring = {"neg_mean_absolute_error", Scorer()}})
          .fit(train.X, positive(train), {.validation = ValidationSet{other.X, positive(other)}});
  EXPECT_EQ(model.score_names(), (std::vector<std::string>{"neg_mean_absolute_error", "score"}));
  const Matrix scores = model.validation_scores();
  EXPECT_NEAR(scores(model.n_iter(), 0),
              -mean_absolute_error(positive(other), model.predict(other.X)), 1e-9);
  EXPECT_NEAR(scores(model.n_iter(), 1), model.score(other.X, positive(other)), 1e-9);
}

TEST(StoppingScores, MatchClassesByText) {
  const TableData data(400);
  const auto scores = [&](const Target& y) {
    return Classifier_({.max_iter = 5, .scoring = {"f1", "roc_auc"}})
        .fit(data.X, data.texts({"no", "yes"}, false), {.validation = ValidationSet{data.X, y}})
        .validation_scores();
  };
  EXPECT_EQ(scores(data.texts({"no", "yes"}, false)), scores(data.texts({"yes", "no"}, true)));
}

TEST(StoppingScores, TakeFunctionsOfTheUser) {
  const TableData data(300);
  const Scorer hits = Scorer::from_labels("hits", [](const Labels& y, const Labels& predicted) {
    return static_cast<double>((y.array() == predicted.array()).count());
  });
  Classifier_ model({.max_iter = 5,
                     .early_stopping = true,
                     .scoring = {hits, "accuracy"},
                     .validation_fraction = 100.0,
                     .random_state = 0});
  model.fit(data.X, data.binary);
  EXPECT_TRUE(model.validation_scores().col(0).isApprox(100.0 * model.validation_scores().col(1)));
  Classifier_ plain(model);
  plain.params().early_stopping = false;
  EXPECT_NO_THROW(plain.fit(data.X, data.binary, {.sample_weight = weights_of(300)}))
      << "nothing is scored";
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { model.fit(data.X, data.binary, {.sample_weight = weights_of(300)}); },
      {"HistGradientBoostingClassifier", "'hits'", "sample_weight", "training rows"}));
}

TEST(StoppingScores, OnManyTrainingRowsAreThoseOfADraw) {
  const TableData data(12'000);
  const auto fit = [&](int threads) {
    return Classifier_({.max_iter = 3,
                        .scoring = {"accuracy", "loss"},
                        .validation_fraction = {},
                        .random_state = 1})
        .fit(data.X, data.three, {.n_threads = threads});
  };
  const Classifier_ model = fit(1);
  const double share = model.train_scores()(3, 0);
  EXPECT_EQ(share * 10'000.0, std::round(share * 10'000.0)) << "of 10 000 rows";
  EXPECT_NE(share, model.score(data.X, data.three));
  EXPECT_NEAR(share, model.score(data.X, data.three), 0.01);
  EXPECT_NEAR(model.train_scores()(3, 1), -log_loss(data.three, model.predict_proba(data.X)), 1e-12)
      << "the loss is that of all rows";
  for (const int threads : {2, 4, 7}) EXPECT_EQ(to_json(fit(threads)), to_json(model));
}

TEST(StoppingScores, RefuseWhatCannotBeWatched) {
  const TableData data(100);
  const auto fit = [&](StoppingScoring scoring) {
    Classifier_({.early_stopping = true, .scoring = std::move(scoring)}).fit(data.X, data.binary);
  };
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { fit("r2"); },
      {"'scoring'", "HistGradientBoostingClassifier", "'r2'", "scores a Regressor", "Classifier"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit({"loss", "loss"}); }, {"'loss' twice"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit(std::vector<StoppingMetric>{}); }, {"no scorer"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit("f2"); }, {"'f2'", "f1_macro"}));
  const Scorer own = Scorer::from_estimator(
      "own", [](const Estimator&, const Features&, const Target&) { return 1.0; });
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { fit(own); }, {"'own'", "fitted estimator", "from_labels"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { Regressor_({.scoring = "roc_auc"}).fit(data.X, data.y); },
                               {"HistGradientBoostingRegressor", "'roc_auc'", "Classifier"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        Classifier_({.scoring = "roc_auc"})
            .fit(data.X, data.binary,
                 {.validation = ValidationSet{data.X.head(1), Labels(data.binary.head(1))}});
      },
      {"HistGradientBoostingClassifier", "'roc_auc'", "validation rows"}));
  const Scorer faulty = Scorer::from_values(
      "faulty", [](const Matrix&, const Matrix&) -> double { throw InvalidInput("it broke"); });
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { Regressor_({.early_stopping = true, .scoring = faulty}).fit(data.X, data.y); },
      {"HistGradientBoostingRegressor", "'faulty'", "training rows", "it broke"}));
  const Scorer nothing = Scorer::from_values("nothing", [](const Matrix&, const Matrix&) {
    return std::numeric_limits<double>::quiet_NaN();
  });
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { Regressor_({.early_stopping = true, .scoring = nothing}).fit(data.X, data.y); },
      {"HistGradientBoostingRegressor", "'nothing'", "NaN"}));
}

TEST(StoppingScores, ReportTheLossWhateverDecides) {
  const TableData data(300);
  std::vector<Progress> reports;
  const Classifier_ model =
      Classifier_({.max_iter = 4,
                   .early_stopping = true,
                   .scoring = {"accuracy", "loss"},
                   .random_state = 0})
          .fit(data.X, data.binary, {.callback = [&](const Progress& p) { reports.push_back(p); }});
  ASSERT_EQ(reports.size(), 4U);
  for (Index i = 0; i < 4; ++i) {
    const Progress& report = reports[static_cast<std::size_t>(i)];
    EXPECT_EQ(report.loss, -model.train_scores()(i + 1, 1));
    EXPECT_EQ(report.validation_score, model.validation_score()[i + 1]);
  }
}

TEST(StoppingScoring, ReadsAsAParameter) {
  Classifier_ model;
  EXPECT_EQ(model.get_param("scoring"), Value("loss"));
  model.set_param("scoring", Value::List{"roc_auc", "loss"});
  EXPECT_EQ(model.params().scoring.names(), (std::vector<std::string>{"roc_auc", "loss"}));
  EXPECT_EQ(model.get_param("scoring"), Value(Value::List{"roc_auc", "loss"}));
  model.set_param("scoring", Value());
  EXPECT_EQ(model.params().scoring.names(), std::vector<std::string>{"score"});
  EXPECT_TRUE(model.get_param("scoring").is_none());
  EXPECT_TRUE(throws<InvalidParameter>([&] { model.set_param("scoring", "auc"); },
                                       {"'scoring'", "'loss'", "roc_auc", "'auc'"}));
}

// Folds

TEST(ValidationFolds, TrainsOnAllRowsForTheBestNumberOfIterations) {
  const TableData data(600);
  const Vector weights = weights_of(600);
  const FitContext weighted{.sample_weight = weights};
  const Regressor_ model =
      Regressor_({.learning_rate = 0.5, .validation_folds = 4, .random_state = 0})
          .fit(data.X, data.y, weighted);
  EXPECT_TRUE(model.do_early_stopping()) << "folds switch auto on";
  EXPECT_EQ(model.n_iter(), position_of_best(model.validation_score()));
  EXPECT_EQ(model.validation_score().size(), model.n_iter() + 11);
  EXPECT_EQ(model.train_score().size(), model.validation_score().size());
  const Regressor_ all = Regressor_({.learning_rate = 0.5,
                                     .max_iter = static_cast<int>(model.n_iter()),
                                     .early_stopping = false,
                                     .random_state = 0})
                             .fit(data.X, data.y, weighted);
  EXPECT_EQ(tree_bits(model.trees()), tree_bits(all.trees()));
}

TEST(ValidationFolds, ScoreIsTheMeanOverModelsThatHaveNotSeenTheRows) {
  const Index n = 40;
  const Matrix X = Vector::LinSpaced(n, 0.0, 1.0);
  const Vector y = Vector::NullaryExpr(n, [](Index i) { return static_cast<double>(i * i); });
  const Regressor_ model =
      Regressor_({.max_iter = 1, .validation_folds = 40, .random_state = 0}).fit(X, y);
  double expected = 0.0;  // each row alone is held out: a half of the squared distance
  for (Index i = 0; i < n; ++i) {
    const double others = (y.sum() - y[i]) / static_cast<double>(n - 1);
    expected -= 0.5 * (y[i] - others) * (y[i] - others) / static_cast<double>(n);
  }
  EXPECT_NEAR(model.validation_score()[0], expected, 1e-9 * std::abs(expected));
}

TEST(ValidationFolds, HasTheSameBitsOnAnyNumberOfThreadsAndFollowsItsSeed) {
  const TableData data(20'000, 6);
  const auto fit = [&](int threads, std::int64_t seed) {
    return to_json(
        Classifier_({.max_iter = 4,
                     .subsample = 0.7,
                     .scoring = {"roc_auc_ovr", "loss"},
                     .validation_folds = 3,
                     .random_state = seed})
            .fit(data.X, data.three, {.sample_weight = weights_of(20'000), .n_threads = threads}));
  };
  const std::string one = fit(1, 5);
  for (const int threads : {2, 4, 7}) EXPECT_EQ(fit(threads, 5), one);
  EXPECT_NE(fit(1, 6), one);
}

TEST(ValidationFolds, TakeWeightsIntoEveryFold) {
  const TableData data(300);
  Vector y = data.y;
  Vector weights = Vector::Ones(300);
  for (Index i = 0; i < 300; i += 3) {
    y[i] = 1e6;  // rows that hardly count
    weights[i] = 1e-12;
  }
  const auto first_scores = [&](const FitContext& context) {
    const Regressor_ model = Regressor_({.max_iter = 1, .validation_folds = 3, .random_state = 0})
                                 .fit(data.X, y, context);
    return Vector{{model.train_score()[0], model.validation_score()[0]}};
  };
  EXPECT_GT(first_scores({.sample_weight = weights}).minCoeff(), -100.0);
  EXPECT_LT(first_scores({}).maxCoeff(), -1e9);
}

TEST(ValidationFolds, ReportsTheFoldsAndThenAllRows) {
  const TableData data(300);
  std::vector<Progress> reports;
  const Regressor_ model =
      Regressor_({.max_iter = 6, .validation_folds = 3, .random_state = 0})
          .fit(data.X, data.y, {.callback = [&](const Progress& p) { reports.push_back(p); }});
  ASSERT_EQ(reports.size(), static_cast<std::size_t>(6 + model.n_iter()));
  EXPECT_EQ(reports[5].iteration, 6);
  EXPECT_EQ(reports[5].loss, -model.train_score()[6]);
  EXPECT_EQ(reports[5].validation_score, model.validation_score()[6]);
  EXPECT_EQ(reports[6].iteration, 1);
  EXPECT_EQ(reports.back().iteration, model.n_iter());
  EXPECT_EQ(reports.back().total, model.n_iter());
}

TEST(ValidationFolds, RefuseWhatDoesNotFit) {
  const TableData data(100);
  const auto refused = [&](const auto& fit, std::initializer_list<std::string_view> words) {
    return throws<Error>(fit, words);
  };
  EXPECT_TRUE(refused([&] { Regressor_({.validation_folds = 1}).fit(data.X, data.y); },
                      {"validation_folds", "[2, inf)", "1"}));
  EXPECT_TRUE(refused(
      [&] { Regressor_({.early_stopping = false, .validation_folds = 3}).fit(data.X, data.y); },
      {"HistGradientBoostingRegressor", "early_stopping", "validation_folds", "false"}));
  EXPECT_TRUE(refused(
      [&] {
        Regressor_({.validation_folds = 3})
            .fit(data.X, data.y, {.validation = ValidationSet{data.X, data.y}});
      },
      {"HistGradientBoostingRegressor", "validation_folds", "drop one", "3"}));
  EXPECT_TRUE(refused([&] { Regressor_({.validation_folds = 101}).fit(data.X, data.y); },
                      {"HistGradientBoostingRegressor", "validation_folds = 101", "100 rows"}));
  EXPECT_TRUE(
      refused([&] { Classifier_({.validation_folds = 90}).fit(data.X, data.binary); },
              {"HistGradientBoostingClassifier", "validation_folds = 90", "largest class"}));
}

TEST(ValidationFolds, KeepTheOnlyRowOfAClassForTraining) {
  const TableData data(60);
  Labels y = data.binary;
  y[7] = 5;
  std::vector<std::string> warnings;
  const auto before =
      set_warning_handler([&](const Warning& warning) { warnings.push_back(warning.message); });
  const Classifier_ model =
      Classifier_({.max_iter = 3, .min_samples_leaf = 5, .validation_folds = 4}).fit(data.X, y);
  set_warning_handler(before);
  EXPECT_EQ(model.classes().size(), 3);
  EXPECT_TRUE(model.validation_score().allFinite());
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("validation_folds = 4"), std::string::npos);
}

}  // namespace
}  // namespace espalier
