// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/linear_objective.hpp"

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "reference/linear_naive.hpp"
#include "support/near.hpp"

namespace espalier::detail {
namespace {

using namespace testing_support;

Vector some_point(Index size) {
  Random random(3);
  return Vector::NullaryExpr(size, [&] { return 0.5 * random.normal(); });
}

struct Case {
  Index n_classes;
  bool weighted, sparse, fit_intercept;
};

class LinearObjectiveOn : public testing::TestWithParam<Case> {
 protected:
  static constexpr double l2 = 0.05;
  const ClassProblem problem = class_problem(600, 9, GetParam().n_classes, GetParam().weighted);
  const SparseMatrix sparse = problem.X.sparseView();
  const Features X = GetParam().sparse ? Features(sparse) : Features(problem.X);
  const std::unique_ptr<BlockLoss> loss = problem.loss();
  const LinearObjective objective{X, *loss, problem.weights, l2, GetParam().fit_intercept, 0.2};
  const Vector z = some_point(
      objective.variables(Matrix::Zero(problem.outputs(), 9), Vector::Zero(problem.outputs()))
          .size());
};

TEST_P(LinearObjectiveOn, HasTheDocumentedValue) {
  Vector gradient(z.size());
  const double expected =
      naive_objective(problem, l2, objective.coef(z), objective.intercept(z)).value;
  EXPECT_TRUE(near(objective(z, gradient), expected, 1e-13));
}

TEST_P(LinearObjectiveOn, HasTheGradientOfCentralDifferences) {
  Vector gradient(z.size()), unused(z.size());
  objective(z, gradient);
  for (Index i = 0; i < z.size(); ++i) {
    const double h = 1e-5;
    Vector above = z, below = z;
    above[i] += h;
    below[i] -= h;
    const double difference = (objective(above, unused) - objective(below, unused)) / (2.0 * h);
    EXPECT_NEAR(gradient[i], difference, 1e-9) << "variable " << i;
  }
}

TEST_P(LinearObjectiveOn, BeginsAtTheGivenIntercept) {
  const Vector b = Vector::LinSpaced(problem.outputs(), 0.25, 1.0);
  const Vector start = objective.variables(Matrix::Zero(problem.outputs(), 9), b);
  EXPECT_TRUE(objective.coef(start).isZero(0.0));
  const Vector expected = GetParam().fit_intercept ? b : Vector::Zero(problem.outputs());
  EXPECT_TRUE(near(objective.intercept(start), expected, 1e-15));
}

INSTANTIATE_TEST_SUITE_P(All, LinearObjectiveOn,
                         testing::Values(Case{2, false, false, true}, Case{2, true, false, true},
                                         Case{2, true, true, true}, Case{2, false, true, false},
                                         Case{4, false, false, true}, Case{4, true, false, false},
                                         Case{4, true, true, true}, Case{4, false, true, false}));

TEST(LinearObjective, HasSimilarCurvatureAlongAllVariables) {
  const ClassProblem problem = class_problem(2000, 9, 2, false);
  const auto loss = problem.loss();
  const Features X(problem.X);
  const LinearObjective objective(X, *loss, {}, 1e-6, true, 0.25);
  const Vector start = objective.variables(Matrix::Zero(1, 9), Vector::Zero(1));
  Vector gradient(start.size()), moved(start.size());
  objective(start, gradient);
  for (Index i = 0; i < start.size(); ++i) {
    Vector z = start;
    z[i] += 1e-4;
    objective(z, moved);
    EXPECT_NEAR((moved[i] - gradient[i]) / 1e-4, 1.0, 1e-3) << "variable " << i;
  }
}

TEST(LinearObjective, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const Index n_classes : {2, 3}) {
    const ClassProblem problem = class_problem(30'000, 9, n_classes, true);
    const SparseMatrix sparse = problem.X.sparseView();
    const auto loss = problem.loss();
    for (const Features& X : {Features(problem.X), Features(sparse)}) {
      const LinearObjective objective(X, *loss, problem.weights, 0.1, true, 0.2);
      const Vector z = some_point(10 * problem.outputs());
      Vector expected(z.size()), gradient(z.size());
      double expected_value = 0.0;
      for (const int threads : {1, 2, 4, 7}) {
        const ThreadLimit limit(threads);
        const double value = objective(z, gradient);
        if (threads == 1) {
          expected = gradient;
          expected_value = value;
        }
        EXPECT_EQ(value, expected_value) << threads << " threads";
        EXPECT_EQ(gradient, expected) << threads << " threads";
      }
    }
  }
}

}  // namespace
}  // namespace espalier::detail
