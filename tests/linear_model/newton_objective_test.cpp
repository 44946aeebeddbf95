// SPDX-License-Identifier: BSD-3-Clause
#include "linear_model/newton_objective.hpp"

#include <Eigen/LU>
#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "linear_model/block_kernels.hpp"
#include "reference/linear_naive.hpp"
#include "support/near.hpp"

namespace espalier::detail {
namespace {

using namespace testing_support;

struct Case {
  Index n, p, n_classes;
  bool weighted, sparse, fit_intercept;
};

class NewtonObjectiveOn : public testing::TestWithParam<Case> {};

/// Of derivatives by the intercept at the centre to those by the plain one: b' = b + Cᵀm.
Matrix change_of_variables(const NewtonObjective& objective, Index p, Index k) {
  Matrix J = Matrix::Identity(k * (p + 1), k * (p + 1));
  for (Index j = 0; j < p; ++j) {
    Matrix unit = Matrix::Zero(k, p);
    unit.col(j).setOnes();
    const Vector x = objective.variables(unit, Vector::Zero(k));
    for (Index c = 0; c < k; ++c) J(c * (p + 1) + p, c * (p + 1) + j) = x[c * (p + 1) + p];
  }
  return J;
}

TEST_P(NewtonObjectiveOn, IsTheNaiveOneWithItsDerivatives) {
  const Case& c = GetParam();
  const ClassProblem problem = class_problem(c.n, c.p, c.n_classes, c.weighted);
  const SparseMatrix sparse = problem.X.sparseView();
  const Features X = c.sparse ? Features(sparse) : Features(problem.X);
  const auto loss = problem.loss();
  const Index k = problem.outputs(), q = c.p + (c.fit_intercept ? 1 : 0), m = q * k;
  const NewtonObjective objective(X, *loss, problem.weights, 0.05, c.fit_intercept);
  Random random(3);
  const Matrix coef = Matrix::NullaryExpr(k, c.p, [&](Index, Index j) {
    return 0.3 * random.normal() / std::pow(10.0, static_cast<double>(j % 5 - 2));
  });
  const Vector intercept =
      c.fit_intercept ? Vector(Vector::LinSpaced(k, -0.5, 0.5)) : Vector::Zero(k);
  const Vector x = objective.variables(coef, intercept);
  EXPECT_TRUE(near(objective.coef(x), coef, 1e-14));
  EXPECT_LT((objective.intercept(x) - intercept).cwiseAbs().maxCoeff(), 1e-12);
  Vector gradient(m);
  Matrix hessian(m, m);
  const double value = objective(x, gradient, hessian);

  const NaiveObjective naive = naive_objective(problem, 0.05, coef, intercept);
  EXPECT_TRUE(near(value, naive.value, 1e-13));
  Matrix by_all(c.p + 1, k);
  by_all << naive.by_coef.transpose(), naive.by_intercept.transpose();
  Vector expected = by_all.reshaped();
  Matrix expected_hessian = naive.hessian;
  if (c.fit_intercept) {
    const Matrix inverse = change_of_variables(objective, c.p, k).inverse();
    expected = inverse.transpose() * expected;
    expected_hessian = inverse.transpose() * expected_hessian * inverse;
  } else {
    std::vector<Index> kept;
    for (Index i = 0; i < k * (c.p + 1); ++i)
      if (i % (c.p + 1) < c.p) kept.push_back(i);
    expected = Vector(expected(kept));
    expected_hessian = Matrix(expected_hessian(kept, kept));
  }
  if (k > 1) {
    Vector mean = Vector::Zero(q);
    for (Index i = 0; i < m; ++i) mean[i % q] += expected_hessian(i, i) / static_cast<double>(k);
    for (Index a = 0; a < k; ++a)
      for (Index b = 0; b < k; ++b) expected_hessian.block(a * q, b * q, q, q).diagonal() += mean;
  }
  EXPECT_LT((gradient - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff(), 1e-11);
  const Vector scale = expected_hessian.diagonal().cwiseSqrt();
  for (Index j = 0; j < m; ++j)
    for (Index i = j; i < m; ++i)
      EXPECT_NEAR(hessian(i, j) / (scale[i] * scale[j]),
                  expected_hessian(i, j) / (scale[i] * scale[j]), 1e-11)
          << i << ", " << j;
}

INSTANTIATE_TEST_SUITE_P(
    All, NewtonObjectiveOn,
    testing::Values(Case{700, 9, 2, false, false, true}, Case{65, 3, 2, true, false, true},
                    Case{700, 6, 2, true, true, true}, Case{5, 1, 2, false, true, false},
                    Case{300, 5, 4, false, false, true}, Case{9000, 3, 3, true, false, false},
                    Case{300, 7, 3, true, true, true}, Case{100, 30, 2, false, false, false}));

TEST(NewtonObjective, ThinnedOutCountsSomeOfTheRows) {
  const ClassProblem problem = class_problem(20'000, 3, 2, true);
  const Features X(problem.X);
  const auto loss = problem.loss();
  NewtonObjective objective(X, *loss, problem.weights, 0.1, true);
  ASSERT_GE(objective.blocks(), 4);
  const Vector x = objective.variables(Matrix{{0.1, -0.2, 0.3}}, Vector{{0.4}});
  Vector gradient(4);
  Matrix hessian(4, 4);
  const double all = objective(x, gradient, hessian);
  objective.thin_out(2);
  const double some = objective(x, gradient, hessian);
  EXPECT_NE(some, all);
  EXPECT_NEAR(some, all, 0.1 * all);
  objective.thin_out(1);
  EXPECT_EQ(objective(x, gradient, hessian), all);
}

TEST(NewtonObjective, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const Index n_classes : {2, 3}) {
    const ClassProblem problem = class_problem(30'000, 9, n_classes, true);
    const SparseMatrix sparse = problem.X.sparseView();
    const auto loss = problem.loss();
    for (const Features& X : {Features(problem.X), Features(sparse)}) {
      const NewtonObjective objective(X, *loss, problem.weights, 0.1, true);
      const Index m = 10 * problem.outputs();
      const Vector x = Vector::LinSpaced(m, -0.1, 0.1);
      Vector gradient(m), expected(m);
      Matrix hessian(m, m), expected_hessian(m, m);
      double value = 0.0;
      for (const int threads : {1, 2, 4, 7}) {
        const ThreadLimit limit(threads);
        if (threads == 1) {
          value = objective(x, expected, expected_hessian);
          continue;
        }
        EXPECT_EQ(objective(x, gradient, hessian), value) << threads << " threads";
        EXPECT_EQ(gradient, expected) << threads << " threads";
        EXPECT_EQ(Matrix(hessian.triangularView<Eigen::Lower>()),
                  Matrix(expected_hessian.triangularView<Eigen::Lower>()));
      }
    }
  }
}

template <class T>
void expect_naive_kernels(InstructionSet instructions) {
  using Numbers = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  const BlockKernels<T>& kernels = block_kernels<T>(instructions);
  const T tolerance = sizeof(T) == 4 ? T(1e-5) : T(1e-14);
  Random random(1);
  const auto numbers = [&](Index rows, Index cols) {
    return Numbers(Numbers::NullaryExpr(
        rows, cols, [&](Index, Index) { return static_cast<T>(random.normal()); }));
  };
  for (const Index p : {1, 2, 4, 7, 12, 13}) {
    const Index n = 77, stride = 96;
    const Numbers X = numbers(n + 5, p), shift = numbers(p, 1), coef = numbers(p, 1);
    Numbers block(stride, p), raw(stride, 1), scaled(stride, p), weights = numbers(stride, 1);
    kernels.center(X.data() + 2, X.rows(), n, p, shift.data(), block.data(), stride);
    EXPECT_TRUE(block.topRows(n) == X.middleRows(2, n).rowwise() - shift.col(0).transpose());
    EXPECT_TRUE(block.bottomRows(stride - n).isZero(T(0)));
    kernels.multiply(block.data(), stride, p, coef.data(), T(0.5), raw.data());
    EXPECT_LT((raw - (block * coef).array().matrix() - Numbers::Constant(stride, 1, T(0.5)))
                  .cwiseAbs()
                  .maxCoeff(),
              T(30) * tolerance);
    kernels.scale(block.data(), stride, p, weights.data(), scaled.data());
    EXPECT_TRUE(scaled == weights.col(0).asDiagonal() * block);
    for (const Index q : {Index{1}, p}) {
      Matrix sums = Matrix::Ones(p + 1, q);
      kernels.add_products(block.data(), p, scaled.data(), q, stride, false, sums.data(), p + 1);
      const Matrix expected =
          block.template cast<double>().transpose() * scaled.leftCols(q).template cast<double>();
      EXPECT_LT((sums.topRows(p).array() - 1.0 - expected.array()).abs().maxCoeff(),
                200.0 * static_cast<double>(tolerance));
      EXPECT_TRUE((sums.row(p).array() == 1.0).all());
    }
    Matrix lower = Matrix::Zero(p, p), all = Matrix::Zero(p, p);
    kernels.add_products(block.data(), p, scaled.data(), p, stride, true, lower.data(), p);
    kernels.add_products(block.data(), p, scaled.data(), p, stride, false, all.data(), p);
    EXPECT_TRUE(Matrix(lower.triangularView<Eigen::Lower>()) ==
                Matrix(all.triangularView<Eigen::Lower>()));
  }
}

TEST(BlockKernels, AreTheNaiveProductsOnEveryInstructionSet) {
  for (int level = 0; level <= static_cast<int>(best_instruction_set()); ++level) {
    SCOPED_TRACE(level);
    expect_naive_kernels<double>(static_cast<InstructionSet>(level));
    expect_naive_kernels<float>(static_cast<InstructionSet>(level));
  }
}

}  // namespace
}  // namespace espalier::detail
