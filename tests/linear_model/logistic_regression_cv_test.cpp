// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/logistic_regression_cv.hpp>

#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/model_selection/cross_validation.hpp>
#include <espalier/model_selection/stratified_k_fold.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const std::vector<double> some_Cs{0.01, 0.1, 1.0, 10.0};

LogisticRegressionCVParams exact(LogisticRegressionCVParams params) {
  params.tol = 1e-10;
  params.max_iter = 1000;
  return params;
}

void expect_golden(const std::string& name, const LogisticRegressionCVParams& params,
                   const Matrix& X, const Target& y, const Vector& sample_weight = {}) {
  SCOPED_TRACE(name);
  const json& expected = golden("linear_model_glm.json")["cross_validated"].at(name);
  const auto model =
      LogisticRegressionCV(exact(params)).fit(X, y, {.sample_weight = sample_weight});
  EXPECT_TRUE(near(model.C(), to_number(expected["C"]), 1e-14));
  EXPECT_LT(relative_difference(model.coef(), to_matrix(expected["coef"])), 1e-6);
  if (params.fit_intercept) {
    EXPECT_LT((model.intercept() - to_vector(expected["intercept"])).lpNorm<Eigen::Infinity>(),
              1e-6);
  }
  EXPECT_LT((model.scores() - to_matrix(expected["scores"])).cwiseAbs().maxCoeff(), 1e-7);
}

TEST(LogisticRegressionCV, MatchesScikitLearn) {
  const auto [X, y] = cancer();
  const Matrix Z = scaled(X);
  expect_golden("cancer", {}, Z, y);
  expect_golden("cancer_log_loss", {.Cs = some_Cs, .cv = 3, .scoring = "neg_log_loss"}, Z, y);
  expect_golden("cancer_weighted",
                {.Cs = some_Cs, .scoring = "neg_log_loss", .class_weight = balanced}, Z, y,
                golden_weights(Z.rows()));
  expect_golden("cancer_no_refit", {.Cs = some_Cs, .scoring = "neg_log_loss", .refit = false}, Z,
                y);
  const auto flowers = iris();
  expect_golden("iris", {.Cs = some_Cs, .scoring = "neg_log_loss"}, flowers.X, flowers.y);
  expect_golden("iris_no_intercept", {.Cs = some_Cs, .fit_intercept = false}, flowers.X, flowers.y);
}

TEST(LogisticRegressionCV, ScoresAsCrossValidationDoes) {
  const auto [X, y] = iris();
  const auto model =
      LogisticRegressionCV(exact({.Cs = {0.5}, .scoring = "neg_log_loss"})).fit(X, y);
  const LogisticRegression single({.C = 0.5, .tol = 1e-10, .max_iter = 1000});
  const auto scores = cross_val_score(single, X, y, {.scoring = "neg_log_loss", .cv = 5});
  EXPECT_TRUE(near(Vector(model.scores().col(0)), scores, 1e-8));
}

TEST(LogisticRegressionCV, KeepsThePathsOfTheFolds) {
  const auto [X, y] = iris();
  const auto model = LogisticRegressionCV({.Cs = some_Cs, .cv = 3}).fit(X, y);
  ASSERT_EQ(model.coefs_paths().size(), 3U);
  for (const Matrix& path : model.coefs_paths()) {
    EXPECT_EQ(path.rows(), 4 * 3);
    EXPECT_EQ(path.cols(), 4 + 1);
    EXPECT_LT(path.topRows(3).norm(), path.bottomRows(3).norm()) << "a weaker penalty";
  }
  EXPECT_EQ(model.n_iter_path().rows(), 3);
  EXPECT_GE(model.n_iter_path().minCoeff(), 1.0);
}

TEST(LogisticRegressionCV, GivesTheSameBitsForAnyNumberOfThreads) {
  const auto [X, y] = cancer();
  const auto one = LogisticRegressionCV({.Cs = some_Cs}).fit(X, y, {.n_threads = 1});
  for (const int threads : {2, 4, 7}) {
    const auto several = LogisticRegressionCV({.Cs = some_Cs}).fit(X, y, {.n_threads = threads});
    EXPECT_EQ(several.coef(), one.coef()) << threads << " threads";
    EXPECT_EQ(several.scores(), one.scores()) << threads << " threads";
  }
}

TEST(LogisticRegressionCV, ReportsEveryFoldAndCanBeStopped) {
  const auto [X, y] = iris();
  std::vector<Index> folds;
  LogisticRegressionCV model({.Cs = some_Cs});
  model.fit(X, y, {.callback = [&](const Progress& p) { folds.push_back(p.iteration); }});
  EXPECT_EQ(folds, (std::vector<Index>{1, 2, 3, 4, 5}));
  std::stop_source stop;
  stop.request_stop();
  FitContext context;
  context.stop = stop.get_token();
  EXPECT_THROW(model.fit(X, y, context), Cancelled);
}

TEST(LogisticRegressionCV, RefusesWhatItCannotFold) {
  const Matrix X = Matrix::Random(6, 2);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        LogisticRegressionCV({.cv = 2}).fit(X, Labels{{0, 0, 0, 0, 0, 7}});
      },
      {"LogisticRegressionCV", "class 7 has one row only"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        LogisticRegressionCV().fit(X, Labels{{0, 0, 0, 1, 1, 1}});
      },
      {"LogisticRegressionCV", "cv=5 is greater than the number of rows of every class", "3"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        LogisticRegressionCV({.Cs = {}}).fit(X, Labels{{0, 0, 0, 1, 1, 1}});
      },
      {"'Cs'", "LogisticRegressionCV", "empty"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        LogisticRegressionCV({.scoring = "r2"}).fit(X, Labels{{0, 0, 0, 1, 1, 1}});
      },
      {"LogisticRegressionCV", "r2"}));
}

TEST(LogisticRegressionCV, ComesBackFromAFileBitByBit) {
  const auto [X, y] = iris();
  const auto model = LogisticRegressionCV({.Cs = some_Cs, .cv = 3}).fit(X, y);
  const auto loaded = from_json(to_json(model));
  const auto& back = dynamic_cast<const LogisticRegressionCV&>(*loaded);
  EXPECT_EQ(back.predict_proba(X), model.predict_proba(X));
  EXPECT_EQ(back.scores(), model.scores());
  EXPECT_EQ(back.coefs_paths()[2], model.coefs_paths()[2]);
  auto damaged = model.state();
  damaged.scores.resize(2, 2);
  EXPECT_THROW(damaged.check(Schema::of(X)), FormatError);
}

}  // namespace
}  // namespace espalier
