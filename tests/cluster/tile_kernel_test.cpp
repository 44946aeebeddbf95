// SPDX-License-Identifier: BSD-3-Clause
// The kernels of k-means beside distances written down plainly, on every instruction set.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "cluster/kmeans/centers.hpp"
#include "reference/kmeans_naive.hpp"

namespace espalier::kmeans {
namespace {

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set :
       {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512})
    if (set <= best_instruction_set()) sets.push_back(set);
  return sets;
}

/// A tile of random rows and k random centres, as the kernels and as the reference read them.
template <class T>
struct Problem {
  Problem(Index k, Index p, std::uint64_t seed) : rows(tile_rows, p), centers(k, p), tile(64 * p) {
    Random random(seed);
    for (Index j = 0; j < p; ++j)
      for (Index i = 0; i < tile_rows; ++i) {
        const T value = static_cast<T>(random.normal());
        rows(i, j) = static_cast<double>(value);
        tile[static_cast<std::size_t>(j * tile_rows + i)] = value;
      }
    for (double& value : centers.reshaped())
      value = static_cast<double>(static_cast<T>(random.normal()));
  }

  Matrix rows;
  CenterMatrix centers;
  detail::AlignedArray<T> tile;
};

template <class T>
class TileKernel : public testing::Test {
 protected:
  static constexpr double epsilon = std::numeric_limits<T>::epsilon();
  alignas(64) T score[tile_rows];
  alignas(64) std::int32_t label[tile_rows];
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(TileKernel, Scalars);

TYPED_TEST(TileKernel, FindsTheNearestCentre) {
  for (const Index k : {1, 2, 3, 4, 5, 8, 31})
    for (const Index p : {1, 2, 7, 32}) {
      const Problem<TypeParam> problem(k, p, static_cast<std::uint64_t>(100 * k + p));
      const PackedCenters<TypeParam> packed(problem.centers);
      for (const InstructionSet set : instruction_sets()) {
        nearest_centers(problem.tile.data(), packed.view(), tile_rows, this->score, this->label,
                        set);
        for (Index i = 0; i < tile_rows; ++i) {
          const Eigen::RowVectorXd x = problem.rows.row(i);
          const int expected = reference::naive_nearest(problem.centers, x);
          ASSERT_GE(this->label[i], 0);
          ASSERT_LT(this->label[i], k);
          // Another one only where rounding decides.
          const double found = (x - problem.centers.row(this->label[i])).squaredNorm();
          const double least = (x - problem.centers.row(expected)).squaredNorm();
          ASSERT_LE(found - least, 200.0 * TestFixture::epsilon) << "k " << k << ", p " << p;
          ASSERT_NEAR(static_cast<double>(this->score[i]), 0.5 * (found - x.squaredNorm()),
                      200.0 * TestFixture::epsilon);
        }
      }
    }
}

TYPED_TEST(TileKernel, TakesTheLowestOfEqualCentres) {
  Problem<TypeParam> problem(11, 3, 5);
  problem.centers.row(6) = problem.centers.row(2);
  problem.centers.row(9) = problem.centers.row(2);
  const PackedCenters<TypeParam> packed(problem.centers);
  int taken = 0;
  for (const InstructionSet set : instruction_sets()) {
    nearest_centers(problem.tile.data(), packed.view(), tile_rows, this->score, this->label, set);
    for (const std::int32_t found : this->label) {
      EXPECT_NE(found, 6);
      EXPECT_NE(found, 9);
      taken += found == 2 ? 1 : 0;
    }
  }
  EXPECT_GT(taken, 0);
}

TYPED_TEST(TileKernel, FindsTheSecondNearest) {
  for (const Index k : {1, 2, 3, 9}) {
    const Problem<TypeParam> problem(k, 6, static_cast<std::uint64_t>(k));
    const PackedCenters<TypeParam> packed(problem.centers);
    alignas(64) TypeParam plain_score[tile_rows], second[tile_rows];
    alignas(64) std::int32_t plain_label[tile_rows];
    for (const InstructionSet set : instruction_sets()) {
      nearest_centers(problem.tile.data(), packed.view(), tile_rows, plain_score, plain_label, set);
      two_nearest_centers(problem.tile.data(), packed.view(), tile_rows, this->score, this->label,
                          second, set);
      for (Index i = 0; i < tile_rows; ++i) {
        EXPECT_EQ(this->label[i], plain_label[i]);
        EXPECT_EQ(this->score[i], plain_score[i]);
        double expected = std::numeric_limits<double>::infinity();
        for (Index c = 0; c < k; ++c)
          if (c != plain_label[i])
            expected = std::min(expected, 0.5 * problem.centers.row(c).squaredNorm() -
                                              problem.rows.row(i).dot(problem.centers.row(c)));
        if (k == 1)
          EXPECT_EQ(static_cast<double>(second[i]), expected);
        else
          EXPECT_NEAR(static_cast<double>(second[i]), expected, 200.0 * TestFixture::epsilon);
      }
    }
  }
}

TYPED_TEST(TileKernel, HasOneResultOnAvx2AndAvx512) {
  if (best_instruction_set() != InstructionSet::avx512) GTEST_SKIP() << "there is no AVX-512";
  const Problem<TypeParam> problem(50, 9, 8);
  const PackedCenters<TypeParam> packed(problem.centers);
  alignas(64) TypeParam other[tile_rows];
  nearest_centers(problem.tile.data(), packed.view(), tile_rows, this->score, this->label,
                  InstructionSet::avx512);
  nearest_centers(problem.tile.data(), packed.view(), tile_rows, other, this->label,
                  InstructionSet::avx2);
  EXPECT_TRUE(std::equal(other, other + tile_rows, this->score));
}

TYPED_TEST(TileKernel, MeasuresSquaredDistances) {
  for (const Index k : {1, 4, 6}) {
    const Problem<TypeParam> problem(k, 13, 3);
    const PackedCenters<TypeParam> packed(problem.centers);
    detail::AlignedArray<TypeParam> distance(static_cast<std::size_t>(tile_rows * packed.size()));
    for (const InstructionSet set : instruction_sets()) {
      squared_distances(problem.tile.data(), packed.view(), tile_rows, distance.data(), set);
      for (Index c = 0; c < k; ++c)
        for (Index i = 0; i < tile_rows; ++i) {
          const double expected = (problem.rows.row(i) - problem.centers.row(c)).squaredNorm();
          EXPECT_NEAR(static_cast<double>(distance[static_cast<std::size_t>(64 * c + i)]), expected,
                      20.0 * TestFixture::epsilon * expected);
        }
    }
  }
}

}  // namespace
}  // namespace espalier::kmeans
