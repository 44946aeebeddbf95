// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/linear_regression.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "linear_model/data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

const json& expected_of(const std::string& name) {
  return golden("linear_model_least_squares.json").at(name);
}

Matrix several_targets(const Vector& y) {
  Matrix Y(y.size(), 3);
  Y << y, y.cwiseSqrt(), y.array().log().matrix();
  return Y;
}

Vector numbers_of(const Target& y) { return y.values().col(0); }

Matrix random_matrix(Index n, Index p, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

void expect_golden(const std::string& name, const Features& X, const Target& y,
                   const LinearRegressionParams& params = {}, const Vector& weights = {},
                   double tolerance = 1e-9) {
  SCOPED_TRACE(name);
  const json& expected = expected_of(name);
  const auto model = LinearRegression(params).fit(X, y, {.sample_weight = weights});
  const Matrix coef = to_matrix(expected["coef"]);
  const Vector intercept = to_vector(expected["intercept"]);
  EXPECT_LT(relative_difference(model.coef(), coef), tolerance);
  EXPECT_LT((model.intercept() - intercept).cwiseAbs().maxCoeff(),
            tolerance * (1.0 + intercept.cwiseAbs().maxCoeff()));
  if (params.positive) {
    EXPECT_FALSE(model.rank());
    EXPECT_EQ(model.singular().size(), 0);
    return;
  }
  EXPECT_EQ(model.rank(), expected["rank"].get<Index>());
  const Vector singular = to_vector(expected["singular"]);
  ASSERT_EQ(model.singular().size(), singular.size());
  const auto rank = static_cast<Index>(expected["rank"]);
  EXPECT_TRUE(near(model.singular().head(rank), singular.head(rank), 1e-9));
  EXPECT_LT((model.singular() - singular).cwiseAbs().maxCoeff(), 1e-12 * singular[0]);
}

TEST(LinearRegression, MatchesScikitLearnOnDiabetes) {
  const auto [X, y] = diabetes();
  const Vector w = golden_weights(X.rows());
  expect_golden("ols", X, y);
  expect_golden("ols_no_intercept", X, y, {.fit_intercept = false});
  expect_golden("ols_weighted", X, y, {}, w);
  expect_golden("ols_several", X, several_targets(y.vector()), {}, w);
}

TEST(LinearRegression, MatchesScikitLearnWhereColumnsDependOnEachOther) {
  const auto [X, y] = diabetes();
  Matrix dependent(X.rows(), 12), nearly(X.rows(), 11);
  dependent << X, X.col(2), X.col(0) + X.col(1);
  nearly << X, X.col(2) + 1e-9 * X.col(3).cwiseProduct(X.col(4));
  expect_golden("ols_dependent", dependent, y);
  expect_golden("ols_dependent", SparseMatrix(dependent.sparseView()), y);
  expect_golden("ols_nearly", nearly, y);
}

TEST(LinearRegression, MatchesScikitLearnOnMoreColumnsThanRows) {
  const auto [X, y] = diabetes();
  const Matrix X7 = X.topRows(7);
  const Vector y7 = y.vector().head(7);
  expect_golden("ols_wide", X7, several_targets(y7));
  expect_golden("ols_wide_weighted", X7, y7, {}, golden_weights(7));
  expect_golden("ols_wide_no_intercept", X7, y7, {.fit_intercept = false});
  expect_golden("ols_wide", SparseMatrix(X7.sparseView()), several_targets(y7));
  expect_golden("ols_square", X.topRows(10), y.vector().head(10));
}

TEST(LinearRegression, GivesUpSmallSingularValuesAsScikitLearn) {
  // The columns of the raw data have units that differ by 10⁶.
  const auto [X, y] = cancer();
  expect_golden("ols_cancer_raw", X, numbers_of(y));
  expect_golden("ols_cancer_tol", X, numbers_of(y), {.tol = 1e-4});
}

TEST(LinearRegression, MatchesScikitLearnWithPositiveCoefficients) {
  const auto [X, y] = diabetes();
  expect_golden("ols_positive", X, y, {.positive = true});
  expect_golden("ols_positive_several", X, several_targets(y.vector()), {.positive = true},
                golden_weights(X.rows()));
  expect_golden("ols_positive_no_intercept", X, y, {.fit_intercept = false, .positive = true});
  const auto [C, diagnosis] = cancer();
  expect_golden("ols_positive_cancer", scaled(C), numbers_of(diagnosis), {.positive = true});
}

TEST(LinearRegression, PositiveSatisfiesTheConditionsOfTheMinimum) {
  // Columns that are combinations of others too, and more columns than rows.
  for (const auto& [n, p] : std::vector<std::pair<Index, Index>>{{200, 30}, {20, 50}, {40, 40}}) {
    Matrix X = random_matrix(n, p, 1).array() + 0.3;
    X.col(p - 1) = X.col(0) + X.col(1);
    const Vector y = random_matrix(n, 1, 2);
    const auto model = LinearRegression({.positive = true}).fit(X, y);
    const Vector residual = y - model.predict(X);
    const Vector slope = X.transpose() * residual;
    EXPECT_NEAR(residual.sum(), 0.0, 1e-10 * static_cast<double>(n));
    for (Index j = 0; j < p; ++j) {
      EXPECT_GE(model.coef()(0, j), 0.0);
      EXPECT_LE(slope[j], 1e-9);
      EXPECT_NEAR(model.coef()(0, j) * slope[j], 0.0, 1e-9);
    }
  }
}

TEST(LinearRegression, SolvesALargeSparseProblemToItsTolerance) {
  const Index n = 2500, p = 2000;
  Random random(3);
  std::vector<Eigen::Triplet<double>> cells;
  for (Index i = 0; i < n; ++i) {
    cells.emplace_back(i, i % p, 3.0);
    for (int k = 0; k < 4; ++k) cells.emplace_back(i, random.integer(p), 0.3 * random.normal());
  }
  SparseMatrix X(n, p);
  X.setFromTriplets(cells.begin(), cells.end());
  const Vector coef = random_matrix(p, 1, 4);
  const Vector y = (X * coef).array() + 2.0;
  const Vector w = golden_weights(n);
  const auto model = LinearRegression({.tol = 1e-10}).fit(X, y, {.sample_weight = w});
  EXPECT_FALSE(model.rank());
  const Vector residual = y - model.predict(X);
  EXPECT_LT(residual.norm(), 1e-6 * y.norm());
  for (const int threads : {1, 4})
    EXPECT_EQ(LinearRegression({.tol = 1e-10})
                  .fit(X, y, {.sample_weight = w, .n_threads = threads})
                  .coef(),
              model.coef());
}

TEST(LinearRegression, KeepsItsDigitsFarFromTheOrigin) {
  // The sample of rows that guesses the mean sees only the first part of a column that then jumps.
  const Index n = 4096;
  Matrix X = random_matrix(n, 3, 5);
  for (Index i = 0; i < n; ++i)
    if (i % 64 != 0) X.row(i).array() += 1e8;
  const Vector y = X * Vector{{1.0, -2.0, 3.0}};
  const auto model = LinearRegression({.tol = 0.0}).fit(X, y);
  EXPECT_LT((model.coef().transpose() - Vector{{1.0, -2.0, 3.0}}).cwiseAbs().maxCoeff(), 1e-6);
  const Matrix shifted = random_matrix(n, 3, 6).array() + 1e8;
  const Vector z = random_matrix(n, 1, 7);
  const auto far = LinearRegression().fit(shifted, z);
  const auto near_origin = LinearRegression().fit(Matrix(shifted.array() - 1e8), z);
  EXPECT_LT(relative_difference(far.coef(), near_origin.coef()), 1e-7);
}

TEST(LinearRegression, GivesTheSameBitsForAnyNumberOfThreads) {
  const Matrix tall = random_matrix(30'000, 20, 3), wide = random_matrix(300, 2000, 4);
  const SparseMatrix sparse = tall.cwiseMax(0.0).sparseView();
  for (const Features& X : {Features(tall), Features(wide), Features(sparse)}) {
    const Matrix Y = random_matrix(X.rows(), 2, 5);
    const auto one = LinearRegression().fit(X, Y, {.n_threads = 1});
    for (const int threads : {2, 4, 7}) {
      const auto several = LinearRegression().fit(X, Y, {.n_threads = threads});
      EXPECT_EQ(several.coef(), one.coef()) << threads << " threads";
      EXPECT_EQ(several.singular(), one.singular());
    }
  }
}

TEST(LinearRegression, RefusesAToleranceByName) {
  EXPECT_TRUE(throws<InvalidParameter>(
      [] { LinearRegression({.tol = 2.0}).fit(Matrix::Identity(2, 2), Vector::Ones(2)); },
      {"'tol'", "LinearRegression", "[0, 1]", "2"}));
}

TEST(LinearRegression, DummyVariablesOfCrossedFactorsAreFittedByMeans) {
  // Singular values that repeat beside some that are zero. With as many rows of each combination, a
  // prediction is the sum of the deviations of two means.
  constexpr Index a = 6, b = 11, n = 2 * a * b;
  Matrix X = Matrix::Zero(n, a + b);
  Random random(1);
  const Vector y = Vector::NullaryExpr(n, [&](Index) { return random.normal(); });
  Vector of_a = Vector::Zero(a), of_b = Vector::Zero(b);
  for (Index i = 0; i < n; ++i) {
    X(i, i % a) = X(i, a + i / a % b) = 1.0;
    of_a[i % a] += y[i] / (2.0 * b);
    of_b[i / a % b] += y[i] / (2.0 * a);
  }
  const Vector expected =
      Vector::NullaryExpr(n, [&](Index i) { return of_a[i % a] + of_b[i / a % b] - y.mean(); });
  for (const bool fit_intercept : {true, false}) {
    const Vector predicted =
        LinearRegression({.fit_intercept = fit_intercept}).fit(X, y).predict(X);
    EXPECT_LT((predicted - expected).cwiseAbs().maxCoeff(), 1e-12);
  }
}

}  // namespace
}  // namespace espalier
