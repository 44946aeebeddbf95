// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/cross_validation.hpp>

#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include <espalier/model_selection/stratified_k_fold.hpp>
#include <espalier/model_selection/train_test_split.hpp>

#include "model_selection/golden_data.hpp"
#include "model_selection/probe.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

void expect_scores(const CrossValidation& result, const nlohmann::json& expected,
                   double tolerance) {
  for (const auto& scores : result.scores) {
    EXPECT_TRUE(near(scores.test, to_vector(expected["test_" + scores.name]), tolerance))
        << scores.name;
    EXPECT_TRUE(near(scores.train, to_vector(expected["train_" + scores.name]), tolerance))
        << scores.name;
  }
}

TEST(CrossValidate, ScoresRidgeAsScikitLearn) {
  const Dataset data = diabetes();
  const Scoring scoring{"r2", "neg_mean_squared_error", "neg_mean_absolute_error"};
  const auto result = cross_validate(Ridge({.alpha = 0.1}), data.X, data.y,
                                     {.scoring = scoring, .return_train_score = true});
  ASSERT_EQ(result.scores.size(), 3u);
  expect_scores(result, golden_file()["ridge"]["unweighted"], 1e-9);
}

TEST(CrossValidate, ScoresALogisticPipelineAsScikitLearn) {
  const Dataset data = cancer();
  const auto result = cross_validate(
      logistic(), data.X, data.y,
      {.scoring = {"accuracy", "roc_auc", "neg_log_loss"}, .return_train_score = true});
  ASSERT_EQ(result.scores.size(), 3u);
  expect_scores(result, golden_file()["logistic"]["unweighted"], 1e-6);
}

TEST(CrossValidate, ScoresThreeClassesAsScikitLearn) {
  const Dataset data = iris();
  const auto result = cross_validate(
      logistic(), data.X, data.y,
      {.scoring = {"accuracy", "neg_log_loss", "f1_macro"}, .return_train_score = true});
  expect_scores(result, golden_file()["iris"], 1e-6);
}

TEST(CrossValidate, CutsWeightsAsScikitLearn) {
  const Dataset a = diabetes(), b = cancer();
  expect_scores(
      cross_validate(Ridge({.alpha = 0.1}), a.X, a.y,
                     {.scoring = {"r2", "neg_mean_squared_error", "neg_mean_absolute_error"},
                      .return_train_score = true,
                      .sample_weight = golden_weights(a.y.size())}),
      golden_file()["ridge"]["weighted"], 1e-9);
  expect_scores(cross_validate(logistic(), b.X, b.y,
                               {.scoring = {"accuracy", "roc_auc", "neg_log_loss"},
                                .return_train_score = true,
                                .sample_weight = golden_weights(b.y.size())}),
                golden_file()["logistic"]["weighted"], 1e-6);
}

TEST(CrossValPredict, PredictsAsScikitLearn) {
  const Dataset a = cancer(), b = diabetes();
  const auto& expected = golden_file()["predict"];
  const Matrix proba = cross_val_predict_proba(logistic(), a.X, a.y);
  const Matrix decision = cross_val_decision_function(logistic(), a.X, a.y);
  const Vector values = cross_val_predict(Ridge({.alpha = 0.1}), b.X, b.y);
  const Labels labels = cross_val_predict(logistic(), a.X, a.y);
  ASSERT_EQ(decision.cols(), 1);
  for (std::size_t i = 0; i < expected["proba"].size(); ++i) {
    const auto row = static_cast<Index>(40 * i);
    const Matrix p = to_vector(expected["proba"][i]).transpose();
    EXPECT_LT((proba.row(row) - p).cwiseAbs().maxCoeff(), 1e-6);
    EXPECT_TRUE(near(decision(row, 0), expected["decision"][i].get<double>(), 1e-6));
    EXPECT_EQ(labels[row], proba(row, 1) > 0.5 ? 1 : 0);
  }
  for (std::size_t i = 0; i < expected["ridge"].size(); ++i)
    EXPECT_TRUE(near(values[static_cast<Index>(40 * i)], expected["ridge"][i].get<double>(), 1e-9));
}

TEST(CrossValidate, EveryPartIsGivenItsRowsAndWeights) {
  const Matrix X = numbered(6);
  const Vector w = (Vector(6) << 1, 2, 4, 8, 16, 32).finished();
  const auto seen = Scorer::from_estimator("seen", [](const Estimator& e, const Features& X_test,
                                                      const Target& y, const Vector& weights) {
    EXPECT_EQ(X_test.dense().col(0), y.vector());
    return dynamic_cast<const Probe&>(e).state().weight * 100.0 + weights.sum();
  });
  const auto blind = Scorer::from_estimator(
      "blind", [](const Estimator&, const Features&, const Target& y) { return y.vector().sum(); });
  const auto result = cross_validate(
      Probe(), X, Vector(X.col(0)),
      {.scoring = {seen, blind}, .cv = 3, .return_estimator = true, .sample_weight = w});
  EXPECT_EQ(result.test_score("seen"), (Vector(3) << 6003, 5112, 1548).finished());
  EXPECT_EQ(result.test_score("blind"), (Vector(3) << 1, 5, 9).finished());
  ASSERT_EQ(result.estimators.size(), 3u);
  EXPECT_EQ(dynamic_cast<const Probe&>(*result.estimators[1]).state().rows,
            (Vector(4) << 0, 1, 4, 5).finished());
  EXPECT_TRUE(result.errors.empty());
}

TEST(CrossValidate, LeavesTheEstimatorAsItIs) {
  Ridge model;
  const Dataset data = diabetes();
  model.fit(data.X, data.y);
  const Matrix coef = model.coef();
  cross_validate(model, data.X, data.y, {.cv = 2});
  EXPECT_EQ(model.coef(), coef);
}

TEST(CrossValidate, HasTheSameBitsOnAnyNumberOfThreads) {
  const Dataset data = cancer();
  const auto with = [&](int n_threads) {
    return cross_val_score(
        logistic(), data.X, data.y,
        {.scoring = "neg_log_loss",
         .cv = StratifiedKFold({.n_splits = 7, .shuffle = true, .random_state = 0}),
         .n_threads = n_threads});
  };
  const Vector one = with(1);
  for (const int n_threads : {2, 4, 7}) EXPECT_EQ(with(n_threads), one) << n_threads;
}

TEST(CrossValidate, AFailedFitIsNaNWithOneWarning) {
  WarningCollector collector;
  const Matrix X = numbered(9);
  const auto result =
      cross_validate(Probe({.fail_row = 4}), X, Vector(X.col(0)),
                     {.cv = 3, .return_train_score = true, .return_estimator = true});
  EXPECT_TRUE(std::isnan(result.test_score()[0]) && std::isnan(result.test_score()[2]));
  EXPECT_FALSE(std::isnan(result.test_score()[1]));
  EXPECT_TRUE(std::isnan(result.train_score()[0]));
  EXPECT_TRUE(std::isnan(result.mean()));
  EXPECT_TRUE(result.estimators[0].empty() && !result.estimators[1].empty());
  EXPECT_EQ(result.errors,
            (std::vector<std::string>{"Probe: this row fails", "", "Probe: this row fails"}));
  ASSERT_EQ(collector.warnings.size(), 1u);
  EXPECT_EQ(collector.warnings[0].kind, WarningKind::fit_failed);
  for (const auto part : {"2 of 3", "2 × Probe: this row fails", "error_score"})
    EXPECT_NE(collector.warnings[0].message.find(part), std::string::npos)
        << collector.warnings[0].message;
}

TEST(CrossValidate, AFailedScorerSparesTheOthers) {
  WarningCollector collector;
  const Matrix X = numbered(9);
  const auto picky = Scorer::from_estimator(
      "picky", [](const Estimator&, const Features&, const Target& y) -> double {
        if (y.vector()[0] == 0.0) throw InvalidInput("not this one");
        return 1.0;
      });
  const auto result =
      cross_validate(Probe(), X, Vector(X.col(0)), {.scoring = {picky, "r2"}, .cv = 3});
  EXPECT_TRUE(std::isnan(result.test_score("picky")[0]));
  EXPECT_EQ(result.test_score("picky")[1], 1.0);
  EXPECT_TRUE(result.test_score("r2").allFinite());
  EXPECT_EQ(result.errors[0], "scorer 'picky': not this one");
  EXPECT_EQ(collector.warnings.size(), 1u);
}

TEST(CrossValidate, AScorerThatAlwaysFailsSparesTheOthersToo) {
  WarningCollector collector;
  const Matrix X = numbered(9);
  const auto broken = [](const char* name) {
    return Scorer::from_estimator(name,
                                  [](const Estimator&, const Features&, const Target&) -> double {
                                    throw InvalidInput("not today");
                                  });
  };
  const auto result = cross_validate(Probe({.fail_row = 4}), X, Vector(X.col(0)),
                                     {.scoring = {broken("a"), "r2", broken("b")}, .cv = 3});
  EXPECT_TRUE(result.test_score("a").array().isNaN().all());
  EXPECT_FALSE(std::isnan(result.test_score("r2")[1]));
  EXPECT_EQ(result.errors[0], "Probe: this row fails");
  EXPECT_EQ(result.errors[1], "scorer 'a': not today; scorer 'b': not today");
  ASSERT_EQ(collector.warnings.size(), 1u);
  EXPECT_NE(collector.warnings[0].message.find("2 of 3 fits and 2 of 3 scorings failed"),
            std::string::npos)
      << collector.warnings[0].message;
}

TEST(CrossValidate, ThrowsWhenAllFailOrWhenToldTo) {
  const Matrix X = numbered(9);
  const Vector y = X.col(0);
  EXPECT_TRUE(
      throws<InvalidInput>([&] { cross_validate(Probe({.fail_from = 0.0}), X, y, {.cv = 3}); },
                           {"cross_validate", "all 3 fits failed", "3 × Probe: this level fails"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { cross_validate(Probe({.level = -11.0}), X, y, {.cv = 3}); }, {"3 × ", "'level'"}));
  const auto broken = Scorer::from_estimator(
      "broken", [](const Estimator&, const Features&, const Target&) -> double {
        throw InvalidInput("not today");
      });
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { cross_validate(Probe({.fail_row = 4}), X, y, {.scoring = broken, .cv = 3}); },
      {"cross_validate", "none of the 3 fits has a score", "2 fits and 1 scorings failed",
       "1 × scorer 'broken': not today"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        cross_validate(Probe({.fail_row = 4}), X, y, {.cv = 3, .error_score = ErrorScore::raise});
      },
      {"Probe: this row fails"}));
}

TEST(CrossValidate, ReportsEveryFitAndStopsWhenTold) {
  const Matrix X = numbered(20);
  const Vector y = X.col(0);
  std::vector<Index> seen;
  std::stop_source stop;
  const auto callback = [&](const Progress& p) {
    EXPECT_EQ(p.task, "cross_validate");
    EXPECT_EQ(p.total, 10);
    EXPECT_TRUE(std::isfinite(p.validation_score));
    seen.push_back(p.iteration);
    if (p.iteration == 4) stop.request_stop();
  };
  EXPECT_THROW(
      cross_validate(Probe(), X, y,
                     {.cv = 10, .callback = callback, .stop = stop.get_token(), .n_threads = 1}),
      Cancelled);
  EXPECT_EQ(seen, (std::vector<Index>{1, 2, 3, 4}));
  EXPECT_THROW(cross_val_predict(Probe(), X, y, {.stop = stop.get_token()}), Cancelled);
  EXPECT_TRUE(throws<std::logic_error>(
      [&] {
        cross_validate(Probe(), X, y,
                       {.callback = [](const Progress&) { throw std::logic_error("mine"); }});
      },
      {"mine"}));
}

TEST(CrossValidate, DropsNothingInSilence) {
  const Matrix X = numbered(10);
  const Vector y = X.col(0);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { cross_validate(Probe(), X, y, {.groups = Labels::Zero(10)}); }, {"Probe", "groups"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { cross_validate(Probe(), X, Vector(y.head(9))); },
                                   {"10 samples", "y has 9"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { cross_validate(Probe(), X, y, {.sample_weight = Vector::Ones(3)}); },
      {"10 samples", "sample_weight has 3"}));
  EXPECT_TRUE(throws<NotSupported>([&] { cross_validate(StandardScaler(), X, y); },
                                   {"Classifier or a Regressor", "StandardScaler"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { cross_validate(Probe(), X, y, {.cv = 1}); }, {"'cv'"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        cross_validate(Probe(), X, y, {.scoring = {"r2", "r2"}});
      },
      {"'r2' twice"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        cross_val_score(Probe(), X, y, {.scoring = {"r2", "explained_variance"}});
      },
      {"one scorer"}));
}

TEST(CrossValidate, RefusesAScorerOfAnotherRoleBeforeAnyFit) {
  const Matrix X = numbered(9);
  const auto never = [](const Progress&) { FAIL() << "something was fitted"; };
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        cross_validate(Probe(), X, Vector(X.col(0)),
                       {.scoring = {"r2", "roc_auc"}, .cv = 3, .callback = never});
      },
      {"'scoring'", "cross_validate", "'roc_auc'", "a Classifier", "Probe("}));
}

TEST(CrossValidate, NamesItselfWhenRowsCannotBeSplit) {
  const Matrix X = numbered(9);
  const Vector y = X.col(0).array() + 0.5;
  EXPECT_TRUE(throws<InvalidInput>([&] { cross_validate(LogisticRegression(), X, y); },
                                   {"cross_validate: StratifiedKFold: Unknown label type"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { cross_val_predict_proba(LogisticRegression(), X, y); },
                                   {"cross_val_predict_proba: Unknown label type"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { cross_val_decision_function(LogisticRegression(), X, y); },
                                   {"cross_val_decision_function: Unknown label type"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { StratifiedKFold().split(y); },
                                   {"StratifiedKFold: Unknown label type"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { train_test_split(X, y, {.stratify = true}); },
                                   {"train_test_split: Unknown label type"}));
  const Labels two = (y.array() > 3.0).cast<int>();
  EXPECT_TRUE(throws<InvalidInput>([&] { LogisticRegression().fit(X, two).score(X, y); },
                                   {"LogisticRegression: Unknown label type"}));
}

TEST(CrossValPredict, NeedsAPartition) {
  const Matrix X = numbered(4);
  const Vector y = X.col(0);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        cross_val_predict(Probe(), X, y, {.cv = std::vector<Split>{{{0, 1}, {2}}, {{2}, {0, 1}}}});
      },
      {"row 3", "0 test sets"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        cross_val_predict(Probe(), X, y,
                          {.cv = std::vector<Split>{{{0}, {1, 2, 3, 0}}, {{2}, {1}}}});
      },
      {"row 1", "2 test sets"}));
}

TEST(CrossValPredict, AClassThatATrainingSetLacksHasProbabilityZero) {
  WarningCollector ignored;
  const Matrix X = numbered(9);
  const Target y = std::vector<int>{5, 5, 5, 5, 7, 7, 7, 7, 9};
  const Cv cv =
      std::vector<Split>{{{0, 1, 4, 5}, {2, 3, 6, 7, 8}}, {{2, 3, 6, 7, 8}, {0, 1, 4, 5}}};
  const Matrix proba = cross_val_predict_proba(LogisticRegression(), X, y, {.cv = cv});
  ASSERT_EQ(proba.cols(), 3);
  for (Index i = 0; i < 9; ++i) EXPECT_NEAR(proba.row(i).sum(), 1.0, 1e-12);
  EXPECT_EQ(proba(8, 2), 0.0);
  EXPECT_GT(proba(0, 2), 0.0);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { cross_val_decision_function(LogisticRegression(), X, y, {.cv = cv}); },
      {"2 of the 3 classes"}));
}

TEST(CrossValidation, ReadsAsATable) {
  const Matrix X = numbered(9);
  auto result = cross_validate(
      Probe(), X, Vector(X.col(0)),
      {.scoring = {"r2", "neg_mean_squared_error"}, .cv = 3, .return_train_score = true});
  const DataFrame table = result.to_table();
  EXPECT_EQ(table.names(),
            (std::vector<std::string>{"split", "test_r2", "test_neg_mean_squared_error", "train_r2",
                                      "train_neg_mean_squared_error", "fit_time", "score_time"}));
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table["test_r2"].values()[2], result.test_score()[2]);
  result.scores[0].test = (Vector(3) << 1.0, 2.0, 6.0).finished();
  EXPECT_EQ(result.mean(), 3.0);
  EXPECT_NEAR(result.std("r2"), std::sqrt(14.0 / 3.0), 1e-15);
  std::ostringstream text;
  text << result;
  EXPECT_NE(text.str().find("test_r2: 3.0000 ± 2.1602"), std::string::npos) << text.str();
  EXPECT_TRUE(throws<InvalidParameter>([&] { result.mean("auc"); },
                                       {"'auc'", "r2, neg_mean_squared_error"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { cross_validate(Probe(), X, Vector(X.col(0))).train_score(); }, {"return_train_score"}));
}

}  // namespace
}  // namespace espalier
