// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/cholesky.hpp"

#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

namespace espalier::linalg {
namespace {

Matrix positive_definite(Index n) {
  Random random(1);
  const Matrix B = Matrix::NullaryExpr(n, n, [&] { return random.normal(); });
  return Matrix::Identity(n, n) * static_cast<double>(n) + B * B.transpose();
}

TEST(Cholesky, GivesBackTheMatrixFromItsLowerTriangle) {
  for (const Index n : {1, 2, 64, 127, 128, 129, 300, 517}) {
    const Matrix A = positive_definite(n);
    Matrix factor = A;
    factor.triangularView<Eigen::StrictlyUpper>().setConstant(
        std::numeric_limits<double>::quiet_NaN());
    ASSERT_TRUE(factorise_cholesky(factor));
    const Matrix L = factor.triangularView<Eigen::Lower>();
    EXPECT_LE((L * L.transpose() - A).norm(), 1e-14 * A.norm()) << n;
    EXPECT_GT(L.diagonal().minCoeff(), 0.0);
  }
  Matrix nothing(0, 0);
  EXPECT_TRUE(factorise_cholesky(nothing));
}

TEST(Cholesky, WorksInsideALargerMatrix) {
  const Matrix A = positive_definite(200);
  Matrix larger = Matrix::Constant(210, 205, 7.0);
  larger.block(4, 3, 200, 200) = A;
  ASSERT_TRUE(factorise_cholesky(larger.block(4, 3, 200, 200)));
  Matrix alone = A;
  ASSERT_TRUE(factorise_cholesky(alone));
  EXPECT_EQ((Matrix(larger.block(4, 3, 200, 200).triangularView<Eigen::Lower>())),
            (Matrix(alone.triangularView<Eigen::Lower>())));
  EXPECT_EQ(larger.topRows(4), Matrix::Constant(4, 205, 7.0));
  EXPECT_EQ(larger.leftCols(3), Matrix::Constant(210, 3, 7.0));
}

TEST(Cholesky, RefusesWhatIsNotPositiveDefinite) {
  for (const Index bad : {0, 100, 299}) {
    Matrix A = positive_definite(300);
    A(bad, bad) = -1.0;
    EXPECT_FALSE(factorise_cholesky(A)) << bad;
    A = positive_definite(300);
    A(bad, bad) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(factorise_cholesky(A)) << bad;
  }
}

TEST(Cholesky, GivesTheSameBitsForAnyNumberOfThreads) {
  const auto with = [](int threads) {
    const ThreadLimit limit(threads);
    Matrix A = positive_definite(600);
    EXPECT_TRUE(factorise_cholesky(A));
    return Matrix(A.triangularView<Eigen::Lower>());
  };
  const Matrix one = with(1);
  for (const int threads : {2, 4, 7}) EXPECT_EQ(with(threads), one) << threads;
}

}  // namespace
}  // namespace espalier::linalg
