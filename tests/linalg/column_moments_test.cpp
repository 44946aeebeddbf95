// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/column_moments.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "support/instruction_sets.hpp"
#include "support/near.hpp"

namespace espalier::linalg {
namespace {

using testing_support::instruction_sets;
using testing_support::near;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class T>
class ColumnKernelsOf : public testing::Test {};
using Scalars = testing::Types<double, float>;
TYPED_TEST_SUITE(ColumnKernelsOf, Scalars);

template <class T>
using VectorOfScalars = Eigen::Matrix<T, Eigen::Dynamic, 1>;

template <class T>
VectorOfScalars<T> random_numbers(Index n, std::uint64_t seed) {
  Random random(seed);
  return VectorOfScalars<T>::NullaryExpr(n, [&] { return static_cast<T>(3.0 + random.normal()); });
}

/// By the definitions, in long double.
template <class T>
ColumnMoments naive_moments(const VectorOfScalars<T>& x, const Vector& weights) {
  long double weight = 0, sum = 0, squares = 0;
  const auto w = [&](Index i) -> long double { return weights.size() > 0 ? weights[i] : 1.0; };
  for (Index i = 0; i < x.size(); ++i)
    if (!std::isnan(x[i])) weight += w(i), sum += w(i) * static_cast<long double>(x[i]);
  if (weight == 0) return {};
  const long double mean = sum / weight;
  for (Index i = 0; i < x.size(); ++i)
    if (!std::isnan(x[i]))
      squares +=
          w(i) * (static_cast<long double>(x[i]) - mean) * (static_cast<long double>(x[i]) - mean);
  return {static_cast<double>(weight), static_cast<double>(mean), static_cast<double>(squares)};
}

void expect_near(const ColumnMoments& actual, const ColumnMoments& expected) {
  EXPECT_TRUE(near(actual.weight, expected.weight, 1e-14));
  EXPECT_TRUE(near(actual.mean, expected.mean, 1e-14));
  EXPECT_TRUE(near(actual.squares, expected.squares, 1e-13));
}

TYPED_TEST(ColumnKernelsOf, FindTheMomentsOfWhatIsNotMissing) {
  for (const Index n : {0, 1, 5, 31, 32, 33, 100, 1000})
    for (const bool holes : {false, true})
      for (const bool weighted : {false, true}) {
        VectorOfScalars<TypeParam> x = random_numbers<TypeParam>(n, 1);
        if (holes)
          for (Index i = 0; i < n; i += 3) x[i] = static_cast<TypeParam>(nan);
        const Vector weights =
            weighted ? Vector(random_numbers<double>(n, 2).cwiseAbs()) : Vector();
        for (const auto set : instruction_sets())
          expect_near(column_kernels<TypeParam>(set).moments(
                          x.data(), weighted ? weights.data() : nullptr, n),
                      naive_moments<TypeParam>(x, weights));
      }
}

TYPED_TEST(ColumnKernelsOf, StandardiseAndRestoreEachNumberWithOneRounding) {
  const VectorOfScalars<TypeParam> x = random_numbers<TypeParam>(101, 3);
  for (const auto set : instruction_sets())
    for (const Index n : {0, 1, 7, 8, 9, 101}) {
      const ColumnKernels<TypeParam>& kernels = column_kernels<TypeParam>(set);
      VectorOfScalars<TypeParam> to = VectorOfScalars<TypeParam>::Constant(102, -7);
      kernels.standardise(x.data(), n, 0.3, 1.7, to.data());
      for (Index i = 0; i < n; ++i)
        EXPECT_EQ(to[i], static_cast<TypeParam>((static_cast<double>(x[i]) - 0.3) / 1.7));
      EXPECT_EQ(to[n], TypeParam(-7));
      kernels.restore(x.data(), n, 0.3, 1.7, to.data());
      for (Index i = 0; i < n; ++i)  // a contraction may leave out a rounding
        EXPECT_TRUE(near(to[i], static_cast<TypeParam>(static_cast<double>(x[i]) * 1.7 + 0.3),
                         2.0 * std::numeric_limits<TypeParam>::epsilon()));
      EXPECT_EQ(to[n], TypeParam(-7));
    }
}

TEST(ColumnMoments, OfManyBlocksAreThoseOfTheWhole) {
  Matrix X(20'001, 3);
  X.col(0) = random_numbers<double>(X.rows(), 4);
  X.col(1) = random_numbers<double>(X.rows(), 5).array() * 1e-3 + 1e6;
  X.col(2).setConstant(nan);
  X(8200, 2) = 5.0;  // the first block has nothing
  const Vector weights = random_numbers<double>(X.rows(), 6).cwiseAbs();
  for (const Vector& w : {Vector(), weights}) {
    const std::vector<ColumnMoments> moments = column_moments(X, w);
    ASSERT_EQ(moments.size(), 3U);
    for (Index j = 0; j < 3; ++j) {
      const ColumnMoments expected = naive_moments<double>(X.col(j), w);
      const ColumnMoments& actual = moments[static_cast<std::size_t>(j)];
      EXPECT_TRUE(near(actual.weight, expected.weight, 1e-13));
      EXPECT_TRUE(near(actual.mean, expected.mean, 1e-14));
      EXPECT_TRUE(near(actual.squares, expected.squares, j == 1 ? 1e-7 : 1e-13)) << j;
    }
  }
}

TEST(ColumnMoments, OfABlockOfALargerMatrixAreThoseOfItsCopy) {
  const Matrix X = Matrix::Random(9000, 7);
  const Matrix copy = X.block(11, 2, 8500, 4);
  const auto of_block = column_moments(X.block(11, 2, 8500, 4), {});
  const auto of_copy = column_moments(copy, {});
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_EQ(of_block[j].mean, of_copy[j].mean);
    EXPECT_EQ(of_block[j].squares, of_copy[j].squares);
  }
}

TEST(ColumnMoments, HaveTheSameBitsForAnyNumberOfThreads) {
  const Matrix X = Matrix::Random(50'000, 9);
  const auto with = [&](int threads) {
    const ThreadLimit limit(threads);
    return column_moments(X, {});
  };
  const auto one = with(1);
  for (const int threads : {2, 4, 7}) {
    const auto more = with(threads);
    for (std::size_t j = 0; j < one.size(); ++j) {
      EXPECT_EQ(more[j].mean, one[j].mean);
      EXPECT_EQ(more[j].squares, one[j].squares);
    }
  }
}

}  // namespace
}  // namespace espalier::linalg
