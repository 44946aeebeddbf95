// SPDX-License-Identifier: BSD-3-Clause
// HuberRegressor and QuantileRegressor.
#include <espalier/linear_model/huber_regressor.hpp>
#include <espalier/linear_model/quantile_regressor.hpp>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& golden_values() {
  static const json values = golden("linear_model_robust.json");
  return values;
}

/// The diabetes data with the outliers of the golden file.
LinearData data_with_outliers() {
  LinearData data = diabetes();
  Vector y = data.y.vector();
  for (Index i = 3; i < y.size(); i += 20) y[i] += 500.0;
  data.y = Target(y);
  return data;
}

template <class Model>
Model fitted(const json& expected, const Features& X, const Target& y) {
  FitContext context;
  if (expected["weighted"].get<bool>()) context.sample_weight = golden_weights(X.rows());
  Model model;
  for (const auto& [key, value] : expected["params"].items())
    model.set_param(key, Value::parse(value.dump()));
  if constexpr (std::is_same_v<Model, HuberRegressor>) model.params().tol = 1e-10;
  return model.fit(X, y, context);
}

double pinball_objective(const QuantileRegressor& model, const LinearData& data,
                         const Vector& weights) {
  const Vector r = data.y.vector() - model.predict(data.X);
  const double q = model.params().quantile;
  double sum = 0.0;
  for (Index i = 0; i < r.size(); ++i) sum += weights[i] * r[i] * (r[i] >= 0.0 ? q : q - 1.0);
  return sum / weights.sum() + model.params().alpha * model.coef().cwiseAbs().sum();
}

TEST(HuberRegressor, MatchesScikitLearn) {
  const LinearData data = data_with_outliers();
  for (const auto& [name, expected] : golden_values().items()) {
    if (!name.starts_with("huber")) continue;
    SCOPED_TRACE(name);
    const auto model = fitted<HuberRegressor>(expected, data.X, data.y);
    EXPECT_TRUE(model.converged());
    EXPECT_LE(model.n_iter(), 30);
    const Matrix coef = to_vector(expected["coef"]).transpose();
    EXPECT_LT(relative_difference(model.coef(), coef), 1e-5);
    EXPECT_NEAR(model.intercept()[0], expected["intercept"].get<double>(),
                1e-5 * std::abs(expected["intercept"].get<double>()));
    EXPECT_NEAR(model.scale(), expected["scale"].get<double>(), 1e-6 * model.scale());
    EXPECT_EQ(model.outliers().sum(), expected["outliers"].get<int>());
  }
}

TEST(HuberRegressor, HardlyMovesWithOutliers) {
  const LinearData data = data_with_outliers();
  const auto clean = HuberRegressor().fit(data.X, diabetes().y);
  const auto dirty = HuberRegressor().fit(data.X, data.y);
  EXPECT_LT((clean.predict(data.X) - dirty.predict(data.X)).cwiseAbs().mean(), 12.0);
  for (Index i = 3; i < data.X.rows(); i += 20) EXPECT_EQ(dirty.outliers()[i], 1) << "row " << i;
}

TEST(HuberRegressor, DoesNotCareForUnitsWithoutPenalty) {
  const LinearData data = data_with_outliers();
  Matrix other = data.X;
  other.col(0) *= 1e6;
  other.col(3) *= 1e-5;
  HuberRegressor model({.alpha = 0.0, .tol = 1e-9});
  const Vector expected = model.fit(data.X, data.y).predict(data.X);
  EXPECT_LT(relative_difference(model.fit(other, data.y).predict(other), expected), 1e-6);
}

TEST(HuberRegressor, TakesSparseData) {
  const LinearData data = data_with_outliers();
  const Matrix X = scaled(data.X).cwiseMax(0.0);
  const SparseMatrix S = X.sparseView();
  HuberRegressor model({.tol = 1e-9});
  const Matrix dense = model.fit(X, data.y).coef();
  EXPECT_LT(relative_difference(model.fit(S, data.y).coef(), dense), 1e-7);
}

TEST(HuberRegressor, SurvivesAPerfectFit) {
  const LinearData data = diabetes();
  const Vector y = data.X * Vector::LinSpaced(data.X.cols(), -1.0, 2.0);
  const auto model = HuberRegressor({.alpha = 0.0}).fit(data.X, y);
  EXPECT_LT(relative_difference(model.predict(data.X), y), 1e-6);
  EXPECT_LT(model.scale(), 1e-6 * y.cwiseAbs().maxCoeff());
}

/// With ε = 1 it is least absolute deviations: the objective is 2·Σ|r|, whatever the scale.
TEST(HuberRegressor, FindsLeastAbsoluteDeviationsForTheSmallestEpsilon) {
  const LinearData data = data_with_outliers();
  const Matrix X = scaled(data.X);
  const auto huber =
      HuberRegressor({.epsilon = 1.0, .max_iter = 1000, .alpha = 0.0}).fit(X, data.y);
  const auto median = QuantileRegressor({.alpha = 0.0}).fit(X, data.y);
  const auto sum = [&](const Regressor& model) {
    return (data.y.vector() - model.predict(X)).cwiseAbs().sum();
  };
  EXPECT_NEAR(sum(huber), sum(median), 1e-4 * sum(median));
}

TEST(HuberRegressor, KeepsColumnsApartWhosePenaltiesAreFarFromEachOther) {
  const LinearData data = data_with_outliers();
  Matrix X = scaled(data.X);
  Matrix other = X;
  other.col(0) *= 1e-12;  // so penalised that its coefficient is 0
  X.col(0).setZero();
  HuberRegressor model({.tol = 1e-9});
  const Vector expected = model.fit(X, data.y).predict(X);
  EXPECT_LT(relative_difference(model.fit(other, data.y).predict(other), expected), 1e-6);
  EXPECT_TRUE(model.converged());
}

TEST(HuberRegressor, TakesNoStepBeyondMaxIter) {
  const LinearData data = data_with_outliers();
  HuberRegressor model({.max_iter = 1});
  EXPECT_EQ(model.fit(data.X, data.y).n_iter(), 1);
  EXPECT_FALSE(model.converged());
  const Matrix after_one = model.coef();
  model.params().max_iter = 100;
  EXPECT_TRUE(model.fit(data.X, data.y).converged());
  EXPECT_GT(relative_difference(after_one, model.coef()), 1e-6);
}

TEST(HuberRegressor, RefusesColumnsWhoseSquaresVanish) {
  const LinearData data = data_with_outliers();
  EXPECT_TRUE(
      throws<InvalidInput>([&] { HuberRegressor().fit(Matrix(scaled(data.X) * 1e-160), data.y); },
                           {"HuberRegressor", "vanish"}));
}

TEST(HuberRegressor, GoesOnFromTheFitBefore) {
  const LinearData data = data_with_outliers();
  HuberRegressor model({.warm_start = true});
  model.fit(data.X, data.y);
  EXPECT_LE(model.fit(data.X, data.y).n_iter(), 2);
}

TEST(QuantileRegressor, ReachesScikitLearnsObjective) {
  const LinearData data = data_with_outliers();
  for (const auto& [name, expected] : golden_values().items()) {
    if (!name.starts_with("quantile")) continue;
    SCOPED_TRACE(name);
    const auto model = fitted<QuantileRegressor>(expected, data.X, data.y);
    const Vector weights = expected["weighted"].get<bool>() ? golden_weights(data.X.rows())
                                                            : Vector(Vector::Ones(data.X.rows()));
    const double optimum = expected["objective"];
    EXPECT_LE(pinball_objective(model, data, weights), optimum * (1.0 + 1e-9));
    EXPECT_GE(pinball_objective(model, data, weights), optimum * (1.0 - 1e-6));
  }
}

TEST(QuantileRegressor, GivesTheCoefficientsOfAVertex) {
  const LinearData data = data_with_outliers();
  for (const char* const name : {"quantile_upper", "quantile_weighted"}) {
    SCOPED_TRACE(name);
    const json& expected = golden_values()[name];
    const auto model = fitted<QuantileRegressor>(expected, data.X, data.y);
    const Matrix coef = to_vector(expected["coef"]).transpose();
    EXPECT_LT((model.coef() - coef).cwiseAbs().maxCoeff(),
              1e-6 * coef.cwiseAbs().maxCoeff() + 1e-15);
    EXPECT_EQ((model.coef().array() == 0.0).count(), (coef.array().abs() < 1e-9).count());
  }
}

TEST(QuantileRegressor, EndsSoonWhereThePlaneGoesThroughAllRows) {
  const LinearData data = diabetes();
  const Matrix X = scaled(data.X);
  const Vector y = X * Vector::LinSpaced(X.cols(), -1.0, 2.0);
  for (const Vector& target : {y, Vector(Vector::Zero(y.size()))}) {
    const auto model = QuantileRegressor({.alpha = 0.0}).fit(X, target);
    EXPECT_TRUE(model.converged());
    EXPECT_LE(model.n_iter(), 30);
    EXPECT_LT((model.predict(X) - target).cwiseAbs().maxCoeff(), 1e-8);
  }
}

TEST(QuantileRegressor, LeavesItsShareOfTheRowsBelow) {
  const LinearData data = diabetes();
  for (const double q : {0.1, 0.5, 0.8}) {
    const auto model = QuantileRegressor({.quantile = q, .alpha = 0.0}).fit(data.X, data.y);
    const Vector r = data.y.vector() - model.predict(data.X);
    const double tiny = 1e-7;  // the rows of the vertex are on the plane
    EXPECT_LE((r.array() < -tiny).cast<double>().mean(), q);
    EXPECT_GE((r.array() <= tiny).cast<double>().mean(), q);
  }
}

TEST(QuantileRegressor, TakesSparseData) {
  const LinearData data = data_with_outliers();
  const Matrix X = scaled(data.X).cwiseMax(0.0);
  const SparseMatrix S = X.sparseView();
  QuantileRegressor model({.quantile = 0.7, .alpha = 0.01});
  const Matrix dense = model.fit(X, data.y).coef();
  EXPECT_LT((model.fit(S, data.y).coef() - dense).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(RobustRegression, GivesTheSameBitsForAnyNumberOfThreads) {
  Random random(3);
  const Matrix X = Matrix::NullaryExpr(5000, 12, [&](Index, Index) { return random.normal(); });
  const Vector y = X.col(0) - 2.0 * X.col(5) +
                   Vector::NullaryExpr(5000, [&](Index) { return std::pow(random.normal(), 3); });
  const Matrix huber = HuberRegressor().fit(X, y, {.n_threads = 1}).coef();
  const Matrix quantile = QuantileRegressor({.alpha = 0.01}).fit(X, y, {.n_threads = 1}).coef();
  for (const int threads : {2, 4, 7}) {
    EXPECT_EQ(HuberRegressor().fit(X, y, {.n_threads = threads}).coef(), huber) << threads;
    EXPECT_EQ(QuantileRegressor({.alpha = 0.01}).fit(X, y, {.n_threads = threads}).coef(), quantile)
        << threads;
  }
}

}  // namespace
}  // namespace espalier
