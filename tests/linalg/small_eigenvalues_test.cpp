// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/small_eigenvalues.hpp"

#include <Eigen/Eigenvalues>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

namespace espalier::linalg {
namespace {

Matrix random_symmetric(Index n) {
  Random random(static_cast<std::uint64_t>(n));
  const Matrix A = Matrix::NullaryExpr(n, n, [&] { return random.normal(); });
  return A + A.transpose();
}

void expect_eigenvalues(const Matrix& A) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(A, Eigen::EigenvaluesOnly);
  const Vector found = small_eigenvalues(A);
  ASSERT_EQ(found.size(), A.rows());
  const double size = A.cwiseAbs().maxCoeff() * static_cast<double>(A.rows());
  EXPECT_LE((found - solver.eigenvalues()).cwiseAbs().maxCoeff(), 1e-14 * size);
}

TEST(SmallEigenvalues, AreThoseOfARotatingSolver) {
  EXPECT_EQ(small_eigenvalues(Matrix(0, 0)).size(), 0);
  for (const Index n : {1, 2, 3, 5, 10, 33, 64}) {
    const Matrix A = random_symmetric(n);
    expect_eigenvalues(A);
    expect_eigenvalues(A * A);      // positive
    expect_eigenvalues(1e200 * A);  // squares would overflow
    expect_eigenvalues(1e-200 * A);
  }
}

TEST(SmallEigenvalues, OfSingularAndOfSplitMatrices) {
  Matrix A = random_symmetric(12);
  A.topRightCorner(6, 6).setZero();
  A.bottomLeftCorner(6, 6).setZero();
  expect_eigenvalues(A);
  const Vector v = random_symmetric(12).col(0);
  expect_eigenvalues(v * v.transpose());
  expect_eigenvalues(Matrix::Identity(9, 9));
  expect_eigenvalues(Matrix::Zero(9, 9));
  Matrix zero_diagonal = Matrix::Zero(8, 8);
  zero_diagonal.diagonal(-1).setOnes();
  zero_diagonal.diagonal(1).setOnes();
  expect_eigenvalues(zero_diagonal);
  expect_eigenvalues(Vector(Vector::LinSpaced(30, -15.0, 5.0).array().unaryExpr([](double e) {
                       return std::pow(10.0, e);
                     })).asDiagonal());
}

TEST(SmallEigenvalues, OfNumbersThatAreNotFiniteAreNaN) {
  Matrix A = random_symmetric(4);
  A(2, 1) = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(small_eigenvalues(A).array().isNaN().all());
}

}  // namespace
}  // namespace espalier::linalg
