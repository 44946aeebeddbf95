// SPDX-License-Identifier: BSD-3-Clause
// The losses of HistGradientBoostingRegressor, by name and of the user's own.
#include <espalier/ensemble/regression_loss.hpp>

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/metrics/regression.hpp>

#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;
using Model = HistGradientBoostingRegressor;
using Params = HistGradientBoostingRegressorParams;

/// Few distinct values a column, positive targets with noise that grows with the mean.
struct Data {
  Matrix X;
  Vector y;
  Vector weights;

  explicit Data(Index n, std::uint64_t seed = 1)
      : X(n, 3),
        y(n),
        weights(Vector::NullaryExpr(n, [](Index i) { return static_cast<double>(1 + i % 3); })) {
    Random random(seed);
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < 3; ++j) X(i, j) = std::round(10.0 * random.uniform()) / 10.0;
      const double mean = std::exp(1.0 + std::sin(4.0 * X(i, 0)) + X(i, 1) * X(i, 2));
      y[i] = mean * (0.2 + 1.6 * random.uniform());
    }
  }
};

std::vector<Params> all_losses() {
  return {{.loss = RegressionLoss::squared_error},
          {.loss = RegressionLoss::absolute_error},
          {.loss = RegressionLoss::quantile, .quantile = 0.7},
          {.loss = RegressionLoss::huber, .huber_delta = 1.5},
          {.loss = RegressionLoss::poisson},
          {.loss = RegressionLoss::gamma},
          {.loss = RegressionLoss::tweedie, .tweedie_power = 1.3}};
}

void expect_close(const Vector& a, const Vector& b, double relative) {
  ASSERT_EQ(a.size(), b.size());
  EXPECT_LT((a - b).cwiseAbs().maxCoeff(), relative * b.cwiseAbs().maxCoeff());
}

TEST(RegressionLosses, EachIterationLowersTheLossOnTheTrainingRows) {
  const Data data(600);
  for (Params params : all_losses()) {
    SCOPED_TRACE(params.loss.name());
    params.max_iter = 30;
    std::vector<double> losses;
    Model(params).fit(data.X, data.y,
                      {.sample_weight = data.weights,
                       .callback = [&](const Progress& p) { losses.push_back(p.loss); }});
    for (std::size_t i = 1; i < losses.size(); ++i) EXPECT_LT(losses[i], losses[i - 1]);
  }
}

TEST(RegressionLosses, WeightKIsKCopies) {
  const Data data(300);
  Matrix X(600, 3);
  Vector y(600);
  Index n = 0;
  for (Index i = 0; i < 300; ++i)
    for (Index k = 0; k < 1 + i % 3; ++k, ++n) {
      X.row(n) = data.X.row(i);
      y[n] = data.y[i];
    }
  ASSERT_EQ(n, 600);
  for (Params params : all_losses()) {
    SCOPED_TRACE(params.loss.name());
    params.max_iter = 10;
    params.max_leaf_nodes = 8;
    params.min_samples_leaf = 1;
    // Weights other than 1 in both: quantiles without weights interpolate.
    const Vector with_weights =
        Model(params).fit(data.X, data.y, {.sample_weight = 2.0 * data.weights}).predict(data.X);
    const Vector with_copies =
        Model(params).fit(X, y, {.sample_weight = Vector::Constant(600, 2.0)}).predict(data.X);
    expect_close(with_weights, with_copies, 1e-6);
  }
}

TEST(RegressionLosses, WeightsOfOneAreNoWeights) {
  const Data data(300);
  for (Params params : all_losses()) {
    SCOPED_TRACE(params.loss.name());
    params.max_iter = 5;
    EXPECT_EQ(
        Model(params).fit(data.X, data.y, {.sample_weight = Vector::Ones(300)}).predict(data.X),
        Model(params).fit(data.X, data.y).predict(data.X));
  }
}

TEST(RegressionLosses, PredictionsScaleWithTheTarget) {
  const Data data(500);
  for (Params params : all_losses()) {
    SCOPED_TRACE(params.loss.name());
    params.max_iter = 20;
    const Vector predicted = Model(params).fit(data.X, data.y).predict(data.X);
    params.huber_delta *= 1024.0;
    const Vector larger = Model(params).fit(data.X, 1024.0 * data.y).predict(data.X);
    expect_close(larger, 1024.0 * predicted, 1e-6);
  }
}

TEST(RegressionLosses, HaveTheSameBitsOnAnyNumberOfThreads) {
  const Data data(20'000);
  for (Params params : all_losses()) {
    SCOPED_TRACE(params.loss.name());
    params.max_iter = 3;
    params.random_state = 0;
    const auto bits = [&](int threads) {
      return to_json(
          Model(params).fit(data.X, data.y, {.sample_weight = data.weights, .n_threads = threads}));
    };
    const std::string one = bits(1);
    for (const int threads : {2, 7}) EXPECT_EQ(bits(threads), one);
  }
}

TEST(RegressionLosses, QuantilesCutTheRowsInShares) {
  const Data data(3000);
  for (const double q : {0.1, 0.5, 0.9}) {
    const Model model =
        Model({.loss = RegressionLoss::quantile, .quantile = q, .max_leaf_nodes = 6})
            .fit(data.X, data.y);
    const double below = (data.y.array() <= model.predict(data.X).array()).cast<double>().mean();
    EXPECT_NEAR(below, q, 0.03);
  }
  EXPECT_EQ(Model({.loss = RegressionLoss::quantile, .quantile = 0.5})
                .fit(data.X, data.y)
                .predict(data.X),
            Model({.loss = RegressionLoss::absolute_error}).fit(data.X, data.y).predict(data.X));
}

TEST(RegressionLosses, HuberIsSquaredErrorWithAWideDelta) {
  const Data data(500);
  expect_close(Model({.loss = RegressionLoss::huber, .huber_delta = 1e6})
                   .fit(data.X, data.y)
                   .predict(data.X),
               Model().fit(data.X, data.y).predict(data.X), 1e-5);
}

TEST(RegressionLosses, RobustOnesForgiveOutliers) {
  Data data(1000);
  const Vector clean = data.y;
  for (Index i = 0; i < 1000; i += 25) data.y[i] += 1000.0;
  const auto error = [&](const Params& params) {
    return mean_absolute_error(clean, Model(params).fit(data.X, data.y).predict(data.X));
  };
  const double squared = error({});
  EXPECT_LT(error({.loss = RegressionLoss::absolute_error}), 0.1 * squared);
  EXPECT_LT(error({.loss = RegressionLoss::huber}), 0.1 * squared);
}

TEST(RegressionLosses, LeafValuesOfAbsoluteErrorAreMediansOfResiduals) {
  Matrix X(8, 1);
  X << 0, 0, 0, 0, 1, 1, 1, 1;
  const Vector y{{1, 2, 3, 100, 11, 12, 13, 14}};
  const Model model = Model({.loss = RegressionLoss::absolute_error,
                             .learning_rate = 0.5,
                             .max_iter = 1,
                             .min_samples_leaf = 1,
                             .l2_regularization = 7.0})
                          .fit(X, y);
  const double median = 11.5;
  EXPECT_EQ(model.predict(X)[0], median + 0.5 * (2.5 - median));
  EXPECT_EQ(model.predict(X)[7], median + 0.5 * (12.5 - median));
}

TEST(RegressionLosses, EarlyStoppingWatchesTheLoss) {
  const Data train(500, 1);
  const Data other(500, 2);
  const Model model = Model({.loss = RegressionLoss::gamma, .learning_rate = 0.5})
                          .fit(train.X, train.y, {.validation = ValidationSet{other.X, other.y}});
  EXPECT_LT(model.n_iter(), 100);
  const Vector mean = model.predict(other.X);
  const double loss = (mean.array().log() + other.y.array() / mean.array()).mean();
  EXPECT_NEAR(model.validation_score()[model.n_iter()], -loss, 1e-12);
}

TEST(RegressionLosses, CrossEntropyOfZerosAndOnesIsTheClassifiersLogLoss) {
  const Data data(400);
  const Vector is_high = (data.y.array() > 3.0).cast<double>();
  const Model shares =
      Model({.loss = RegressionLoss::cross_entropy, .max_iter = 20}).fit(data.X, is_high);
  const HistGradientBoostingClassifier classes =
      HistGradientBoostingClassifier({.max_iter = 20}).fit(data.X, Labels(is_high.cast<int>()));
  EXPECT_EQ(shares.predict(data.X), classes.predict_proba(data.X).col(1));
}

TEST(RegressionLosses, LinkIsThatOfTheFit) {
  const Data data(200);
  Model model({.loss = RegressionLoss::poisson, .max_iter = 5});
  model.fit(data.X, data.y);
  const Vector predicted = model.predict(data.X);
  EXPECT_GT(predicted.minCoeff(), 0.0);
  model.set_param("loss", "squared_error");
  EXPECT_EQ(model.predict(data.X), predicted);
  EXPECT_EQ(load<Model>(to_cbor(model)).predict(data.X), predicted);
  EXPECT_NEAR(model.score(data.X, data.y), r2_score(data.y, predicted), 1e-15);
}

TEST(RegressionLosses, RefuseTargetsOutsideTheirDomain) {
  const Data data(100);
  const auto fit = [&](BoostingRegressionLoss loss, double bad) {
    Vector y = data.y;
    y[17] = bad;
    y[40] = bad;
    Model({.loss = loss, .max_iter = 1}).fit(data.X, y);
  };
  const std::string name = "HistGradientBoostingRegressor";
  using L = RegressionLoss;
  for (const auto loss : {L::poisson, L::tweedie}) {
    EXPECT_TRUE(
        throws<InvalidInput>([&] { fit(loss, -0.5); }, {name, "at least 0", "row 17", "-0.5"}));
    EXPECT_NO_THROW(fit(loss, 0.0));
    EXPECT_TRUE(
        throws<InvalidInput>([&] { Model({.loss = loss}).fit(data.X, Vector(Vector::Zero(100))); },
                             {name, "all are 0"}));
  }
  EXPECT_TRUE(throws<InvalidInput>([&] { fit(L::gamma, 0.0); }, {name, "above 0", "row 17"}));
  Vector shares = data.y / data.y.maxCoeff();
  EXPECT_NO_THROW(Model({.loss = L::cross_entropy, .max_iter = 1}).fit(data.X, shares));
  shares[17] = 1.01;
  EXPECT_TRUE(throws<InvalidInput>([&] { Model({.loss = L::cross_entropy}).fit(data.X, shares); },
                                   {name, "in [0, 1]", "row 17", "1.01"}));
  Vector y = data.y;
  y[3] = -1.0;
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        Model({.loss = L::poisson}).fit(data.X, data.y, {.validation = ValidationSet{data.X, y}});
      },
      {name, "validation set", "row 3"}));
}

TEST(RegressionLosses, CheckTheirParameters) {
  const Data data(50);
  const auto fit = [&](const Params& params) { Model(params).fit(data.X, data.y); };
  using L = RegressionLoss;
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { fit({.loss = L::quantile}); }, {"quantile", "(0, 1)"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit({.quantile = 1.0}); }, {"quantile", "(0, 1)"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit({.huber_delta = 0.0}); }, {"huber_delta"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { fit({.tweedie_power = 2.0}); }, {"tweedie_power"}));
}

// Losses of one's own

struct MySquares {
  static constexpr std::string_view name = "my_squares";
  double loss(double y, double raw) const { return 0.5 * (y - raw) * (y - raw); }
  GradientHessian gradient_hessian(double y, double raw) const { return {raw - y, 1.0}; }
};

struct MyPoisson {
  static constexpr std::string_view name = "my_poisson";
  double loss(double y, double raw) const { return std::exp(raw) - y * raw; }
  GradientHessian gradient_hessian(double y, double raw) const {
    return {std::exp(raw) - y, std::exp(raw)};
  }
  double inverse_link(double raw) const { return std::exp(raw); }
};

struct LogCosh {
  static constexpr std::string_view name = "log_cosh";
  double loss(double y, double raw) const { return std::log(std::cosh(raw - y)); }
  GradientHessian gradient_hessian(double y, double raw) const {
    const double t = std::tanh(raw - y);
    return {t, 1.0 - t * t};
  }
};

/// Positive errors cost `factor` times as much.
struct Lopsided {
  static constexpr std::string_view name = "lopsided";
  double factor = 2.0;
  static constexpr auto fields() {
    return Fields{field("factor", &Lopsided::factor, above(0.0), "cost of being too low")};
  }
  double cost(double y, double raw) const { return y > raw ? factor : 1.0; }
  double loss(double y, double raw) const { return 0.5 * cost(y, raw) * (y - raw) * (y - raw); }
  GradientHessian gradient_hessian(double y, double raw) const {
    return {cost(y, raw) * (raw - y), cost(y, raw)};
  }
  double baseline(std::span<const double> y, std::span<const double> weights) const {
    return weighted_mean(y, weights);
  }
};

TEST(UserRegressionLoss, DoesWhatTheSameLossByNameDoes) {
  const Data data(500);
  for (const Vector& weights : {Vector(), data.weights}) {
    const auto predict = [&](const RegressionLoss& loss) {
      return Model({.loss = loss, .max_iter = 20})
          .fit(data.X, data.y, {.sample_weight = weights})
          .predict(data.X);
    };
    expect_close(predict(MySquares{}), predict(RegressionLoss::squared_error), 1e-6);
    expect_close(predict(MyPoisson{}), predict(RegressionLoss::poisson), 1e-6);
  }
}

TEST(UserRegressionLoss, HasTheSameBitsOnAnyNumberOfThreads) {
  const Data data(20'000);
  const auto predict = [&](int threads) {
    return Model({.loss = LogCosh{}, .max_iter = 3, .random_state = 0})
        .fit(data.X, data.y, {.n_threads = threads})
        .predict(data.X);
  };
  EXPECT_EQ(predict(2), predict(1));
  EXPECT_EQ(predict(7), predict(1));
}

TEST(UserRegressionLoss, BeginsAtTheBestConstant) {
  const auto baseline = [](const auto& loss, const Vector& y) {
    return Model({.loss = loss, .max_iter = 1})
        .fit(Matrix(Matrix::Zero(y.size(), 1)), y)
        .trees()
        .baseline[0];
  };
  EXPECT_NEAR(baseline(MySquares{}, Vector{{1.0, 2.0, 6.0}}), 3.0, 1e-12);
  EXPECT_NEAR(baseline(MyPoisson{}, Vector{{1.0, 2.0, 6.0}}), std::log(3.0), 1e-12);
  EXPECT_NEAR(baseline(MyPoisson{}, Vector{{1e-9, 2e-9}}), std::log(1.5e-9), 1e-9);
  // Far from 0 the second derivative of log cosh is 0 to the last bit.
  EXPECT_NEAR(baseline(LogCosh{}, Vector{{-12344.0, -12345.0, -12346.0}}), -12345.0, 1e-6);
  EXPECT_EQ(baseline(LogCosh{}, Vector{{0.0, 0.0}}), 0.0);
  EXPECT_NEAR(baseline(Lopsided{}, Vector{{1.0, 2.0, 6.0}}), 3.0, 1e-12) << "its own";
}

struct Broken {
  static constexpr std::string_view name = "broken";
  double gradient = 1.0;
  double hessian = 1.0;
  double begin = 0.0;
  double loss(double, double) const { return 0.0; }
  GradientHessian gradient_hessian(double, double) const { return {gradient, hessian}; }
  double baseline(std::span<const double>, std::span<const double>) const { return begin; }
};

TEST(UserRegressionLoss, IsRefusedWhenItsNumbersAreOfNoUse) {
  const Data data(50);
  const auto fit = [&](const Broken& loss) { Model({.loss = loss}).fit(data.X, data.y); };
  EXPECT_NO_THROW(fit({}));
  const double nan = std::nan("");
  EXPECT_TRUE(throws<InvalidInput>([&] { fit({.gradient = nan}); }, {"'broken'", "finite"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { fit({.hessian = infinity}); }, {"'broken'", "finite"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { fit({.hessian = -1.0}); }, {"'broken'", "negative"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { fit({.begin = nan}); }, {"'broken'", "baseline"}));
}

TEST(UserRegressionLoss, ChecksItsOwnParameters) {
  const Data data(50);
  EXPECT_TRUE(throws<InvalidParameter>([&] { Model({.loss = Lopsided{-1.0}}).fit(data.X, data.y); },
                                       {"lopsided", "factor", "-1"}));
}

struct Unregistered : MySquares {
  static constexpr std::string_view name = "unregistered";
};

TEST(UserRegressionLoss, ComesBackFromAFileOnceRegistered) {
  const Data data(100);
  const Model model = Model({.loss = Unregistered{}, .max_iter = 2}).fit(data.X, data.y);
  const std::string file = to_json(model);
  EXPECT_TRUE(throws<FormatError>(
      [&] { from_json(file); }, {"loss", "'unregistered'", "regression_losses().add<YourLoss>()"}));
  Model other;
  EXPECT_TRUE(throws<InvalidParameter>([&] { other.set_param("loss", "unregistered"); },
                                       {"loss", "'unregistered'", "'poisson'"}));
  regression_losses().add<Unregistered>();
  EXPECT_TRUE(regression_losses().contains("unregistered"));
  const auto loaded = detail::as_class<Model>(from_json(file));
  EXPECT_EQ(loaded->predict(data.X), model.predict(data.X));
  EXPECT_EQ(to_json(*loaded), file);
  other.set_param("loss", "unregistered");
  EXPECT_EQ(other.params().loss, RegressionLoss(Unregistered{}));
}

TEST(UserRegressionLoss, KeepsItsParametersInAFile) {
  regression_losses().add<Lopsided>();
  const Data data(100);
  const Model model = Model({.loss = Lopsided{5.0}, .max_iter = 2}).fit(data.X, data.y);
  const auto loaded = detail::as_class<Model>(from_json(to_json(model)));
  EXPECT_EQ(loaded->params().loss, RegressionLoss(Lopsided{5.0}));
  EXPECT_EQ(loaded->fit(data.X, data.y).predict(data.X), model.predict(data.X));
  using C = Codec<RegressionLoss>;
  EXPECT_EQ(C::decode("lopsided"), RegressionLoss(Lopsided{}));
  const auto refused = [](const Value& params, std::string_view message) {
    return throws<FormatError>(
        [&] {
          C::decode(Value::Object{{"name", "lopsided"}, {"params", params}});
        },
        {message});
  };
  EXPECT_TRUE(refused(Value::Object{{"fctor", 1.0}}, "fctor"));
  EXPECT_TRUE(refused(Value::Object{{"factor", "two"}}, "factor"));
  EXPECT_TRUE(refused(Value(), "none"));
}

TEST(RegressionLoss, IsAValueWithAName) {
  EXPECT_EQ(RegressionLoss(), RegressionLoss(RegressionLoss::squared_error));
  EXPECT_NE(RegressionLoss(), RegressionLoss(RegressionLoss::gamma));
  EXPECT_NE(RegressionLoss(), RegressionLoss(MySquares{}));
  EXPECT_NE(RegressionLoss(MyPoisson{}), RegressionLoss(MySquares{}));
  EXPECT_EQ(RegressionLoss(MySquares{}), RegressionLoss(MySquares{}));
  EXPECT_NE(RegressionLoss(Lopsided{1.0}), RegressionLoss(Lopsided{2.0}));
  std::ostringstream out;
  out << RegressionLoss(RegressionLoss::tweedie) << RegressionLoss(LogCosh{});
  EXPECT_EQ(out.str(), "'tweedie''log_cosh'");
  EXPECT_EQ(Model({.loss = RegressionLoss::huber, .huber_delta = 2.0}).to_string(),
            "HistGradientBoostingRegressor(loss='huber', huber_delta=2)");
  EXPECT_EQ(Model({.loss = LogCosh{}}).to_string(),
            "HistGradientBoostingRegressor(loss='log_cosh')");
}

TEST(RegressionLoss, IsReadFromTextOnlyIfThereIsOne) {
  using C = Codec<RegressionLoss>;
  for (const std::string_view name : names_of(BoostingRegressionLoss{}))
    EXPECT_EQ(C::decode(name).name(), name);
  EXPECT_TRUE(throws<FormatError>([] { C::decode("squares"); }, {"'squared_error'", "'squares'"}));
  EXPECT_TRUE(throws<FormatError>([] { C::decode(3); }, {"'squared_error'", "3"}));
  EXPECT_TRUE(throws<FormatError>(
      [] {
        C::decode(Value::Object{{"name", "squared_error"}, {"params", Value::Object{}}});
      },
      {"'squared_error'"}));
}

}  // namespace
}  // namespace espalier
