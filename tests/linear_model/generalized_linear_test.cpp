// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/generalized_linear.hpp>

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/random.hpp>
#include <espalier/linear_model/gamma_regressor.hpp>
#include <espalier/linear_model/poisson_regressor.hpp>
#include <espalier/linear_model/tweedie_regressor.hpp>
#include <espalier/metrics/regression.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

constexpr std::array solvers{GeneralizedLinearSolver::lbfgs,
                             GeneralizedLinearSolver::newton_cholesky};

struct Diabetes {
  Matrix X;
  Vector y;     // > 0
  Vector some;  // a third of it zeros
};

Diabetes diabetes_scaled() {
  const LinearData data = diabetes();
  const Vector y = data.y.vector();
  return {scaled(data.X), y, (y.array() - 100.0).max(0.0)};
}

template <class Model>
Model exact(typename Model::Params params, GeneralizedLinearSolver solver) {
  params.solver = solver;
  params.tol = 1e-11;
  params.max_iter = 10'000;
  return Model(params);
}

/// scikit-learn's solution to a relative 1e-6: what its own tolerance leaves open.
template <class Model>
void expect_golden(const std::string& name, const typename Model::Params& params, const Features& X,
                   const Vector& y, const Vector& sample_weight = {}) {
  const json& expected = golden("linear_model_glm.json")["generalised"].at(name);
  for (const GeneralizedLinearSolver solver : solvers) {
    SCOPED_TRACE(name + (solver == GeneralizedLinearSolver::lbfgs ? ", lbfgs" : ", Newton"));
    const auto model = exact<Model>(params, solver).fit(X, y, {.sample_weight = sample_weight});
    EXPECT_TRUE(model.converged());
    EXPECT_LT(relative_difference(model.coef(), to_matrix(expected["coef"])), 1e-6);
    EXPECT_NEAR(model.intercept()[0], to_number(expected["intercept"]), 1e-6);
    EXPECT_TRUE(near(Vector(model.predict(X).head(5)), to_vector(expected["predicted"]), 1e-6));
    EXPECT_NEAR(model.score(X, y, sample_weight), to_number(expected["score"]), 1e-8);
  }
}

TEST(GeneralizedLinear, PoissonMatchesScikitLearn) {
  const auto [X, y, some] = diabetes_scaled();
  const SparseMatrix sparse = X.cwiseMax(0.0).sparseView();
  expect_golden<PoissonRegressor>("poisson", {}, X, some);
  expect_golden<PoissonRegressor>("poisson_alpha_0", {.alpha = 0.0}, X, some);
  expect_golden<PoissonRegressor>("poisson_weighted", {.alpha = 0.1}, X, some,
                                  golden_weights(X.rows()));
  expect_golden<PoissonRegressor>("poisson_no_intercept", {.fit_intercept = false}, X, some);
  expect_golden<PoissonRegressor>("poisson_sparse", {}, sparse, some);
}

TEST(GeneralizedLinear, GammaMatchesScikitLearn) {
  const auto [X, y, some] = diabetes_scaled();
  expect_golden<GammaRegressor>("gamma", {}, X, y);
  expect_golden<GammaRegressor>("gamma_alpha_0", {.alpha = 0.0}, X, y);
  expect_golden<GammaRegressor>("gamma_weighted", {.alpha = 0.1}, X, y, golden_weights(X.rows()));
}

TEST(GeneralizedLinear, TweedieMatchesScikitLearn) {
  const auto [X, y, some] = diabetes_scaled();
  expect_golden<TweedieRegressor>("tweedie_0", {}, X, y);
  expect_golden<TweedieRegressor>("tweedie_1.5", {.power = 1.5}, X, some);
  expect_golden<TweedieRegressor>("tweedie_1.5_weighted", {.power = 1.5, .alpha = 0.1}, X, some,
                                  golden_weights(X.rows()));
  expect_golden<TweedieRegressor>("tweedie_0_log", {.link = TweedieLink::log}, X, y / 100.0);
  expect_golden<TweedieRegressor>("tweedie_3", {.power = 3.0}, X, y / 100.0);
  expect_golden<TweedieRegressor>("tweedie_1_identity",
                                  {.power = 1.0, .alpha = 10.0, .link = TweedieLink::identity}, X,
                                  y / 100.0);
}

TEST(GeneralizedLinear, TweedieOfPowersOneAndTwoIsPoissonAndGamma) {
  const auto [X, y, some] = diabetes_scaled();
  EXPECT_EQ(TweedieRegressor({.power = 1.0}).fit(X, some).coef(),
            PoissonRegressor().fit(X, some).coef());
  EXPECT_EQ(TweedieRegressor({.power = 2.0}).fit(X, y).coef(), GammaRegressor().fit(X, y).coef());
}

TEST(GeneralizedLinear, ConvergesByDefaultWhateverTheUnits) {
  const auto [X, y, some] = diabetes_scaled();
  const double score = PoissonRegressor({.alpha = 0.0}).fit(X, some).score(X, some);
  for (const double unit : {1e-6, 1e6}) {
    Matrix other = X;
    other.col(0) *= unit;
    other.col(1).array() += 1e3;
    const Vector scaled_y = some * unit;
    const auto model = PoissonRegressor({.alpha = 0.0}).fit(other, scaled_y);
    EXPECT_TRUE(model.converged());
    EXPECT_NEAR(model.score(other, scaled_y), score, 1e-7);
  }
}

TEST(GeneralizedLinear, WarmStartBeginsWhereTheFitBeforeEnded) {
  const auto [X, y, some] = diabetes_scaled();
  PoissonRegressor model({.alpha = 0.01, .tol = 1e-8, .warm_start = true});
  model.fit(X, some);
  const Matrix coef = model.coef();
  EXPECT_GT(model.n_iter(), 1);
  model.fit(X, some);
  EXPECT_EQ(model.n_iter(), 0);
  EXPECT_EQ(relative_difference(model.coef(), coef) < 1e-12, true);
}

TEST(GeneralizedLinear, WarmStartBeginsAnewWhereMeansWouldNotBePositive) {
  const Diabetes data = diabetes_scaled();
  TweedieRegressor model({.power = 1.0, .alpha = 0.0, .link = TweedieLink::identity, .tol = 1e-8});
  const Matrix other = -10.0 * data.X;
  const Matrix expected = model.fit(other, data.y).coef();
  model.params().warm_start = true;
  model.fit(data.X, data.y);
  ASSERT_LT(model.predict(other).minCoeff(), 0.0);
  EXPECT_LT(relative_difference(model.fit(other, data.y).coef(), expected), 1e-6);
}

TEST(GeneralizedLinear, GivesTheSameBitsForAnyNumberOfThreads) {
  Random random(2);
  const Index n = 30'000;
  const Matrix X = Matrix::NullaryExpr(n, 6, [&](Index, Index) { return random.normal(); });
  const Vector y = Vector::NullaryExpr(
      n, [&](Index i) { return std::floor(std::exp(X(i, 0) + 0.5 * random.normal())); });
  for (const GeneralizedLinearSolver solver : solvers) {
    const auto one = PoissonRegressor({.solver = solver}).fit(X, y, {.n_threads = 1});
    for (const int threads : {2, 4, 7}) {
      const auto several = PoissonRegressor({.solver = solver}).fit(X, y, {.n_threads = threads});
      EXPECT_EQ(several.coef(), one.coef()) << threads << " threads";
      EXPECT_EQ(several.predict(X), one.predict(X)) << threads << " threads";
    }
  }
}

TEST(GeneralizedLinear, ComputesInSinglePrecisionWhereXIsOfFloats) {
  const auto [X, y, some] = diabetes_scaled();
  const Eigen::MatrixXf X32 = X.cast<float>();
  for (const GeneralizedLinearSolver solver : solvers) {
    const auto wide = PoissonRegressor({.solver = solver}).fit(X, some);
    const auto narrow = PoissonRegressor({.solver = solver}).fit(X32, some);
    EXPECT_TRUE(narrow.converged());
    EXPECT_LT(relative_difference(narrow.coef(), wide.coef()), 1e-3);
    EXPECT_GT(relative_difference(narrow.coef(), wide.coef()), 1e-12) << "not in double";
  }
}

TEST(GeneralizedLinear, RefusesTargetsOutsideTheDistribution) {
  const Matrix X = Matrix::Random(4, 2);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        PoissonRegressor().fit(X, Vector{{1.0, 0.0, -2.0, 1.0}});
      },
      {"PoissonRegressor", "0 or greater", "-2", "row 2"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { PoissonRegressor().fit(X, Vector::Zero(4)); },
                                   {"PoissonRegressor", "0 in every row"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        GammaRegressor().fit(X, Vector{{1.0, 0.0, 2.0, 1.0}});
      },
      {"GammaRegressor", "greater than 0", "row 1"}));
  EXPECT_TRUE(
      throws<InvalidParameter>([&] { TweedieRegressor({.power = 0.5}).fit(X, Vector::Ones(4)); },
                               {"'power'", "TweedieRegressor", "0 or less, or 1 or more", "0.5"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        TweedieRegressor({.power = 1.0, .fit_intercept = false, .link = TweedieLink::identity})
            .fit(X, Vector::Ones(4));
      },
      {"TweedieRegressor", "identity link", "fit_intercept is false"}));
  Matrix huge = X;
  huge.col(1) *= 1e200;
  for (const GeneralizedLinearSolver solver : solvers)
    EXPECT_TRUE(throws<InvalidInput>(
        [&] {
          PoissonRegressor({.solver = solver}).fit(huge, Vector{{1.0, 2.0, 3.0, 1.0}});
        },
        {"PoissonRegressor", "too large", "'x1'"}));
}

TEST(GeneralizedLinear, ComesBackFromAFileBitByBit) {
  const auto [X, y, some] = diabetes_scaled();
  const auto model = TweedieRegressor({.power = 1.9, .alpha = 0.1}).fit(X, some);
  const auto loaded = from_json(to_json(model));
  EXPECT_EQ(dynamic_cast<const TweedieRegressor&>(*loaded).predict(X), model.predict(X));
  auto damaged = model.state();
  damaged.intercept = Vector::Zero(2);
  EXPECT_THROW(damaged.check(Schema::of(X)), FormatError);
}

}  // namespace
}  // namespace espalier
