// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/logistic_saga.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stop_token>
#include <string>
#include <type_traits>
#include <vector>

#include <espalier/core/random.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/logistic_regression_cv.hpp>

#include "linear_model/data.hpp"
#include "linear_model/saga_kernels.hpp"
#include "reference/saga_naive.hpp"
#include "support/expect_error.hpp"
#include "support/instruction_sets.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using nlohmann::json;

LogisticRegressionParams exact_saga(LogisticRegressionParams params = {}) {
  params.solver = LogisticSolver::saga;
  params.random_state = 0;
  params.tol = 1e-9;
  params.max_iter = 20'000;
  return params;
}

/// The same problem by the solver that "auto" takes.
LogisticRegressionParams exact_other(LogisticRegressionParams params) {
  params.tol = 1e-10;
  params.max_iter = 10'000;
  return params;
}

void expect_same_optimum(const Features& X, const Target& y, const LogisticRegressionParams& params,
                         const FitContext& context = {}, double tolerance = 1e-5) {
  const auto saga = LogisticRegression(exact_saga(params)).fit(X, y, context);
  const auto other = LogisticRegression(exact_other(params)).fit(X, y, context);
  EXPECT_TRUE(saga.converged()) << saga.n_iter();
  EXPECT_LT(relative_difference(saga.coef(), other.coef()), tolerance);
  EXPECT_LT((saga.intercept() - other.intercept()).cwiseAbs().maxCoeff(), 1e-4);
}

/// Nonnegative columns, of which less than a third of the numbers are not zero.
SparseMatrix mostly_zeros(const Matrix& X) {
  return Matrix((scaled(X).array() - 0.8).cwiseMax(0.0)).sparseView();
}

LinearData wine() {
  const json data = golden("linear_model_logistic.json")["wine"];
  return {to_matrix(data["X"]), to_labels(data["y"])};
}

TEST(SagaKernel, IsTheNaiveLoopForAnyLengthAndInstructionSet) {
  for (const std::size_t n : {8U, 16U, 24U, 128U}) {
    Random random(n);
    const auto numbers = [&](double low, double high) {
      std::vector<double> v(n);
      for (double& x : v) x = random.uniform(low, high);
      return v;
    };
    const std::vector<double> x = numbers(-1, 1), threshold = numbers(0, 0.5),
                              shrink = numbers(0.5, 1), z = numbers(-1, 1), mean = numbers(-1, 1);
    const std::vector<float> floats(x.begin(), x.end());
    const auto expect = [&](const auto& row, detail::InstructionSet set) {
      using T = typename std::decay_t<decltype(row)>::value_type;
      const std::vector<double> naive(row.begin(), row.end());
      std::vector<double> z_expected = z, mean_expected = mean;
      reference::saga_step(0.3, 0.2, -0.4, naive, threshold, shrink, z_expected, mean_expected);
      std::vector<double> z_now = z, mean_now = mean;
      detail::saga_kernel<T>(set)({0.3, 0.2, -0.4}, row.data(), threshold.data(), shrink.data(),
                                  z_now.data(), mean_now.data(), n);
      for (std::size_t j = 0; j < n; ++j) {
        EXPECT_NEAR(z_now[j], z_expected[j], 1e-15);
        EXPECT_NEAR(mean_now[j], mean_expected[j], 1e-15);
      }
    };
    for (const detail::InstructionSet set : instruction_sets()) {
      expect(x, set);
      expect(floats, set);
    }
  }
}

TEST(LogisticSaga, MatchesScikitLearnWithL1AndElasticNet) {
  const json expected = golden("linear_model_logistic_l1.json");
  const auto expect = [&](const std::string& name, const LinearData& data,
                          const LogisticRegressionParams& params, const FitContext& context = {}) {
    SCOPED_TRACE(name);
    const auto model = LogisticRegression(exact_saga(params)).fit(scaled(data.X), data.y, context);
    const Matrix coef = to_matrix(expected[name]["coef"]);
    EXPECT_TRUE(model.converged());
    EXPECT_LT(relative_difference(model.coef(), coef), 1e-5);
    EXPECT_LT((model.intercept() - to_vector(expected[name]["intercept"])).cwiseAbs().maxCoeff(),
              1e-5);
    EXPECT_TRUE(((model.coef().array() == 0.0) == (coef.array() == 0.0)).all());
  };
  const LinearData two = cancer(), three = iris();
  const FitContext weighted{.sample_weight = golden_weights(two.X.rows())};
  expect("l1", two, {.C = 0.1, .l1_ratio = 1.0});
  expect("l1_no_intercept", two, {.C = 0.1, .l1_ratio = 1.0, .fit_intercept = false});
  expect("l1_weighted", two, {.C = 0.1, .l1_ratio = 1.0}, weighted);
  expect("elastic_net", two, {.C = 0.1, .l1_ratio = 0.4});
  expect("multinomial", three, {.C = 0.5, .l1_ratio = 1.0});
  expect("multinomial_elastic_net", three, {.C = 0.5, .l1_ratio = 0.4});
}

TEST(LogisticSaga, MatchesScikitLearnOnFloats) {
  const auto [X, y] = cancer();
  const json& expected = golden("linear_model_logistic_l1.json");
  const Matrix32 floats = scaled(X).cast<float>();
  const auto model = LogisticRegression(exact_saga({.C = 0.1, .l1_ratio = 1.0})).fit(floats, y);
  EXPECT_TRUE(model.converged());
  const auto difference = [&](const std::string& name) {
    return relative_difference(model.coef(), to_matrix(expected[name]["coef"]));
  };
  // scikit-learn's sums are of floats too: there it comes to 1.3e-3 of what it finds with doubles.
  EXPECT_LT(difference("l1_float32"), 2e-3);
  EXPECT_LT(difference("l1"), 1e-5);
}

TEST(LogisticSaga, FindsTheOptimumOfTheOtherSolversWithEveryPenalty) {
  for (const LinearData& data : {cancer(), wine(), iris()})
    for (const double l1_ratio : {0.0, 0.5}) {
      SCOPED_TRACE(l1_ratio);
      expect_same_optimum(scaled(data.X), data.y, {.l1_ratio = l1_ratio});
      expect_same_optimum(mostly_zeros(data.X), data.y, {.l1_ratio = l1_ratio});
      expect_same_optimum(mostly_zeros(data.X), data.y,
                          {.l1_ratio = l1_ratio, .fit_intercept = false});
    }
  const LinearData two = cancer(), three = wine();
  expect_same_optimum(two.X(Eigen::all, std::vector<Index>{1, 4, 8, 9}), two.y, {.C = infinity});
  expect_same_optimum(three.X(Eigen::all, std::vector<Index>{1, 2}), three.y, {.C = infinity});
}

TEST(LogisticSaga, WeighsRowsAndClasses) {
  const LinearData two = cancer(), three = iris();
  for (const LinearData& data : {two, three}) {
    Vector weights = golden_weights(data.X.rows());
    for (Index i = 0; i < weights.size(); i += 5) weights[i] = 0.0;
    for (const double l1_ratio : {0.0, 0.5}) {
      const LogisticRegressionParams params{.l1_ratio = l1_ratio, .class_weight = balanced};
      expect_same_optimum(scaled(data.X), data.y, params, {.sample_weight = weights});
      expect_same_optimum(mostly_zeros(data.X), data.y, params, {.sample_weight = weights});
    }
  }
}

TEST(LogisticSaga, ConvergesOnUnscaledDataByDefault) {
  for (const LinearData& data : {cancer(), wine(), iris()}) {
    const auto model =
        LogisticRegression({.random_state = 3, .solver = LogisticSolver::saga}).fit(data.X, data.y);
    EXPECT_TRUE(model.converged()) << model.n_iter();
    EXPECT_GT(model.score(data.X, data.y), 0.95);
  }
}

/// Rows of eight numbers in many columns, most of which are rare, and labels that a few decide.
LinearData rare_columns(Index n, Index p) {
  Random random(7);
  Matrix X = Matrix::Zero(n, p);
  Labels y(n);
  for (Index i = 0; i < n; ++i) {
    for (int k = 0; k < 8; ++k) {
      const double u = random.uniform();
      X(i, static_cast<Index>(u * u * static_cast<double>(p))) = random.uniform() + 0.5;
    }
    const double raw = 2.0 * X(i, 0) - 2.0 * X(i, 1) + X.row(i).segment(2, 9).sum() - 0.5;
    y[i] = random.uniform() < 1.0 / (1.0 + std::exp(-raw)) ? 1 : 0;
  }
  return {X, y};
}

TEST(LogisticSaga, GivesTheSameForWideSparseAndDenseData) {
  const LinearData data = rare_columns(600, 900);
  const SparseMatrix S = data.X.sparseView();
  for (const double l1_ratio : {0.0, 0.9}) {
    const LogisticRegressionParams params{.l1_ratio = l1_ratio};
    expect_same_optimum(S, data.y, params);
    expect_same_optimum(data.X, data.y, params);
  }
}

TEST(LogisticSaga, FillsASparseMatrixWithFewZeros) {
  const LinearData data = cancer();
  const SparseMatrix S = data.X.sparseView();
  const LogisticRegressionParams params{
      .tol = 1e-6, .random_state = 1, .solver = LogisticSolver::saga, .max_iter = 1000};
  const auto dense = LogisticRegression(params).fit(data.X, data.y);
  const auto sparse = LogisticRegression(params).fit(S, data.y);
  EXPECT_TRUE(sparse.converged());
  EXPECT_LT(relative_difference(sparse.coef(), dense.coef()), 1e-3);
}

TEST(LogisticSaga, GivesTheSameBitsForAnyNumberOfThreads) {
  const LinearData data = rare_columns(3000, 400);
  const Labels three =
      Labels::NullaryExpr(3000, [&](Index i) { return data.y.labels()[i] + (i % 7 == 0 ? 1 : 0); });
  const SparseMatrix S = data.X.sparseView();
  const Matrix32 floats = data.X.cast<float>();
  for (const Features& X : {Features(S), Features(data.X), Features(floats)})
    for (const Labels& y : {data.y.labels(), three}) {
      const auto fit = [&](int threads) {
        return LogisticRegression({.l1_ratio = 0.5,
                                   .tol = 0.0,
                                   .random_state = 5,
                                   .solver = LogisticSolver::saga,
                                   .max_iter = 3})
            .fit(X, y, {.n_threads = threads});
      };
      const auto one = fit(1);
      for (const int threads : {2, 4, 7}) {
        EXPECT_EQ(fit(threads).coef(), one.coef());
        EXPECT_EQ(fit(threads).intercept(), one.intercept());
      }
    }
}

TEST(LogisticSaga, FollowsTheSeed) {
  const auto [X, y] = cancer();
  const auto fit = [&X = X, &y = y](std::int64_t seed) {
    return LogisticRegression({.random_state = seed, .solver = LogisticSolver::saga})
        .fit(scaled(X), y)
        .coef();
  };
  EXPECT_EQ(fit(1), fit(1));
  EXPECT_NE(fit(1), fit(2));
}

TEST(LogisticSaga, WarmStartBeginsWhereTheFitBeforeEnded) {
  const LinearData data = iris();
  for (const Features& X : {Features(data.X), Features(mostly_zeros(data.X))})
    for (const double l1_ratio : {0.0, 0.5}) {
      LogisticRegression model(exact_saga({.l1_ratio = l1_ratio, .warm_start = true}));
      model.params().tol = 1e-6;
      model.fit(X, data.y);
      const Matrix coef = model.coef();
      EXPECT_GT(model.n_iter(), 2);
      model.fit(X, data.y);
      EXPECT_LE(model.n_iter(), 1);
      EXPECT_LT(relative_difference(model.coef(), coef), 1e-5);
    }
}

TEST(LogisticSaga, AColumnThatHasBecomeConstantLosesItsCoefficient) {
  const auto [X, y] = cancer();
  const Matrix Z = scaled(X);
  LogisticRegression model(exact_saga({.warm_start = true}));
  model.fit(Z, y);
  Matrix without = Z;
  without.col(3).setZero();
  EXPECT_TRUE(model.fit(without, y).converged());
  EXPECT_EQ(model.coef()(0, 3), 0.0);
  EXPECT_NE(model.coef()(0, 4), 0.0);
}

TEST(LogisticSaga, ReportsEveryEpochAndCanBeStopped) {
  const auto [X, y] = cancer();
  const Matrix Z = scaled(X);
  std::vector<Progress> reports;
  LogisticRegression model({.random_state = 0, .solver = LogisticSolver::saga});
  model.fit(Z, y, {.callback = [&](const Progress& p) { reports.push_back(p); }});
  ASSERT_EQ(reports.size(), static_cast<std::size_t>(model.n_iter()));
  EXPECT_LT(reports.back().loss, reports.front().loss);
  std::stop_source stop;
  FitContext context{.callback = [&](const Progress&) { stop.request_stop(); }};
  context.stop = stop.get_token();
  EXPECT_THROW(model.fit(Z, y, context), Cancelled);
}

TEST(LogisticSaga, RefusesDataWhoseSquaresOverflow) {
  Matrix X = Matrix::Random(6, 2);
  X.col(1) *= 1e200;
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        LogisticRegression({.solver = LogisticSolver::saga}).fit(X, Labels{{0, 1, 0, 1, 0, 1}});
      },
      {"LogisticRegression", "too large", "'x1'"}));
}

TEST(LogisticSaga, ServesCrossValidation) {
  const auto [X, y] = cancer();
  LogisticRegressionCVParams params{.Cs = {0.1, 1.0},
                                    .l1_ratios = {0.0, 0.5},
                                    .cv = 3,
                                    .scoring = "neg_log_loss",
                                    .random_state = 1,
                                    .solver = LogisticSolver::saga,
                                    .tol = 1e-8,
                                    .max_iter = 5000};
  const auto saga = LogisticRegressionCV(params).fit(scaled(X), y);
  params.solver = LogisticSolver::automatic;
  const auto other = LogisticRegressionCV(params).fit(scaled(X), y);
  EXPECT_EQ(saga.C(), other.C());
  EXPECT_EQ(saga.l1_ratio(), other.l1_ratio());
  EXPECT_LT(relative_difference(saga.coef(), other.coef()), 1e-4);
}

}  // namespace
}  // namespace espalier
