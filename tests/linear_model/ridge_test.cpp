// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/linear_model/ridge.hpp>

#include <cmath>
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

const json& golden_values() {
  static const json values = golden("linear_model_ridge.json");
  return values;
}

void expect_golden(const std::string& name, const Features& X, const Target& y,
                   const RidgeParams& params, const FitContext& context = {}) {
  SCOPED_TRACE(name);
  const json& expected = golden_values().at(name);
  const auto model = Ridge(params).fit(X, y, context);
  EXPECT_LT(relative_difference(model.coef(), to_matrix(expected["coef"])), 1e-9);
  EXPECT_TRUE(near(model.intercept(), to_vector(expected["intercept"]), 1e-9));
}

/// The three targets of the golden file.
Matrix several_targets(const Vector& y) {
  Matrix Y(y.size(), 3);
  Y << y, y.cwiseSqrt(), y.array().log().matrix();
  return Y;
}

Matrix random_matrix(Index n, Index p, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, p, [&](Index, Index) { return random.normal(); });
}

TEST(Ridge, MatchesScikitLearnOnDiabetes) {
  const auto [X, y] = diabetes();
  expect_golden("alpha_0", X, y, {.alpha = 0.0});
  expect_golden("alpha_0.1", X, y, {.alpha = 0.1});
  expect_golden("alpha_1", X, y, {});
  expect_golden("alpha_100", X, y, {.alpha = 100.0});
  expect_golden("no_intercept", X, y, {.fit_intercept = false});
  expect_golden("weighted", X, y, {}, {.sample_weight = golden_weights(X.rows())});
}

TEST(Ridge, MatchesScikitLearnOnSeveralOutputs) {
  const auto [X, y] = diabetes();
  const Matrix Y = several_targets(y.vector());
  expect_golden("several_outputs", X, Y, {});
  expect_golden("several_outputs_weighted", X, Y, {.alpha = 0.5},
                {.sample_weight = golden_weights(X.rows())});
}

TEST(Ridge, MatchesScikitLearnOnMoreColumnsThanRows) {
  const auto [X, y] = diabetes();
  const Matrix X7 = X.topRows(7);
  const Vector y7 = y.vector().head(7);
  expect_golden("wide", X7, several_targets(y7), {.alpha = 0.01});
  expect_golden("wide_weighted", X7, y7, {.alpha = 0.01}, {.sample_weight = golden_weights(7)});
  expect_golden("wide_no_intercept", X7, y7, {.alpha = 0.01, .fit_intercept = false});
}

TEST(Ridge, MatchesScikitLearnOnSparseData) {
  const auto [X, y] = diabetes();
  const SparseMatrix S = X.cwiseMax(0.0).sparseView();
  expect_golden("sparse", S, y, {}, {.sample_weight = golden_weights(X.rows())});
  expect_golden("sparse_wide", SparseMatrix(S.topRows(7)), y.vector().head(7), {});
}

TEST(Ridge, AlphaZeroGivesTheSolutionOfLeastNormWhereThereAreMany) {
  const auto [X, y] = diabetes();
  const SparseMatrix S = X.topRows(7).sparseView();
  expect_golden("least_norm_wide", X.topRows(7), y.vector().head(7), {.alpha = 0.0});
  expect_golden("least_norm_wide", S, y.vector().head(7), {.alpha = 0.0});
  Matrix dependent(X.rows(), 12);
  dependent << X, X.col(2), X.col(0) + X.col(1);
  expect_golden("least_norm_dependent", dependent, y, {.alpha = 0.0});
  expect_golden("least_norm_dependent", SparseMatrix(dependent.sparseView()), y, {.alpha = 0.0});
}

TEST(Ridge, SatisfiesTheNormalEquations) {
  // X̃ᵀ(ỹ − X̃C) = αC, for the primal, the dual and the sparse way, with and without weights.
  for (const auto& [n, p] : std::vector<std::pair<Index, Index>>{
           {5000, 7}, {300, 40}, {400, 150}, {40, 300}, {30, 30}, {1, 3}}) {
    const Matrix X = random_matrix(n, p, 1).cwiseMax(0.0).array() + 0.1;
    const Matrix Y = random_matrix(n, 2, 2);
    const Vector w = golden_weights(n);
    const Ridge ridge({.alpha = 0.7});
    for (const Features& features : {Features(X), Features(SparseMatrix(X.sparseView()))}) {
      const auto model = Ridge(ridge).fit(features, Y, {.sample_weight = w});
      const Matrix residual = Y - model.predict_multi(features);
      const Eigen::RowVectorXd mean = w.transpose() * X / w.sum();
      const Matrix gradient = (X.rowwise() - mean).transpose() * w.asDiagonal() * residual;
      EXPECT_LT((gradient.transpose() - 0.7 * model.coef()).cwiseAbs().maxCoeff(),
                1e-9 * (1.0 + gradient.cwiseAbs().maxCoeff()))
          << n << " × " << p;
      EXPECT_NEAR((w.transpose() * residual).cwiseAbs().maxCoeff(), 0.0, 1e-9 * w.sum());
    }
  }
}

TEST(Ridge, WeightTwoEqualsTwoCopies) {
  const auto [X, y] = diabetes();
  std::vector<Index> copies;
  Vector w(X.rows());
  for (Index i = 0; i < X.rows(); ++i) {
    w[i] = static_cast<double>(i % 3);
    copies.insert(copies.end(), static_cast<std::size_t>(i % 3), i);
  }
  const auto weighted = Ridge().fit(X, y, {.sample_weight = w});
  const auto copied = Ridge().fit(Matrix(X(copies, Eigen::all)), y.take(copies));
  EXPECT_LT(relative_difference(weighted.coef(), copied.coef()), 1e-12);
}

TEST(Ridge, KeepsItsDigitsOnIllConditionedColumns) {
  // Powers of x: the condition number is 10⁷ after scaling, and its square would leave two digits.
  const Index n = 2000, degree = 9;
  const Vector x = Vector::LinSpaced(n, 0.0, 1.0);
  Matrix X(n, degree);
  for (Index j = 0; j < degree; ++j) X.col(j) = x.array().pow(static_cast<double>(j + 1));
  const Vector coef = Vector::NullaryExpr(degree, [](Index j) { return j % 2 == 0 ? 1.0 : -2.0; });
  const Vector y = (X * coef).array() + 3.0;
  const auto model = Ridge({.alpha = 0.0}).fit(X, y);
  EXPECT_LT(relative_difference(model.coef().transpose(), coef), 1e-7);
  EXPECT_NEAR(model.intercept()[0], 3.0, 1e-9);
}

TEST(Ridge, JudgesDependenceWhateverTheUnits) {
  const auto [X, y] = diabetes();
  const Vector units =
      Vector::NullaryExpr(X.cols(), [](Index j) { return std::pow(10.0, 4 * j - 18); });
  const auto expected = Ridge({.alpha = 0.0}).fit(X, y).coef();
  const auto model = Ridge({.alpha = 0.0}).fit(X * units.asDiagonal(), y);
  EXPECT_LT(relative_difference(model.coef() * units.asDiagonal(), expected), 1e-10);
}

TEST(Ridge, TakesTheMeanOutWithoutLosingDigits) {
  const auto [X, y] = diabetes();
  Matrix far = X;  // deviations of 0.05 around a million
  far.col(2).array() += 1048576.0;
  Matrix rounded = far;
  rounded.col(2).array() -= 1048576.0;
  for (const double alpha : {0.0, 1.0}) {
    const auto expected = Ridge({.alpha = alpha}).fit(rounded, y).coef();
    EXPECT_LT(relative_difference(Ridge({.alpha = alpha}).fit(far, y).coef(), expected), 1e-8);
    const SparseMatrix sparse = far.sparseView();
    EXPECT_LT(relative_difference(Ridge({.alpha = alpha}).fit(sparse, y).coef(), expected), 1e-8);
  }
}

TEST(Ridge, GivesAConstantColumnNoCoefficient) {
  const auto [X, y] = diabetes();
  Matrix with_constant(X.rows(), X.cols() + 1);
  with_constant << X, Vector::Constant(X.rows(), 0.1);
  for (const double alpha : {0.0, 1.0}) {
    const auto expected = Ridge({.alpha = alpha}).fit(X, y).coef();
    for (const Features& features :
         {Features(with_constant), Features(SparseMatrix(with_constant.sparseView()))}) {
      const auto model = Ridge({.alpha = alpha}).fit(features, y);
      EXPECT_NEAR(model.coef()(0, X.cols()), 0.0, 1e-9);
      EXPECT_LT(relative_difference(model.coef().leftCols(X.cols()), expected), 1e-10);
    }
  }
}

TEST(Ridge, FitsOneRowAndOneColumn) {
  const auto one_row = Ridge().fit(Matrix{{1.0, 2.0}}, Vector{{5.0}});
  EXPECT_TRUE(one_row.coef().isZero(0.0));
  EXPECT_EQ(one_row.intercept()[0], 5.0);
  EXPECT_TRUE(Ridge({.alpha = 0.0}).fit(Matrix{{1.0, 2.0}}, Vector{{5.0}}).coef().isZero(0.0));
  const auto line = Ridge({.alpha = 0.0}).fit(Matrix{{0.0}, {1.0}, {2.0}}, Vector{{1.0, 3.0, 5.0}});
  EXPECT_NEAR(line.coef()(0, 0), 2.0, 1e-14);
  EXPECT_NEAR(line.intercept()[0], 1.0, 1e-14);
}

TEST(Ridge, GivesTheSameBitsForAnyNumberOfThreads) {
  Matrix powers(20'000, 6);  // ill-conditioned: solved by orthogonal transformations
  for (Index j = 0; j < 6; ++j)
    powers.col(j) = Eigen::ArrayXd::LinSpaced(20'000, 1.0, 1.01).pow(static_cast<double>(j + 1));
  const Matrix tall = random_matrix(30'000, 20, 3), wide = random_matrix(300, 2000, 4);
  const SparseMatrix sparse = tall.cwiseMax(0.0).sparseView();
  for (const Features& X : {Features(tall), Features(wide), Features(sparse), Features(powers)}) {
    const Matrix Y = random_matrix(X.rows(), 2, 5);
    const auto one = Ridge({.alpha = 1e-6}).fit(X, Y, {.n_threads = 1});
    const Matrix predicted = one.predict_multi(X);
    for (const int threads : {2, 4, 7}) {
      const auto several = Ridge({.alpha = 1e-6}).fit(X, Y, {.n_threads = threads});
      EXPECT_EQ(several.coef(), one.coef())
          << threads << " threads, " << X.rows() << " × " << X.cols();
      EXPECT_EQ(several.intercept(), one.intercept());
      EXPECT_EQ(several.predict_multi(X), predicted);
    }
  }
}

TEST(Ridge, GivesTheSameBitsWhereverTheDataLie) {
  const auto [X, y] = diabetes();
  std::vector<double> storage(static_cast<std::size_t>(X.size() + 1));
  Eigen::Map<Matrix> shifted(storage.data() + 1, X.rows(), X.cols());
  shifted = X;
  EXPECT_EQ(Ridge().fit(shifted, y).coef(), Ridge().fit(X, y).coef());
}

TEST(Ridge, PredictsSingleRowsAsInTheBatch) {
  const auto [X, y] = diabetes();
  const auto model = Ridge().fit(X, several_targets(y.vector()));
  const Matrix predicted = model.predict_multi(X);
  for (Index i = 0; i < X.rows(); ++i) EXPECT_EQ(model.predict_multi(X.row(i)), predicted.row(i));
}

TEST(Ridge, RefusesDataSoLargeThatItsSquaresOverflow) {
  const Matrix small = Matrix::Random(5, 2);
  Matrix huge = small;
  huge.col(1) << 1e200, -1e200, 1e200, -1e200, 0.0;
  const Vector y = small.col(0);
  EXPECT_TRUE(throws<InvalidInput>([&] { Ridge().fit(huge, y); }, {"Ridge", "too large", "'x1'"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Ridge().fit(SparseMatrix(huge.sparseView()), y); },
                                   {"Ridge", "too large", "'x1'"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Ridge().fit(Matrix(huge.topRows(1)), Vector(y.head(1))); },
                                   {"Ridge", "too large"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Ridge().fit(small * 1e10, Vector(y * 1e305)); },
                                   {"Ridge", "y is too large"}));
  EXPECT_TRUE(Ridge().fit(small * 1e150, y).coef().allFinite());
}

TEST(Ridge, DoesNotCareForTheUnitOfTheTargets) {
  const LinearData data = diabetes();
  for (RidgeParams params :
       {RidgeParams{.alpha = 0.5, .positive = true},
        RidgeParams{
            .alpha = 0.5, .max_iter = 1000, .tol = 1e-12, .solver = RidgeSolver::sparse_cg}}) {
    const Vector expected = Ridge(params).fit(data.X, data.y).predict(data.X);
    for (const double unit : {1e200, 1e-200}) {
      const Vector y = unit * data.y.vector();
      EXPECT_LT(relative_difference(Ridge(params).fit(data.X, y).predict(data.X) / unit, expected),
                1e-9)
          << Ridge(params) << ", unit " << unit;
    }
  }
}

TEST(Ridge, RefusesNegativeAlphaByName) {
  EXPECT_TRUE(throws<InvalidParameter>(
      [] { Ridge({.alpha = -1.0}).fit(Matrix::Identity(2, 2), Vector::Ones(2)); },
      {"'alpha'", "Ridge", "[0, inf)", "-1"}));
}

}  // namespace
}  // namespace espalier
