// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/decompositions.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

namespace espalier::linalg {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

Matrix random_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(rows, cols, [&] { return random.normal(); });
}

/// rows × cols with these singular values, and zeros.
Matrix with_values(Index rows, Index cols, const Vector& values, std::uint64_t seed) {
  const Matrix U = orthonormalised<Matrix>(random_matrix(rows, values.size(), 2 * seed));
  const Matrix V = orthonormalised<Matrix>(random_matrix(cols, values.size(), 2 * seed + 1));
  return U * values.asDiagonal() * V.transpose();
}

/// What every decomposition promises, up to `tolerance` times the largest value.
void expect_decomposes(const Matrix& A, double tolerance = 1e-13) {
  const SingularValues svd = singular_value_decomposition(A);
  const Index s = std::min(A.rows(), A.cols());
  ASSERT_EQ(svd.values.size(), s);
  for (Index i = 1; i < s; ++i) EXPECT_LE(svd.values[i], svd.values[i - 1]);
  EXPECT_GE(svd.values[s - 1], 0.0);
  const Matrix identity = Matrix::Identity(s, s);
  EXPECT_LT((svd.U.transpose() * svd.U - identity).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_LT((svd.V.transpose() * svd.V - identity).cwiseAbs().maxCoeff(), 1e-13);
  const double scale = svd.values[0] > 0.0 ? svd.values[0] : 1.0;
  const Matrix rest = svd.U * (svd.values / scale).asDiagonal() * svd.V.transpose() - A / scale;
  EXPECT_LT(rest.norm(), tolerance);
}

/// One column for each level of two crossed factors: singular, with values that repeat.
Matrix dummies(Index a, Index b) {
  Matrix X = Matrix::Zero(a * b, a + b);
  for (Index i = 0; i < X.rows(); ++i) X(i, i % a) = X(i, a + i / a) = 1.0;
  return X;
}

TEST(SingularValueDecomposition, OfDummyVariables) {
  for (Index a = 2; a < 30; a += 4)
    for (Index b = 2; b < 40; b += 6) {
      const Matrix X = dummies(a, b);
      expect_decomposes(X);
      expect_decomposes(X.rowwise() - X.colwise().mean());
      const Vector values = singular_value_decomposition(X).values;
      EXPECT_NEAR(values[0], std::sqrt(static_cast<double>(a + b)), 1e-12);
      EXPECT_LT(values[a + b - 1], 1e-13);
    }
}

TEST(SingularValueDecomposition, OfMultipleValuesAndZeros) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Vector values = Vector::Ones(20);
    values.head(static_cast<Index>(seed % 5)).setConstant(5.0);
    const Matrix A = with_values(60, 40, values, seed);
    expect_decomposes(A);
    expect_decomposes(A.transpose());
    const Vector found = singular_value_decomposition(A).values;
    EXPECT_LT((found.head(20) - values).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LT(found.tail(20).maxCoeff(), 1e-13);
  }
}

TEST(SingularValueDecomposition, FindsSmallValuesToTheRoundingOfTheLargest) {
  const Vector values = Vector::NullaryExpr(
      60, [](Index i) { return std::pow(10.0, -0.25 * static_cast<double>(i)); });
  const Matrix A = with_values(80, 60, values, 1);
  expect_decomposes(A);
  const SingularValues svd = singular_value_decomposition(A);
  EXPECT_LT((svd.values - values).cwiseAbs().maxCoeff(), 10.0 * eps);
  EXPECT_LT((A * svd.V - svd.U * svd.values.asDiagonal()).cwiseAbs().maxCoeff(), 10.0 * eps);
}

TEST(SingularValueDecomposition, OfOddShapesAndSizes) {
  expect_decomposes(random_matrix(1, 1, 2));
  expect_decomposes(random_matrix(1, 7, 3));
  expect_decomposes(random_matrix(7, 1, 4));
  expect_decomposes(random_matrix(300, 300, 5));
  expect_decomposes(Matrix::Zero(4, 3));
  expect_decomposes(Matrix::Ones(5, 9));
  for (const double scale : {1e-300, 1e300}) expect_decomposes(scale * random_matrix(20, 12, 6));
  EXPECT_EQ(singular_value_decomposition(Matrix(0, 3)).V.rows(), 3);
  Matrix A = random_matrix(5, 4, 7);
  A(2, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(singular_value_decomposition(A).values.array().isNaN().all());
}

TEST(SingularValueDecomposition, HasTheSameBitsOnAnyNumberOfThreads) {
  const Matrix A = random_matrix(400, 300, 8);
  const auto on = [&](int n_threads) {
    const ThreadLimit limit(n_threads);
    return singular_value_decomposition(A);
  };
  const SingularValues one = on(1);
  for (const int n_threads : {2, 4, 7}) {
    const SingularValues several = on(n_threads);
    EXPECT_EQ(several.values, one.values);
    EXPECT_EQ(several.U, one.U);
    EXPECT_EQ(several.V, one.V);
  }
}

}  // namespace
}  // namespace espalier::linalg
