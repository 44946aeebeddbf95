// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/logistic_coordinate_descent.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/target.hpp>

#include "linear_model/data.hpp"
#include "support/near.hpp"

namespace espalier::detail {
namespace {

using namespace testing_support;
using nlohmann::json;

struct Classes {
  Matrix X;
  Labels codes;
  Index count;
};

Classes classes_of(const LinearData& data) {
  const EncodedLabels encoded = encode_labels(data.y.labels());
  return {scaled(data.X), encoded.codes, encoded.classes.size()};
}

LogisticDescentOptions options_of(double C, double l1_ratio, double total_weight) {
  return {.l1 = l1_ratio / (C * total_weight),
          .l2 = (1.0 - l1_ratio) / (C * total_weight),
          .tol = 1e-10,
          .max_iter = 1'000};
}

void expect_golden(const std::string& name, const Features& X, const Classes& data,
                   const LogisticDescentOptions& options, const Vector& weights = {}) {
  SCOPED_TRACE(name);
  const json& expected = golden("linear_model_logistic_l1.json").at(name);
  const auto result = logistic_coordinate_descent(X, data.codes, data.count, weights, options);
  const Matrix coef = to_matrix(expected["coef"]);
  EXPECT_TRUE(result.converged) << result.n_iter << ' ' << result.optimality;
  EXPECT_LT(relative_difference(result.coef, coef), 1e-5);
  EXPECT_LT((result.intercept - to_vector(expected["intercept"])).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(LogisticCoordinateDescent, MatchesScikitLearnOnTwoClasses) {
  const Classes data = classes_of(cancer());
  const auto n = static_cast<double>(data.X.rows());
  const SparseMatrix S = data.X.sparseView();
  for (const Features& X : {Features(data.X), Features(S)}) {
    expect_golden("l1", X, data, options_of(0.1, 1.0, n));
    LogisticDescentOptions through_origin = options_of(0.1, 1.0, n);
    through_origin.fit_intercept = false;
    expect_golden("l1_no_intercept", X, data, through_origin);
    const Vector weights = golden_weights(data.X.rows());
    expect_golden("l1_weighted", X, data, options_of(0.1, 1.0, weights.sum()), weights);
    expect_golden("elastic_net", X, data, options_of(0.1, 0.4, n));
  }
}

TEST(LogisticCoordinateDescent, MatchesScikitLearnOnThreeClasses) {
  const Classes data = classes_of(iris());
  const auto n = static_cast<double>(data.X.rows());
  const SparseMatrix S = data.X.sparseView();
  for (const Features& X : {Features(data.X), Features(S)}) {
    expect_golden("multinomial", X, data, options_of(0.5, 1.0, n));
    expect_golden("multinomial_elastic_net", X, data, options_of(0.5, 0.4, n));
  }
}

/// Sparse columns, many more than rows have numbers, and labels that a few of them decide.
Classes sparse_classes(Index n, Index p) {
  Random random(7);
  Matrix X = Matrix::Zero(n, p);
  Labels codes(n);
  for (Index i = 0; i < n; ++i) {
    for (int k = 0; k < 8; ++k) X(i, random.integer(p)) = random.uniform() + 0.5;
    const double raw = 2.0 * X(i, 0) - 2.0 * X(i, 1) + 3.0 * X.row(i).segment(2, 9).sum() - 1.0;
    codes[i] = random.uniform() < 1.0 / (1.0 + std::exp(-raw)) ? 1 : 0;
  }
  return {X, codes, 2};
}

/// The objective, and how far the smallest subgradient is from zero, by plain loops.
struct Plain {
  double objective = 0.0, subgradient = 0.0;
  Plain(const Classes& data, const LogisticDescentResult& at, const LogisticDescentOptions& o) {
    const Vector raw = (data.X * at.coef.row(0).transpose()).array() + at.intercept[0];
    const auto n = static_cast<double>(raw.size());
    Vector error(raw.size());
    for (Index i = 0; i < raw.size(); ++i) {
      objective += (std::log1p(std::exp(raw[i])) - data.codes[i] * raw[i]) / n;
      error[i] = (1.0 / (1.0 + std::exp(-raw[i])) - data.codes[i]) / n;
    }
    objective += o.l1 * at.coef.lpNorm<1>() + 0.5 * o.l2 * at.coef.squaredNorm();
    subgradient = std::abs(error.sum());
    const Vector g = data.X.transpose() * error + o.l2 * at.coef.row(0).transpose();
    for (Index j = 0; j < g.size(); ++j) {
      const double w = at.coef(0, j);
      subgradient = std::max(
          subgradient, w == 0.0 ? std::abs(g[j]) - o.l1 : std::abs(g[j] + std::copysign(o.l1, w)));
    }
  }
};

TEST(LogisticCoordinateDescent, ReachesTheOptimumOfWideData) {
  const Classes data = sparse_classes(600, 900);
  const SparseMatrix S = data.X.sparseView();
  LogisticDescentOptions options = options_of(1.0, 0.9, 600.0);
  options.tol = 1e-9;
  std::vector<double> objectives;
  options.report = [&](int, double objective) { objectives.push_back(objective); };
  for (const Features& X : {Features(S), Features(data.X)}) {
    objectives.clear();
    const auto result = logistic_coordinate_descent(X, data.codes, 2, Vector(), options);
    const Plain plain(data, result, options);
    EXPECT_TRUE(result.converged);
    EXPECT_LT(plain.subgradient, 1e-9);
    EXPECT_NEAR(plain.objective, result.objective, 1e-12);
    for (std::size_t k = 1; k < objectives.size(); ++k)
      EXPECT_LT(objectives[k], objectives[k - 1] + 1e-13);
    EXPECT_GT((result.coef.array() == 0.0).count(), 100);
    EXPECT_GT((result.coef.array() != 0.0).count(), 5);
  }
}

TEST(LogisticCoordinateDescent, GivesTheSameBitsForAnyNumberOfThreads) {
  const Classes data = sparse_classes(1500, 400);
  const SparseMatrix S = data.X.sparseView();
  LogisticDescentOptions options = options_of(1.0, 1.0, 1500.0);
  options.tol = 1e-6;
  for (const Features& X : {Features(S), Features(data.X)}) {
    const auto solve = [&](int threads) {
      const ThreadLimit limit(threads);
      return logistic_coordinate_descent(X, data.codes, 2, Vector(), options).coef;
    };
    const Matrix one = solve(1);
    for (const int threads : {2, 4, 7}) EXPECT_EQ(solve(threads), one);
  }
}

/// Enough numbers for sweeps over two halves of the columns. With `pairs` every column stands there
/// twice, so that halves that go as if alone go too far.
SparseMatrix many_numbers(const Classes& data, bool pairs) {
  const SparseMatrix S = data.X.sparseView();
  if (!pairs) return S;
  Matrix twice(data.X.rows(), 2 * data.X.cols());
  for (Index j = 0; j < data.X.cols(); ++j) {
    twice.col(2 * j) = data.X.col(j);
    twice.col(2 * j + 1) = data.X.col(j);
  }
  return twice.sparseView();
}

TEST(LogisticCoordinateDescent, HalvesOfTheColumnsReachTheOptimumForAnyNumberOfThreads) {
  const Classes data = sparse_classes(12'000, 300);
  for (const bool pairs : {false, true}) {
    const SparseMatrix S = many_numbers(data, pairs);
    ASSERT_GT(S.nonZeros(), 1 << 16);
    LogisticDescentOptions options = options_of(1.0, 1.0, 12'000.0);
    options.tol = 1e-8;
    std::vector<double> objectives;
    options.report = [&](int, double objective) { objectives.push_back(objective); };
    const auto solve = [&](int threads) {
      const ThreadLimit limit(threads);
      return logistic_coordinate_descent(S, data.codes, 2, Vector(), options);
    };
    const LogisticDescentResult one = solve(1);
    const Plain plain({Matrix(S), data.codes, 2}, one, options);
    EXPECT_TRUE(one.converged);
    EXPECT_LT(plain.subgradient, 1e-8);
    EXPECT_NEAR(plain.objective, one.objective, 1e-12);
    for (std::size_t k = 1; k < objectives.size(); ++k)
      EXPECT_LT(objectives[k], objectives[k - 1] + 1e-13);
    for (const int threads : {2, 4, 7}) EXPECT_EQ(solve(threads).coef, one.coef);
  }
}

TEST(LogisticCoordinateDescent, GoesOnFromAStart) {
  const Classes data = classes_of(cancer());
  const LogisticDescentOptions options = options_of(0.1, 1.0, 569.0);
  const auto first = logistic_coordinate_descent(data.X, data.codes, 2, Vector(), options);
  const auto again = logistic_coordinate_descent(data.X, data.codes, 2, Vector(), options, &first);
  EXPECT_GT(first.n_iter, 2);
  EXPECT_EQ(again.n_iter, 0);
  EXPECT_EQ(again.coef, first.coef);
}

TEST(LogisticCoordinateDescent, GivesAClassWithoutWeightNoProbability) {
  const Classes data = classes_of(iris());
  const Vector weights = (data.codes.array() != 2).cast<double>();
  LogisticDescentOptions options = options_of(1.0, 1.0, weights.sum());
  options.tol = 1e-6;
  const SparseMatrix S = data.X.sparseView();
  for (const Features& X : {Features(data.X), Features(S)}) {
    const auto result = logistic_coordinate_descent(X, data.codes, 3, weights, options);
    EXPECT_TRUE(result.converged);
    EXPECT_TRUE(result.coef.allFinite() && result.intercept.allFinite());
    const Matrix raw = (data.X * result.coef.transpose()).rowwise() + result.intercept.transpose();
    for (Index i = 0; i < raw.rows(); ++i)
      if (weights[i] > 0.0) {
        EXPECT_LT(raw(i, 2), raw.row(i).maxCoeff() - 10.0) << i;
      }
  }
}

TEST(LogisticCoordinateDescent, TakesFloatsInSinglePrecision) {
  const Classes data = classes_of(cancer());
  LogisticDescentOptions options = options_of(0.1, 1.0, 569.0);
  options.tol = 1e-5;
  const auto expected = logistic_coordinate_descent(data.X, data.codes, 2, Vector(), options);
  const auto result = logistic_coordinate_descent(Eigen::MatrixXf(data.X.cast<float>()), data.codes,
                                                  2, Vector(), options);
  EXPECT_TRUE(result.converged);
  EXPECT_LT(relative_difference(result.coef, expected.coef), 1e-3);
}

}  // namespace
}  // namespace espalier::detail
