// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/eigenpairs.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "linalg/block_lanczos.hpp"
#include "linalg/secular.hpp"
#include "linalg/spectral_kernels.hpp"
#include "linalg/tridiagonal.hpp"
#include "support/instruction_sets.hpp"

namespace espalier::linalg {
namespace {

using testing_support::instruction_sets;

constexpr double eps = std::numeric_limits<double>::epsilon();

Matrix random_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(rows, cols, [&] { return random.normal(); });
}

Matrix random_symmetric(Index n, std::uint64_t seed) {
  const Matrix A = random_matrix(n, n, seed);
  return A + A.transpose();
}

Matrix product(const Matrix& A, const Matrix& B) {
  Matrix C(A.rows(), B.cols());
  multiply(A, B, C);
  return C;
}

/// A = Q·diag(values)·Qᵀ for a random Q.
Matrix with_spectrum(const Vector& values, std::uint64_t seed) {
  const Index n = values.size();
  Matrix Q = Matrix::Identity(n, n);
  apply_reflections(tridiagonalise(random_symmetric(n, seed)), Q);
  const Matrix A = product(Q * values.asDiagonal(), Q.transpose());
  return 0.5 * (A + A.transpose());
}

/// What defines eigenpairs, to rounding: A·V = V·diag(values), VᵀV = I, values descending; and for
/// all pairs trace and norm, so that none is missing.
void expect_pairs_of(const Matrix& A, const Eigenpairs& pairs, Index k) {
  const Index n = A.rows();
  ASSERT_EQ(pairs.values.size(), k);
  ASSERT_EQ(pairs.vectors.rows(), n);
  ASSERT_EQ(pairs.vectors.cols(), k);
  const double norm = A.norm();
  const double bound = 40.0 * eps * std::sqrt(static_cast<double>(n) + 1.0);
  for (Index i = 1; i < k; ++i) EXPECT_GE(pairs.values[i - 1], pairs.values[i]);
  EXPECT_LE((product(A, pairs.vectors) - pairs.vectors * pairs.values.asDiagonal()).norm(),
            bound * norm);
  EXPECT_LE((product(pairs.vectors.transpose(), pairs.vectors) - Matrix::Identity(k, k)).norm(),
            bound * std::sqrt(static_cast<double>(k)));
  if (k < n) return;
  EXPECT_NEAR(pairs.values.sum(), A.trace(), bound * norm * std::sqrt(static_cast<double>(n)));
  EXPECT_NEAR(pairs.values.norm(), norm, bound * norm);
}

/// All pairs, and that the leading ones are the first of them.
void check(const Matrix& A, const char* what) {
  const Index n = A.rows();
  SCOPED_TRACE(testing::Message() << what << ", n = " << n);
  const Eigenpairs all = all_eigenpairs(A);
  expect_pairs_of(A, all, n);
  for (const Index k : {Index{1}, n / 3 + 1, n - 1}) {
    const Eigenpairs some = leading_eigenpairs(A, k);
    expect_pairs_of(A, some, k);
    EXPECT_LE((some.values - all.values.head(k)).cwiseAbs().maxCoeff(), 100.0 * eps * A.norm());
  }
}

TEST(Eigenpairs, SolveRandomMatricesOfAllSizes) {
  for (const Index n : {2, 3, 8, 31, 32, 33, 34, 65, 97, 130, 255, 257, 400})
    check(random_symmetric(n, 1), "random");
}

TEST(Eigenpairs, SolveClusters) {
  for (const Index n : {40, 150, 300}) {
    check(Matrix::Identity(n, n), "identity");
    check(Matrix::Ones(n, n), "rank one");
    Vector values(n);
    for (Index i = 0; i < n; ++i) values[i] = static_cast<double>(i % 3);
    check(with_spectrum(values, 2), "three values");
    check(with_spectrum(values, 2) + 1e-13 * random_symmetric(n, 3), "three clusters");
  }
}

TEST(Eigenpairs, SolveMatricesOfLowRank) {
  for (const Index n : {50, 200, 330}) {
    const Matrix B = random_matrix(n, n / 5, 4);
    check(B * B.transpose(), "rank n/5");
  }
}

TEST(Eigenpairs, SolveDiagonalAndTridiagonalMatrices) {
  for (const Index n : {5, 77, 301}) {
    Matrix A = Matrix::Zero(n, n);
    for (Index i = 0; i < n; ++i) A(i, i) = std::sin(static_cast<double>(i * i));
    check(A, "diagonal");
    for (Index i = 0; i < n; ++i) A(i, i) = std::abs(static_cast<double>(i - n / 2));
    for (Index i = 1; i < n; ++i) A(i, i - 1) = A(i - 1, i) = 1.0;
    check(A, "Wilkinson's, with pairs of values that agree in all digits");
    for (Index i = 1; i < n; ++i)
      if (i % 7 == 0) A(i, i - 1) = A(i - 1, i) = 1e-9;
    check(A, "glued");
  }
}

TEST(Eigenpairs, KnowTheSecondDifferences) {
  const Index n = 260;
  Matrix A = Matrix::Zero(n, n);
  A.diagonal().setConstant(2.0);
  A.diagonal(1).setConstant(-1.0);
  A.diagonal(-1).setConstant(-1.0);
  const Vector values = all_eigenpairs(A).values;
  for (Index i = 0; i < n; ++i) {
    const double angle =
        3.14159265358979323846 * static_cast<double>(n - i) / (2.0 * static_cast<double>(n + 1));
    EXPECT_NEAR(values[i], 4.0 * std::sin(angle) * std::sin(angle), 1e-14);
  }
}

TEST(Eigenpairs, AreThoseOfTheMatrixAtAnyScale) {
  const Matrix A = random_symmetric(90, 5);
  const Vector values = all_eigenpairs(A).values;
  for (const double scale : {1e-300, 1e-150, 1e150, 1e300})
    EXPECT_LE((all_eigenpairs(A * scale).values / scale - values).cwiseAbs().maxCoeff(),
              1e-13 * values[0]);
}

TEST(Eigenpairs, OfNothingZeroAndOneNumber) {
  EXPECT_EQ(all_eigenpairs(Matrix(0, 0)).values.size(), 0);
  EXPECT_EQ(leading_eigenpairs(Matrix::Identity(4, 4), 0).vectors.rows(), 4);
  EXPECT_EQ(all_eigenpairs(Matrix::Constant(1, 1, -3.0)).values[0], -3.0);
  const Eigenpairs zero = all_eigenpairs(Matrix::Zero(40, 40));
  EXPECT_EQ(zero.values, Vector::Zero(40));
  EXPECT_EQ(zero.vectors, (Matrix::Identity(40, 40)));
}

TEST(Eigenpairs, OfNumbersThatAreNotFiniteAreNaN) {
  Matrix A = random_symmetric(50, 7);
  A(20, 3) = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(leading_eigenpairs(A, 5).values.array().isNaN().all());
  A(20, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(leading_eigenpairs(A, 5).vectors.array().isNaN().all());
}

TEST(Eigenpairs, GiveTheSameBitsForAnyNumberOfThreads) {
  const Matrix A = random_symmetric(1300, 8);  // the largest products go in parallel
  const auto with = [&](int threads) {
    const ThreadLimit limit(threads);
    return leading_eigenpairs(A, 200);
  };
  const Eigenpairs one = with(1);
  for (const int threads : {2, 4, 7}) {
    const Eigenpairs more = with(threads);
    EXPECT_EQ(more.values, one.values) << threads;
    EXPECT_EQ(more.vectors, one.vectors) << threads;
  }
}

/// n eigenvalues: `signals` that fall like 1/i from 100 on, the rest about 1.
Matrix signals_in_noise(Index n, Index signals) {
  Random random(14);
  Vector values = Vector::NullaryExpr(n, [&] { return 1.0 + 0.1 * random.uniform(); });
  for (Index i = 0; i < signals; ++i) values[i] = 100.0 / static_cast<double>(i + 1);
  return with_spectrum(values, 15);
}

/// The leading pairs of A by its products.
LanczosResult<double> lanczos(const Matrix& A, Index k, Index most_products = 1000) {
  return block_lanczos<double>(A.rows(), [&](const Matrix& B) { return product(A, B); },
                               {.k = k, .most_products = most_products});
}

TEST(BlockLanczos, FindsThePairsOfTheFullDecompositionWhereTheSpectrumFalls) {
  const Index n = 600, k = 12;
  const Matrix A = signals_in_noise(n, 20);
  const auto found = lanczos(A, k);
  ASSERT_TRUE(found.converged);
  EXPECT_LT(found.n_iter, n / 20);
  expect_pairs_of(A, {found.values, found.basis}, k);
  const Eigenpairs all = all_eigenpairs(A);
  for (Index i = 0; i < k; ++i) {
    EXPECT_NEAR(found.values[i], 100.0 / static_cast<double>(i + 1), 1e-11);
    EXPECT_NEAR(std::abs(found.basis.col(i).dot(all.vectors.col(i))), 1.0, 1e-12);
  }
}

TEST(BlockLanczos, FindsAllCopiesAndEndsWithTheSpace) {
  const Index n = 500, k = 15;
  Vector values = Vector::Zero(n);
  values.head(40).setConstant(2.0);  // more copies than a block has columns
  values.tail(200).setConstant(-3.0);
  for (const Matrix& A :
       {with_spectrum(values, 16), Matrix(Matrix::Identity(n, n)), Matrix(Matrix::Ones(n, n))}) {
    const auto found = lanczos(A, k);
    ASSERT_TRUE(found.converged);
    expect_pairs_of(A, {found.values, found.basis}, k);
    EXPECT_LE((found.values - all_eigenpairs(A).values.head(k)).cwiseAbs().maxCoeff(),
              1e-13 * A.norm());
  }
}

TEST(BlockLanczos, EndsInACrowdAndTheFullDecompositionStepsIn) {
  Vector values = Vector::LinSpaced(600, 1.0, 1.0 + 1e-9);
  const Matrix A = with_spectrum(values, 17);
  EXPECT_FALSE(lanczos(A, 20, 30).converged);
  expect_pairs_of(A, leading_eigenpairs(A, 20), 20);
  const Matrix B = gram(random_matrix(900, 600, 17));
  for (const Index k : {20, 300}) expect_pairs_of(B, leading_eigenpairs(B, k), k);
}

TEST(BlockLanczos, HasTheSameBitsForAnyNumberOfThreads) {
  const Matrix A = signals_in_noise(400, 16);
  const auto with = [&](int threads) {
    const ThreadLimit limit(threads);
    return lanczos(A, 6);
  };
  const auto one = with(1);
  EXPECT_TRUE(one.converged);
  for (const int threads : {2, 4, 7}) EXPECT_EQ(with(threads).basis, one.basis) << threads;
}

TEST(SpectralKernels, MultiplyByTheLowerTriangleOfASymmetricMatrix) {
  for (const Index n : {1, 3, 4, 5, 11, 40, 67}) {
    const Matrix A = random_symmetric(n, 9);
    const Vector x = random_matrix(n, 1, 10), before = random_matrix(n, 1, 11);
    Matrix lower = A;
    lower.triangularView<Eigen::StrictlyUpper>().setConstant(
        std::numeric_limits<double>::quiet_NaN());
    Vector expected = before;
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) expected[i] += A(i, j) * x[j];
    for (const auto set : instruction_sets()) {
      Vector y = before;
      const Index split = n / 3;
      for (const auto& [begin, end] : {std::pair{Index{0}, split}, std::pair{split, n}})
        spectral_kernels(set).symmetric_columns(n, lower.data(), n, begin, end, x.data(), y.data());
      EXPECT_LE((y - expected).cwiseAbs().maxCoeff(), 1e-13) << n;
    }
  }
}

TEST(SpectralKernels, SumOverPolesAsTheDefinitionSays) {
  for (const Index n : {0, 1, 7, 8, 21}) {
    const Vector pole = random_matrix(n, 1, 12), weight = random_matrix(n, 1, 13).cwiseAbs();
    double value = 0.0, slope = 0.0;
    for (Index i = 0; i < n; ++i) {
      const double distance = pole[i] - 5.0 - 0.25;
      value += weight[i] / distance;
      slope += weight[i] / (distance * distance);
    }
    for (const auto set : instruction_sets()) {
      const PoleSums sums =
          spectral_kernels(set).pole_sums(n, pole.data(), weight.data(), 5.0, 0.25);
      EXPECT_NEAR(sums.value, value, 1e-14);
      EXPECT_NEAR(sums.slope, slope, 1e-14);
    }
  }
}

TEST(RankOneUpdate, InterlacesAndGivesOrthogonalVectorsForPolesOfAllDistances) {
  const Index n = 60;
  Vector d(n), z(n);
  for (Index i = 0; i < n; ++i) {
    d[i] = i == 0 ? -1.0 : d[i - 1] + std::pow(10.0, -static_cast<double>(i % 15));
    z[i] = (i % 2 == 0 ? 1.0 : -1.0) * std::pow(10.0, -static_cast<double>(i % 4));
  }
  const double rho = 0.3;
  const RankOneUpdate update = update_rank_one(d, z, rho);
  for (Index j = 0; j < n; ++j) {
    EXPECT_LE(d[j], update.values[j]);
    EXPECT_LE(update.values[j], j + 1 < n ? d[j + 1] : d[j] + rho * z.squaredNorm());
  }
  Matrix vectors(n, n);
  for (Index j = 0; j < n; ++j)
    vectors.col(j) = update.z.cwiseQuotient(update.differences.col(j)).normalized();
  EXPECT_LE((vectors.transpose() * vectors - Matrix::Identity(n, n)).cwiseAbs().maxCoeff(), 1e-14);
  const Matrix A = Matrix(d.asDiagonal()) + rho * z * z.transpose();
  EXPECT_LE((A * vectors - vectors * update.values.asDiagonal()).cwiseAbs().maxCoeff(), 1e-13);
}

}  // namespace
}  // namespace espalier::linalg
