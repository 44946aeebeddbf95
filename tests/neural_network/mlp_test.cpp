// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include <espalier/core/archive.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>
#include <espalier/metrics/regression.hpp>
#include <espalier/neural_network/mlp_classifier.hpp>
#include <espalier/neural_network/mlp_regressor.hpp>

#include "support/count_allocations.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;

constexpr std::int64_t seed = 3;

/// Points in a ring and within it.
struct Rings {
  Matrix X{240, 2};
  Labels y{240};
  Rings() {
    Random random(1);
    for (Index i = 0; i < 240; ++i) {
      y[i] = static_cast<int>(i % 3);
      const double angle = random.uniform(0.0, 6.28), r = y[i] + random.uniform(0.1, 0.9);
      X.row(i) << r * std::cos(angle), r * std::sin(angle);
    }
  }
};

TEST(MLPClassifier, LearnsWhatNoLineTellsApart) {
  const Rings data;
  MLPClassifier model({.hidden_layer_sizes = {16, 8},
                       .batch_size = 32,
                       .learning_rate_init = 0.01,
                       .max_iter = 150,
                       .random_state = seed});
  model.fit(data.X, data.y);
  EXPECT_GT(model.score(data.X, data.y), 0.95);
  EXPECT_EQ(model.n_layers(), 4);
  EXPECT_EQ(model.n_outputs(), 3);
  EXPECT_EQ(model.out_activation(), MLPOutput::softmax);
  EXPECT_EQ(model.coefs()[1].rows(), 16);
  EXPECT_EQ(model.coefs()[1].cols(), 8);
}

TEST(MLPClassifier, EveryExtraLearnsTheRings) {
  const Rings data;
  const MLPClassifierParams plain{.hidden_layer_sizes = {24},
                                  .batch_size = 32,
                                  .learning_rate_init = 0.02,
                                  .max_iter = 80,
                                  .random_state = seed};
  std::vector<MLPClassifierParams> variants(6, plain);
  variants[0].dropout = 0.1;
  variants[1].batch_norm = true;
  variants[2].weight_decay = 0.01;
  variants[3].learning_rate = MLPLearningRate::cosine;
  variants[4].learning_rate = MLPLearningRate::one_cycle;
  variants[5].precision = MLPPrecision::float32;
  for (const MLPClassifierParams& params : variants) {
    MLPClassifier model(params);
    SCOPED_TRACE(model.to_string());
    EXPECT_GT(model.fit(data.X, data.y).score(data.X, data.y), 0.93);
  }
}

TEST(MLPClassifier, EarlyStoppingGivesTheBestWeightsBack) {
  const Rings data;
  MLPClassifier model({.hidden_layer_sizes = {8},
                       .batch_size = 16,
                       .learning_rate_init = 0.05,
                       .max_iter = 200,
                       .random_state = seed,
                       .early_stopping = true,
                       .validation_fraction = 0.25,
                       .n_iter_no_change = 5});
  model.fit(data.X, data.y);
  const std::vector<double>& scores = model.validation_scores();
  ASSERT_EQ(static_cast<int>(scores.size()), model.n_iter());
  const double best = *std::max_element(scores.begin(), scores.end());
  EXPECT_EQ(model.best_validation_score(), best);
  EXPECT_EQ(model.t(), 180 * model.n_iter());
  const auto first_best = std::find(scores.begin(), scores.end(), best) - scores.begin() + 1;
  ASSERT_LT(first_best, model.n_iter());  // so that there is something to give back
  MLPClassifier short_one(model.params());
  short_one.params().max_iter = static_cast<int>(first_best);
  short_one.fit(data.X, data.y);
  EXPECT_EQ(short_one.coefs(), model.coefs());
}

TEST(MLPClassifier, ARowHasTheBitsThatItHasAmongOthers) {
  const Rings data;
  for (const nn::Activation activation :
       {nn::Activation::relu, nn::Activation::tanh, nn::Activation::logistic, nn::Activation::gelu})
    for (const MLPPrecision precision : {MLPPrecision::float32, MLPPrecision::float64}) {
      MLPClassifier model({.hidden_layer_sizes = {67, 33},
                           .activation = activation,
                           .max_iter = 2,
                           .random_state = seed,
                           .batch_norm = true,
                           .precision = precision});
      SCOPED_TRACE(model.fit(data.X, data.y).to_string());
      const Matrix raw = model.decision_function(data.X), proba = model.predict_proba(data.X);
      const Predictor predictor = model.predictor();
      for (Index i = 0; i < data.X.rows(); i += 17) {
        EXPECT_EQ(model.decision_function(data.X.row(i)), raw.row(i));
        const Vector row = data.X.row(i);
        Vector one(3), probabilities(3);
        ASSERT_EQ(predictor.predict_raw({row.data(), 2}, {one.data(), 3}), RowStatus::ok);
        EXPECT_EQ(one.transpose(), raw.row(i));
        ASSERT_EQ(predictor.predict_proba({row.data(), 2}, {probabilities.data(), 3}),
                  RowStatus::ok);
        EXPECT_EQ(probabilities.transpose(), proba.row(i));
      }
    }
}

TEST(MLPClassifier, AnyNumberOfThreadsGivesTheSameBits) {
  Random random(5);
  Matrix X = Matrix::NullaryExpr(1500, 60, [&] { return random.normal(); });
  const Labels y = (X.col(0).array() * X.col(1).array() > 0.0).cast<int>();
  const auto coefs = [&](int n_threads) {
    const ThreadLimit limit(n_threads);
    MLPClassifier model({.hidden_layer_sizes = {96},
                         .batch_size = 300,
                         .max_iter = 3,
                         .random_state = seed,
                         .dropout = 0.2,
                         .batch_norm = true,
                         .precision = MLPPrecision::float32});
    model.fit(X, y);
    return std::pair(model.coefs(), model.predict_proba(X));
  };
  const auto one = coefs(1);
  for (const int n : {2, 4, 7}) EXPECT_EQ(coefs(n), one) << n;
}

TEST(MLPClassifier, WarnsAsScikitLearnWhenItEndsAtMaxIter) {
  const Rings data;
  std::vector<Warning> warnings;
  const WarningHandler before =
      set_warning_handler([&](const Warning& w) { warnings.push_back(w); });
  MLPClassifier model({.max_iter = 2, .random_state = seed});
  model.fit(data.X, data.y);
  set_warning_handler(before);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].message,
            "Stochastic Optimizer: Maximum iterations (2) reached and the optimization hasn't "
            "converged yet.");
  EXPECT_FALSE(model.converged());
}

TEST(MLPClassifier, LbfgsEndsAtMaxFun) {
  const Rings data;
  MLPClassifier model({.solver = MLPSolver::lbfgs, .random_state = seed, .max_fun = 10});
  model.fit(data.X, data.y);
  EXPECT_FALSE(model.converged());
  EXPECT_LE(model.n_iter(), 10);
  MLPClassifier longer({.solver = MLPSolver::lbfgs, .random_state = seed});
  longer.fit(data.X, data.y);
  EXPECT_GT(longer.n_iter(), model.n_iter());
  EXPECT_LT(longer.loss(), model.loss());
}

TEST(MLPClassifier, WarmStartGoesOnAndOtherLayersAreRefused) {
  const Rings data;
  MLPClassifier model({.max_iter = 3, .random_state = seed, .warm_start = true});
  model.fit(data.X, data.y);
  const std::vector<Matrix> first = model.coefs();
  model.fit(data.X, data.y);
  EXPECT_EQ(model.loss_curve().size(), 6U);
  EXPECT_EQ(model.t(), 6 * 240);
  EXPECT_NE(model.coefs(), first);
  model.params().hidden_layer_sizes = {7};
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(data.X, data.y); },
                                   {"MLPClassifier", "[100, 3]", "[7, 3]"}));
  EXPECT_EQ(model.t(), 6 * 240);
}

TEST(MLPClassifier, WarmStartKeepsTheBestWeightsIfNoneAreBetter) {
  const Rings data;
  MLPClassifier model({.hidden_layer_sizes = {8},
                       .batch_size = 16,
                       .learning_rate_init = 0.05,
                       .max_iter = 60,
                       .random_state = seed,
                       .warm_start = true,
                       .early_stopping = true,
                       .validation_fraction = 0.25});
  model.fit(data.X, data.y);
  const std::vector<Matrix> best = model.coefs();
  const double best_score = model.best_validation_score();
  const std::size_t n = model.validation_scores().size();
  model.params().learning_rate_init = 10.0;  // so that it gets worse
  model.params().max_iter = 3;
  model.fit(data.X, data.y);
  const std::vector<double>& scores = model.validation_scores();
  ASSERT_GT(scores.size(), n);
  ASSERT_LT(*std::max_element(scores.begin() + static_cast<std::ptrdiff_t>(n), scores.end()),
            best_score);
  EXPECT_EQ(model.best_validation_score(), best_score);
  EXPECT_EQ(model.coefs(), best);
}

TEST(MLPClassifier, PiecesGoOnWithAnotherSolver) {
  const Rings data;
  MLPClassifier model({.random_state = seed});
  model.partial_fit(data.X, data.y, data.y);
  const std::vector<Matrix> first = model.coefs();
  for (const MLPSolver solver : {MLPSolver::sgd, MLPSolver::adam}) {
    model.params().solver = solver;
    model.partial_fit(data.X, data.y);
    EXPECT_EQ(model.state().training.pieces, 1);
    model.partial_fit(data.X, data.y);
    EXPECT_EQ(model.state().training.pieces, 2);
  }
  EXPECT_NE(model.coefs(), first);
}

TEST(MLPClassifier, NamesItselfWhenTheMemoryOfItsOptimizerIsDamaged) {
  const Rings data;
  MLPClassifier model({.hidden_layer_sizes = {3}, .random_state = seed});
  model.partial_fit(data.X, data.y, data.y);
  std::string text = to_json(model);
  text.replace(text.find("n_steps"), 7, "m_steps");
  const auto damaged = from_json(text);
  EXPECT_TRUE(throws<FormatError>(
      [&] { dynamic_cast<MLPClassifier&>(*damaged).partial_fit(data.X, data.y); },
      {"MLPClassifier: Adam", "m_steps"}));
}

TEST(MLPClassifier, AScheduleOfPiecesBeginsAfterFitAndEndsWithAWarning) {
  const Rings data;
  MLPClassifier model({.learning_rate = MLPLearningRate::cosine,
                       .learning_rate_init = 0.01,
                       .max_iter = 2,
                       .random_state = seed});
  model.fit(data.X, data.y);
  std::vector<Warning> warnings;
  const WarningHandler before =
      set_warning_handler([&](const Warning& w) { warnings.push_back(w); });
  for (int piece = 1; piece <= 3; ++piece) {
    const Matrix coef = model.coefs()[0];
    model.partial_fit(data.X, data.y);
    EXPECT_EQ((model.coefs()[0] - coef).norm() > 1e-3, piece <= 2) << piece;
    EXPECT_EQ(warnings.size(), piece <= 2 ? 0U : 1U);
  }
  set_warning_handler(before);
  EXPECT_NE(warnings.at(0).message.find("'cosine'"), std::string::npos);
}

TEST(MLPClassifier, BatchNormLeavesOutALastRowOfItsOwn) {
  const Rings data;
  MLPClassifier model({.batch_size = 239, .max_iter = 2, .random_state = seed, .batch_norm = true});
  model.fit(data.X, data.y);
  EXPECT_EQ(model.t(), 2 * 239);
  EXPECT_TRUE(std::isfinite(model.loss()));
  MLPClassifier piece(model.params());
  EXPECT_TRUE(
      throws<InvalidInput>([&] { piece.partial_fit(data.X.topRows(1), data.y.head(1), data.y); },
                           {"MLPClassifier", "batch_norm", "2 rows"}));
}

TEST(MLPClassifier, RefusesNumbersBeyondItsPrecision) {
  const Rings data;
  MLPClassifierParams params{.max_iter = 2, .random_state = seed};
  params.precision = MLPPrecision::float32;
  MLPClassifier model(params);
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(1e40 * data.X, data.y); },
                                   {"MLPClassifier", "float32"}));
  Vector weight = Vector::Constant(240, 1e-60);
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(data.X, data.y, {.sample_weight = weight}); },
                                   {"MLPClassifier", "float32"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { model.fit(data.X, data.y, {.sample_weight = Vector::Constant(240, 1e307)}); },
      {"MLPClassifier", "sample_weight", "sum"}));
  // A mini-batch of weights that are 0 as floats.
  model.params().batch_size = 10;
  model.params().shuffle = false;
  weight.tail(230).setOnes();
  model.fit(data.X, data.y, {.sample_weight = weight});
  EXPECT_EQ(model.t(), 2 * 230);
  // Variances overflow before weights do, and would be refused when the model is loaded.
  model.params().batch_norm = true;
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(1e30 * data.X, data.y); },
                                   {"MLPClassifier", "not finite"}));
}

TEST(MLPClassifier, RefusesACountThatCannotBe) {
  for (const auto member : {&MLPTraining::stalls, &MLPTraining::pieces}) {
    MLPTraining training;
    training.*member = -1;
    EXPECT_TRUE(
        throws<FormatError>([&] { training.check("MLPClassifier"); }, {"MLPClassifier", "-1"}));
  }
  MLPTraining training;
  training.check("MLPClassifier");
  training.t = std::numeric_limits<std::int64_t>::max();
  EXPECT_THROW(training.check("MLPClassifier"), FormatError);
}

TEST(MLPClassifier, RefusesWhatDoesNotFitByName) {
  const Rings data;
  const auto refuses = [&](MLPClassifierParams params, auto... parts) {
    MLPClassifier model(std::move(params));
    return throws<Error>([&] { model.fit(data.X, data.y); }, {"MLPClassifier", parts...});
  };
  EXPECT_TRUE(refuses({.solver = MLPSolver::lbfgs, .dropout = 0.5}, "dropout", "lbfgs"));
  EXPECT_TRUE(refuses({.solver = MLPSolver::lbfgs, .batch_norm = true}, "batch_norm", "lbfgs"));
  EXPECT_TRUE(refuses({.solver = MLPSolver::sgd, .weight_decay = 0.1}, "weight_decay", "sgd"));
  EXPECT_TRUE(refuses({.hidden_layer_sizes = {0}}, "hidden_layer_sizes"));
  EXPECT_TRUE(refuses({.batch_size = 0}, "batch_size", "'auto' or an integer"));
  for (const double fraction : {0.0, 0.001})
    EXPECT_TRUE(refuses({.early_stopping = true, .validation_fraction = fraction}, "early_stopping",
                        "validation_fraction"));
  EXPECT_TRUE(refuses({.hidden_layer_sizes = {2}, .coefs_init = {Matrix::Zero(2, 2)}}, "coefs_init",
                      "1 items", "2 layers"));
  EXPECT_TRUE(
      refuses({.hidden_layer_sizes = {2}, .coefs_init = {Matrix::Zero(2, 3), Matrix::Zero(2, 3)}},
              "coefs_init[0]", "2 × 3", "2 × 2"));
  EXPECT_TRUE(refuses({.solver = MLPSolver::sgd, .learning_rate_init = 1e200}, "not finite"));
  MLPClassifier model({.solver = MLPSolver::lbfgs});
  EXPECT_TRUE(throws<NotSupported>([&] { model.partial_fit(data.X, data.y, data.y); },
                                   {"MLPClassifier", "partial_fit"}));
}

TEST(MLPClassifier, EmbedsTheCategoriesOfATable) {
  Random random(7);
  const std::vector<std::string> texts{"ash", "birch", "cedar", "elm", "fir"};
  std::vector<std::int32_t> codes;
  std::vector<double> numbers;
  std::vector<int> y;
  for (int i = 0; i < 300; ++i) {
    codes.push_back(static_cast<std::int32_t>(random.integer(5)));
    numbers.push_back(random.normal());
    y.push_back((codes.back() == 1 || codes.back() == 4) == (numbers.back() > 0.0));
  }
  const DataFrame X({Column::categorical("tree", codes, texts), Column::numeric("x", numbers)});
  MLPClassifier model({.hidden_layer_sizes = {16},
                       .batch_size = 32,
                       .learning_rate_init = 0.02,
                       .max_iter = 80,
                       .random_state = seed});
  model.fit(X, y);
  EXPECT_GT(model.score(X, y), 0.95);
  ASSERT_EQ(model.state().network.embeddings.size(), 1U);
  EXPECT_EQ(model.state().network.embeddings[0].dimension, 3);
  EXPECT_EQ(model.coefs()[0].rows(), 4);

  MLPClassifier wider = model;
  wider.params().warm_start = true;
  wider.params().embedding_dimension = 5;
  EXPECT_TRUE(throws<InvalidInput>([&] { wider.fit(X, y); },
                                   {"MLPClassifier", "embedding_dimension=3", "5"}));

  // Other codes for the same texts, and texts that were not there.
  const DataFrame other({Column::categorical("tree", {0, 1, 2, 3}, {"fir", "yew", "ash", "oak"}),
                         Column::numeric("x", {0.5, 0.5, 0.5, 0.5})});
  const DataFrame known(
      {Column::categorical("tree", {4, 0}, texts), Column::numeric("x", {0.5, 0.5})});
  const Matrix proba = model.predict_proba(other), same = model.predict_proba(known);
  EXPECT_EQ(proba.row(0), same.row(0));
  EXPECT_EQ(proba.row(2), same.row(1));
  EXPECT_EQ(proba.row(1), proba.row(3));

  const Predictor predictor = model.predictor();
  Row row = predictor.make_row();
  row.set("x", 0.5);
  for (const auto& [text, i] : {std::pair("fir", 0), std::pair("yew", 1)}) {
    row.set("tree", text);
    Vector probabilities(2);
    ASSERT_EQ(predictor.predict_proba(row, {probabilities.data(), 2}), RowStatus::ok);
    EXPECT_EQ(probabilities.transpose(), proba.row(i)) << text;
  }
}

TEST(MLPRegressor, LearnsSeveralOutputs) {
  const Rings data;
  Matrix y(240, 2);
  y << data.X.rowwise().norm(), data.X.rowwise().sum();
  MLPRegressor model({.hidden_layer_sizes = {24},
                      .batch_size = 32,
                      .learning_rate_init = 0.01,
                      .max_iter = 120,
                      .random_state = seed});
  EXPECT_GT(model.fit(data.X, y).score(data.X, y), 0.97);
  EXPECT_EQ(model.n_outputs(), 2);
  const Matrix predicted = model.predict_multi(data.X);
  Vector one(2);
  const Vector row = data.X.row(9);
  ASSERT_EQ(model.predictor().predict_raw({row.data(), 2}, {one.data(), 2}), RowStatus::ok);
  EXPECT_EQ(one.transpose(), predicted.row(9));
}

TEST(MLPRegressor, APredictorAllocatesNothing) {
  if (!ESPALIER_COUNTS_ALLOCATIONS) GTEST_SKIP();
  const Rings data;
  for (const MLPPrecision precision : {MLPPrecision::float32, MLPPrecision::float64}) {
    MLPRegressor model({.hidden_layer_sizes = {300, 200},
                        .max_iter = 2,
                        .random_state = seed,
                        .precision = precision});
    const Predictor predictor = model.fit(data.X, data.X.col(0)).predictor();
    const double row[] = {0.3, -0.2};
    double value = 0.0;
    const long before = testing_support::n_allocations;
    for (int i = 0; i < 100; ++i)
      EXPECT_EQ(predictor.predict_raw({row, 2}, {&value, 1}), RowStatus::ok);
    EXPECT_EQ(testing_support::n_allocations, before);
  }
}

TEST(MLPRegressor, PredictsTheProbabilitiesOfSeveralLabels) {
  const Rings data;
  Matrix y(data.X.rows(), 2);
  y << (data.X.col(0).array() > 0.0).cast<double>(),
      (data.X.col(0).array() > data.X.col(1).array()).cast<double>();
  MLPRegressor model({.loss = MLPRegressorLoss::log_loss,
                      .hidden_layer_sizes = {16},
                      .batch_size = 32,
                      .learning_rate_init = 0.01,
                      .max_iter = 60,
                      .random_state = seed});
  const Matrix p = model.fit(data.X, y).predict_multi(data.X);
  EXPECT_TRUE(((p.array() >= 0.0) && (p.array() <= 1.0)).all());
  EXPECT_GT(((p.array() > 0.5) == (y.array() > 0.5)).cast<double>().mean(), 0.97);
  EXPECT_EQ(model.out_activation(), MLPOutput::logistic);
  const double rows_right =
      ((p.array() > 0.5) == (y.array() > 0.5)).rowwise().all().cast<double>().mean();
  EXPECT_DOUBLE_EQ(model.score(data.X, y), rows_right);
  const Matrix shares = 0.9 * y;  // no labels: R²
  EXPECT_DOUBLE_EQ(model.score(data.X, shares), r2_score(shares, p));
  Vector one(2);
  const Vector row = data.X.row(4);
  ASSERT_EQ(model.predictor().predict_raw({row.data(), 2}, {one.data(), 2}), RowStatus::ok);
  EXPECT_EQ(one.transpose(), p.row(4));
  EXPECT_TRUE(throws<InvalidInput>([&] { model.fit(data.X, Matrix(2.0 * y)); },
                                   {"MLPRegressor", "log_loss", "2"}));
  EXPECT_EQ(model.predict_multi(data.X), p);
}

TEST(MLPRegressor, StopsByTheShareOfRowsWhoseLabelsAreRight) {
  const Rings data;
  Matrix y(data.X.rows(), 2);
  y << (data.X.col(0).array() > 0.0).cast<double>(), (data.X.col(1).array() > 0.5).cast<double>();
  MLPRegressor model({.loss = MLPRegressorLoss::log_loss,
                      .hidden_layer_sizes = {16},
                      .learning_rate_init = 0.01,
                      .max_iter = 60,
                      .random_state = seed,
                      .early_stopping = true,
                      .validation_fraction = 0.25});
  model.fit(data.X, y);
  const double held_out = std::ceil(0.25 * static_cast<double>(data.X.rows()));
  for (const double score : model.validation_scores())
    EXPECT_NEAR(score * held_out, std::round(score * held_out), 1e-9) << "a share of rows";
  EXPECT_GT(model.best_validation_score(), 0.8);
}

TEST(MLPRegressor, PoissonWantsNoNegativeTarget) {
  MLPRegressor model({.loss = MLPRegressorLoss::poisson});
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        model.fit(Matrix::Random(4, 2), Vector{{1.0, 2.0, -0.5, 0.0}});
      },
      {"MLPRegressor", "poisson", "-0.5"}));
}

TEST(MLPRegressor, AStopRequestLeavesItAsItWas) {
  const Rings data;
  std::stop_source source;
  MLPRegressor model({.max_iter = 50, .random_state = seed});
  int epochs = 0;
  const FitContext context{.callback =
                               [&](const Progress& p) {
                                 EXPECT_EQ(p.iteration, ++epochs);
                                 EXPECT_TRUE(std::isfinite(p.loss));
                                 if (epochs == 3) source.request_stop();
                               },
                           .stop = source.get_token()};
  EXPECT_THROW(model.fit(data.X, data.X.col(0), context), Cancelled);
  EXPECT_FALSE(model.fitted());
  EXPECT_EQ(epochs, 3);
}

}  // namespace
}  // namespace espalier
