// SPDX-License-Identifier: BSD-3-Clause
// SGDClassifier and SGDRegressor.
#include <espalier/linear_model/sgd_classifier.hpp>
#include <espalier/linear_model/sgd_regressor.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values() {
  static const json values = golden("linear_model_sgd.json");
  return values;
}

/// Columns scaled; the target of the diabetes data too.
LinearData data_of(const json& expected) {
  const std::string name = expected["data"];
  LinearData data = name == "cancer" ? cancer() : name == "iris" ? iris() : diabetes();
  data.X = scaled(data.X);
  if (name == "diabetes") data.y = Target(Vector(scaled(data.y.values())));
  return data;
}

template <class Model>
void expect_golden(const std::string& name) {
  SCOPED_TRACE(name);
  const json& expected = golden_values().at(name);
  const LinearData data = data_of(expected);
  const SparseMatrix sparse = data.X.cwiseMax(0.0).sparseView();
  const bool float32 = expected["float32"].get<bool>();
  const Features X = expected["sparse"].get<bool>() ? Features(sparse)
                     : float32                      ? Features(Matrix32(data.X.cast<float>()))
                                                    : Features(data.X);
  const Index n = data.X.rows();
  FitContext context;
  if (expected["weighted"].get<bool>()) context.sample_weight = golden_weights(n);
  Model model({.shuffle = false});
  for (const auto& [key, value] : expected["params"].items())
    model.set_param(key, Value::parse(value == true ? "1" : value.dump()));
  const auto pieces = expected["pieces"].get<Index>();
  if (pieces == 0) {
    model.fit(X, data.y, context);
  } else {
    for (Index piece = 0, begin = 0; piece < pieces; ++piece) {  // the first are longer by a row
      std::vector<Index> rows(static_cast<std::size_t>(n / pieces + (piece < n % pieces ? 1 : 0)));
      for (Index& row : rows) row = begin++;
      if constexpr (std::is_same_v<Model, SGDClassifier>)
        model.partial_fit(X.take(rows), data.y.take(rows), data.y);
      else
        model.partial_fit(X.take(rows), data.y.take(rows));
    }
  }
  EXPECT_EQ(model.n_iter(), expected["n_iter"].get<int>());
  EXPECT_EQ(model.t(), expected["t"].get<double>());
  const Matrix coef = to_matrix(expected["coef"]);
  const Vector intercept = to_vector(expected["intercept"]);
  const double size = std::max(coef.cwiseAbs().maxCoeff(), intercept.cwiseAbs().maxCoeff());
  // (Where coefficients shrink by nine digits, their averages lose as many in the difference of two
  // sums, here and there.)
  const double tolerance = (float32                               ? 3e-5
                            : name == "classifier_average_strong" ? 1e-7
                                                                  : 1e-9) *
                           size;
  EXPECT_LT((model.coef() - coef).cwiseAbs().maxCoeff(), tolerance);
  EXPECT_LT((model.intercept() - intercept).cwiseAbs().maxCoeff(), tolerance);
}

TEST(Sgd, MatchesScikitLearnOnRowsInTheirOrder) {
  Index cases = 0;
  for (const auto& [name, expected] : golden_values().items()) {
    ++cases;
    if (name.starts_with("classifier"))
      expect_golden<SGDClassifier>(name);
    else
      expect_golden<SGDRegressor>(name);
  }
  EXPECT_EQ(cases, 43);
}

/// 3000 rows, p columns, and a label by a plane.
LinearData plane(Index p, int classes) {
  Random random(11);
  Matrix X = Matrix::NullaryExpr(3000, p, [&](Index, Index) { return random.normal(); });
  const Vector z = X * Vector::LinSpaced(p, -1.0, 1.0);
  Labels y(3000);
  for (Index i = 0; i < 3000; ++i)
    y[i] = std::clamp(static_cast<int>(std::floor(z[i] + random.normal())) + classes / 2, 0,
                      classes - 1);
  return {std::move(X), y};
}

TEST(Sgd, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const int classes : {2, 4}) {
    const LinearData data = plane(21, classes);
    SGDClassifier model({.loss = SGDClassifierLoss::log_loss,
                         .penalty = SGDPenalty::elasticnet,
                         .max_iter = 4,
                         .random_state = 1,
                         .average = 10});
    for (const Features& X : {Features(data.X), Features(Matrix32(data.X.cast<float>()))}) {
      const Matrix expected = model.fit(X, data.y, {.n_threads = 1}).coef();
      for (const int threads : {2, 4, 7})
        EXPECT_EQ(model.fit(X, data.y, {.n_threads = threads}).coef(), expected)
            << classes << " classes, " << threads << " threads";
    }
  }
}

TEST(Sgd, TakesFloatsAsTheyAre) {
  // Coefficients and sums are of double, so the floats as doubles give the same bits.
  const LinearData data = plane(21, 3);
  const Matrix32 floats = data.X.cast<float>();
  for (const bool early_stopping : {false, true}) {
    SGDClassifier model({.penalty = SGDPenalty::elasticnet,
                         .max_iter = 3,
                         .tol = {},
                         .random_state = 1,
                         .early_stopping = early_stopping});
    const Matrix coef = model.fit(floats, data.y).coef();
    EXPECT_EQ(model.fit(Matrix(floats.cast<double>()), data.y).coef(), coef);
    EXPECT_NE(model.fit(data.X, data.y).coef(), coef);
  }
}

TEST(Sgd, ShufflesBySeed) {
  const LinearData data = plane(5, 2);
  const auto coef = [&](std::int64_t seed) {
    return SGDClassifier({.max_iter = 2, .random_state = seed}).fit(data.X, data.y).coef();
  };
  EXPECT_EQ(coef(1), coef(1));
  EXPECT_NE(coef(1), coef(2));
}

TEST(Sgd, ConvergesToThePenalisedOptimum) {
  // Of least squares with an L2 penalty, which has a closed form.
  const LinearData data = diabetes();
  const Matrix X = scaled(data.X);
  const Vector y = scaled(data.y.values()).col(0);
  const auto model = SGDRegressor({.alpha = 0.1,
                                   .max_iter = 3000,
                                   .tol = {},
                                   .random_state = 0,
                                   .eta0 = 0.01,
                                   .power_t = 0.5,
                                   .average = 100'000})
                         .fit(X, y);
  const auto n = static_cast<double>(X.rows());
  // The gradient of the objective there, by coefficients of columns of deviation 1.
  const Vector gradient =
      X.transpose() * (model.predict(X) - y) / n + 0.1 * model.coef().transpose();
  EXPECT_LT(gradient.cwiseAbs().maxCoeff(), 2e-3);
}

TEST(Sgd, StopsEarlyByRowsSetAside) {
  const LinearData data = plane(6, 3);
  Index reports = 0;
  FitContext context;
  context.callback = [&](const Progress& p) {
    ++reports;
    EXPECT_TRUE(p.validation_score > 0.4 && p.validation_score <= 1.0) << p.validation_score;
  };
  SGDClassifier model(
      {.alpha = 0.01, .random_state = 0, .early_stopping = true, .n_iter_no_change = 3});
  model.fit(data.X, data.y, context);
  EXPECT_TRUE(model.converged());
  EXPECT_EQ(reports, model.n_iter());
  EXPECT_LT(model.n_iter(), 100);
  EXPECT_GT(model.score(data.X, data.y), 0.5);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.fit(data.X.topRows(2), Labels{{0, 1}});
      },
      {"SGDClassifier", "early_stopping"}));
}

TEST(Sgd, SaysWhenCoefficientsOverflow) {
  const Matrix X = 1e100 * plane(3, 2).X;
  const Vector y = X.col(0);
  SGDRegressor model;
  EXPECT_TRUE(
      throws<InvalidInput>([&] { model.fit(X, y); },
                           {"SGDRegressor", "numbers overflowed in epoch 1", "StandardScaler"}));
  EXPECT_FALSE(model.fitted());
}

TEST(Sgd, RefusesParametersThatDoNotGoTogether) {
  const LinearData data = plane(3, 2);
  const auto refused = [&](const SGDClassifierParams& params,
                           std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { SGDClassifier(params).fit(data.X, data.y); }, parts);
  };
  EXPECT_TRUE(refused({.alpha = 0.0}, {"'alpha'", "optimal"}));
  EXPECT_TRUE(refused({.loss = SGDClassifierLoss::log_loss, .learning_rate = SGDLearningRate::pa1},
                      {"'loss'", "hinge", "pa1"}));
  const auto in_pieces = [&](const SGDClassifierParams& params,
                             std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>(
        [&] { SGDClassifier(params).partial_fit(data.X, data.y, data.y); }, parts);
  };
  EXPECT_TRUE(in_pieces({.early_stopping = true}, {"early_stopping", "partial_fit"}));
  EXPECT_TRUE(in_pieces({.class_weight = balanced}, {"class_weight", "balanced"}));
}

TEST(Sgd, LearnsInPiecesWithOtherShufflesEachTime) {
  const LinearData data = plane(8, 2);
  SGDClassifier model({.alpha = 0.001, .random_state = 0});
  for (int epoch = 0; epoch < 10; ++epoch) model.partial_fit(data.X, data.y, data.y);
  EXPECT_EQ(model.t(), 30'001.0);
  EXPECT_GT(model.score(data.X, data.y), 0.7);
}

TEST(Sgd, BeginsAWarmFitAtTheCoefficientsBefore) {
  const LinearData data = plane(8, 2);
  SGDClassifier model({.alpha = 0.01, .random_state = 0, .warm_start = true});
  model.fit(data.X, data.y);
  const double before = model.score(data.X, data.y);
  model.params().max_iter = 1;
  model.fit(data.X, data.y);
  EXPECT_GT(model.score(data.X, data.y), before - 0.05);
  EXPECT_THROW(model.fit(data.X, plane(8, 4).y), InvalidInput);
}

TEST(Sgd, HasProbabilitiesOfTwoLosses) {
  const LinearData data = plane(8, 3);
  for (const auto loss : {SGDClassifierLoss::log_loss, SGDClassifierLoss::modified_huber}) {
    const auto model =
        SGDClassifier({.loss = loss, .alpha = 0.01, .random_state = 0}).fit(data.X, data.y);
    const Matrix proba = model.predict_proba(data.X);
    EXPECT_LT((proba.rowwise().sum().array() - 1.0).abs().maxCoeff(), 1e-12);
    const Matrix raw = model.decision_function(data.X);
    Index most = 0;
    raw.row(7).maxCoeff(&most);
    EXPECT_EQ(model.predict(data.X)[7], most);
  }
  const auto hinge = SGDClassifier({.random_state = 0}).fit(data.X, data.y);
  EXPECT_THROW(hinge.predict_proba(data.X), NotSupported);
}

}  // namespace
}  // namespace espalier
