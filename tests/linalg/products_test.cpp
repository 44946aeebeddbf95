// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/products.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "linalg/blocked_product.hpp"
#include "reference/products_naive.hpp"

namespace espalier::linalg {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class T>
using MatrixOf = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
MatrixOf<T> random_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  return MatrixOf<T>::NullaryExpr(rows, cols, [&] { return static_cast<T>(random.normal()); });
}

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set :
       {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512})
    if (set <= best_instruction_set()) sets.push_back(set);
  return sets;
}

/// Rounding of sums of k products of numbers about 1.
template <class T>
double tolerance(Index k) {
  return 8.0 * std::numeric_limits<T>::epsilon() * std::sqrt(static_cast<double>(k) + 1.0) *
         std::log2(static_cast<double>(k) + 4.0);
}

template <class T>
class Products : public testing::Test {};
using Scalars = testing::Types<double, float>;
TYPED_TEST_SUITE(Products, Scalars);

/// One product of m × k and k × n by every instruction set and in all four orientations, written
/// into the middle of a larger matrix whose margin must stay.
template <class T>
void check_shape(Index m, Index n, Index k) {
  SCOPED_TRACE(testing::Message() << m << " x " << n << " x " << k);
  const MatrixOf<T> A = random_matrix<T>(m, k, 1), B = random_matrix<T>(k, n, 2);
  const MatrixOf<T> At = A.transpose(), Bt = B.transpose();
  const MatrixOf<T> before = random_matrix<T>(m + 3, n + 2, 3);
  const Matrix expected =
      reference::multiply(A.template cast<double>(), B.template cast<double>(),
                          before.block(2, 1, m, n).template cast<double>(), 0.75, -0.5);
  for (const InstructionSet set : instruction_sets())
    for (const bool left_along : {false, true})
      for (const bool right_along : {false, true}) {
        MatrixOf<T> C = before;
        const MatrixOf<T>& left = left_along ? At : A;
        const MatrixOf<T>& right = right_along ? B : Bt;
        multiply(Product<T, T>{m,
                               n,
                               k,
                               {left.data(), left.outerStride(), left_along},
                               {right.data(), right.outerStride(), right_along},
                               T(0.75),
                               T(-0.5),
                               C.data() + C.outerStride() + 2,
                               C.outerStride()},
                 set);
        const double worst =
            (m * n == 0)
                ? 0.0
                : (C.block(2, 1, m, n).template cast<double>() - expected).cwiseAbs().maxCoeff();
        EXPECT_LE(worst, tolerance<T>(k)) << static_cast<int>(set);
        C.block(2, 1, m, n) = before.block(2, 1, m, n);
        EXPECT_EQ(C, before) << "the margin was written";
      }
}

TYPED_TEST(Products, AgreeWithTheNaiveOnesOverOddShapes) {
  for (const Index m : {1, 7, 16, 25, 49, 97})
    for (const Index n : {1, 4, 5, 8, 17})
      for (const Index k : {0, 1, 2, 15, 33}) check_shape<TypeParam>(m, n, k);
}

TYPED_TEST(Products, AgreeWithTheNaiveOnesWhereTilesAndDepthAreCut) {
  check_shape<TypeParam>(500, 401, 300);
  check_shape<TypeParam>(33, 21, 9001);
  check_shape<TypeParam>(1500, 3, 700);
  check_shape<TypeParam>(3, 900, 650);
}

TYPED_TEST(Products, OfNothingAreNothing) {
  for (const auto& [m, n, k] : {std::array<Index, 3>{0, 5, 3}, {5, 0, 3}, {0, 0, 0}})
    check_shape<TypeParam>(m, n, k);
  MatrixOf<TypeParam> C = MatrixOf<TypeParam>::Constant(2, 3, TypeParam(nan));
  multiply(MatrixOf<TypeParam>(2, 0), MatrixOf<TypeParam>(0, 3), C);
  EXPECT_EQ(C, (MatrixOf<TypeParam>::Zero(2, 3)));
}

TYPED_TEST(Products, DoNotReadWhatBetaZeroThrowsAway) {
  const auto A = random_matrix<TypeParam>(30, 20, 1), B = random_matrix<TypeParam>(20, 9, 2);
  MatrixOf<TypeParam> C = MatrixOf<TypeParam>::Constant(30, 9, TypeParam(nan));
  multiply(A, B, C);
  EXPECT_TRUE(C.array().isFinite().all());
}

TYPED_TEST(Products, CarryAMissingNumberToItsRowAndNoFurther) {
  auto A = random_matrix<TypeParam>(50, 40, 1);
  const auto B = random_matrix<TypeParam>(40, 30, 2);
  A(17, 5) = TypeParam(nan);
  MatrixOf<TypeParam> C(50, 30);
  multiply(A, B, C);
  for (Index i = 0; i < C.rows(); ++i)
    EXPECT_EQ(C.row(i).array().isNaN().count(), i == 17 ? 30 : 0);
}

TYPED_TEST(Products, OfEigenTypesTransposeWhatTheirNamesSay) {
  const auto A = random_matrix<TypeParam>(60, 35, 1), B = random_matrix<TypeParam>(35, 12, 2);
  const MatrixOf<TypeParam> At = A.transpose(), Bt = B.transpose();
  const MatrixOf<TypeParam> expected = A * B;
  const auto near = [&](const MatrixOf<TypeParam>& C) {
    return (C - expected).cwiseAbs().maxCoeff() < tolerance<TypeParam>(35);
  };
  MatrixOf<TypeParam> C(60, 12);
  multiply(A, B, C);
  EXPECT_TRUE(near(C));
  multiply_transposed(At, B, C);
  EXPECT_TRUE(near(C));
  multiply_by_transposed(A, Bt, C);
  EXPECT_TRUE(near(C));
  multiply(A.topRows(10), B.leftCols(4), C.block(50, 8, 10, 4));
  EXPECT_TRUE((C.block(50, 8, 10, 4) - expected.topLeftCorner(10, 4)).cwiseAbs().maxCoeff() <
              tolerance<TypeParam>(35));
}

template <class T, class Compute>
void expect_same_bits(const Compute& compute) {
  const auto with = [&](int threads) {
    const ThreadLimit limit(threads);
    return compute();
  };
  const auto one = with(1);
  for (const int threads : {2, 4, 7}) EXPECT_EQ(with(threads), one) << threads << " threads";
}

TYPED_TEST(Products, GiveTheSameBitsForAnyNumberOfThreads) {
  using M = MatrixOf<TypeParam>;
  const M A = random_matrix<TypeParam>(700, 310, 1), B = random_matrix<TypeParam>(310, 500, 2);
  const M tall = random_matrix<TypeParam>(30'000, 28, 3);
  expect_same_bits<TypeParam>([&] {
    M C(700, 500);
    multiply(A, B, C);
    return C;
  });
  expect_same_bits<TypeParam>([&] { return gram(tall); });
  expect_same_bits<TypeParam>([&] {
    M C(28, 5);
    multiply_transposed(tall, tall.leftCols(5), C);
    return C;
  });
}

double relative_error(const Matrix& actual, const Matrix& expected) {
  return (actual - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
}

TYPED_TEST(Products, GramAgreesWithTheNaiveOne) {
  const double bound = std::is_same_v<TypeParam, double> ? 1e-14 : 1e-6;
  for (const Index p : {1, 5, 28, 65, 130}) {
    const auto X = random_matrix<TypeParam>(1234, p, 5);
    const Matrix Xd = X.template cast<double>();
    Random random(6);
    const Vector centre =
        random_matrix<TypeParam>(p, 1, 7).template cast<double>();  // of floats: exact
    const Vector weights = random_matrix<float>(1234, 1, 8).cwiseAbs().template cast<double>();
    EXPECT_LE(relative_error(gram(X), reference::gram(Xd, {}, {})), bound);
    EXPECT_LE(relative_error(gram(X, centre), reference::gram(Xd, centre, {})), bound);
    EXPECT_LE(relative_error(gram(X, centre, weights), reference::gram(Xd, centre, weights)),
              bound);
    EXPECT_LE(relative_error(gram(X, {}, weights), reference::gram(Xd, {}, weights)), bound);
    const Matrix G = gram(X, centre, weights);
    EXPECT_EQ(G, G.transpose());
  }
}

TYPED_TEST(Products, GramOfABlockOfLargerMatrixIsThatOfItsCopy) {
  const auto X = random_matrix<TypeParam>(900, 40, 5);
  const MatrixOf<TypeParam> copy = X.block(13, 7, 800, 21);
  EXPECT_EQ(gram(X.block(13, 7, 800, 21)), gram(copy));
}

TYPED_TEST(Products, GramOfRowsIsThatOfTheTransposed) {
  const double bound = std::is_same_v<TypeParam, double> ? 1e-14 : 1e-6;
  const auto X = random_matrix<TypeParam>(75, 1001, 5);
  const MatrixOf<TypeParam> Xt = X.transpose();
  EXPECT_LE(relative_error(gram_of_rows(X), gram(Xt)), bound);
  const Vector centre = random_matrix<TypeParam>(1001, 1, 7).template cast<double>();
  const Matrix centred = X.template cast<double>().rowwise() - centre.transpose();
  EXPECT_LE(relative_error(gram_of_rows(X, centre), reference::gram(centred.transpose(), {}, {})),
            bound);
}

TEST(Gram, OfManyFloatsKeepsTheDigitsOfDoubleSums) {
  const Matrix32 X = Matrix32::Constant(2'000'000, 1, 1.0F);
  EXPECT_EQ(gram(X)(0, 0), 2e6);
  const Matrix32 Y = Matrix32::Constant(2'000'000, 1, 0.1F);
  const double square = static_cast<double>(0.1F) * static_cast<double>(0.1F);
  EXPECT_NEAR(gram(Y)(0, 0) / (2e6 * square), 1.0, 3e-5);  // 512 roundings at most; not 2 million
}

}  // namespace
}  // namespace espalier::linalg
