// SPDX-License-Identifier: BSD-3-Clause
// The kernels of Elkan's search beside the tile kernel and plain loops, on every instruction set.
#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "cluster/kmeans/center_bounds.hpp"
#include "cluster/kmeans/centers.hpp"
#include "support/instruction_sets.hpp"

namespace espalier::kmeans {
namespace {

using testing_support::instruction_sets;

template <class T>
class RowKernel : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(RowKernel, Scalars);

TYPED_TEST(RowKernel, ScoresHaveTheBitsOfTheTileKernel) {
  using T = TypeParam;
  constexpr Index k = 43;
  for (const Index p : {1, 3, 20}) {
    Random random(static_cast<std::uint64_t>(p));
    const CenterMatrix centers = CenterMatrix::NullaryExpr(k, p, [&] { return random.normal(); });
    detail::AlignedArray<T> tile(static_cast<std::size_t>(tile_rows * p));
    for (std::size_t i = 0; i < tile.size(); ++i) tile[i] = static_cast<T>(random.normal());
    const PackedCenters<T> packed(centers);
    // One group left out, and a number of them that is no multiple of four.
    const std::vector<std::int32_t> groups{0, 1, 2, 4, 5, 6, 7, 8, 10};
    for (const InstructionSet set : instruction_sets())
      for (Index i = 0; i < tile_rows; ++i) {
        std::vector<T> score(static_cast<std::size_t>(packed.size()), T{-1});
        scores_of_row(tile.data() + i, packed.view(), groups.data(),
                      static_cast<Index>(groups.size()), score.data(), set);
        for (Index c = 0; c < packed.size(); ++c) {
          T expected = T{-1};
          if (c == k) {
            expected = std::numeric_limits<T>::infinity();
          } else if (std::binary_search(groups.begin(), groups.end(), c / group_size)) {
            const PackedCenters<T> alone(centers.row(c));
            alignas(64) T found[tile_rows];
            alignas(64) std::int32_t label[tile_rows];
            nearest_centers(tile.data(), alone.view(), tile_rows, found, label, set);
            expected = found[i];
          }
          ASSERT_EQ(score[static_cast<std::size_t>(c)], expected) << "centre " << c << ", p " << p;
        }
      }
  }
}

TYPED_TEST(RowKernel, FindsTheGroupsThatBoundsLeave) {
  using T = TypeParam;
  Random random(1);
  for (const Index n_groups : {1, 2, 9})
    for (int repeat = 0; repeat < 20; ++repeat) {
      const auto n = static_cast<std::size_t>(n_groups * group_size);
      std::vector<T> bound(n), moved(n);
      for (T& b : bound) b = static_cast<T>(1.0 + random.uniform());
      for (T& m : moved) m = static_cast<T>(0.1 * random.uniform());
      const T reach = static_cast<T>(1.25);
      std::vector<std::int32_t> expected;
      T expected_least = std::numeric_limits<T>::infinity();
      for (std::size_t c = 0; c < n; ++c) {
        const T now = bound[c] - moved[c];
        const auto group = static_cast<std::int32_t>(c / group_size);
        if (now > reach)
          expected_least = std::min(expected_least, now);
        else if (expected.empty() || expected.back() != group)
          expected.push_back(group);
      }
      for (const InstructionSet set : instruction_sets()) {
        std::vector<std::int32_t> groups(static_cast<std::size_t>(n_groups));
        T least = 0;
        const auto count = undecided_groups(bound.data(), moved.data(), n_groups, reach,
                                            groups.data(), least, set);
        groups.resize(static_cast<std::size_t>(count));
        EXPECT_EQ(groups, expected);
        EXPECT_EQ(least, expected_least);
      }
    }
}

TYPED_TEST(RowKernel, BoundsFollowTheirCentres) {
  CenterBounds<TypeParam> bounds(2, 6);
  std::vector<std::int32_t> groups(2);
  double others = 0.0;
  for (Index c = 0; c < 6; ++c) bounds.set(1, c, 1.0 + static_cast<double>(c));
  bounds.exclude(1, 0);
  bounds.exclude_padding(1);
  EXPECT_EQ(bounds.undecided(1, 1.9, groups.data(), others), 0);
  EXPECT_LE(others, 2.0);
  EXPECT_NEAR(others, 2.0, 1e-5);
  bounds.centers_moved(Vector{{9.0, 0.2, 0.0, 0.0, 0.0, 1.5}});
  ASSERT_EQ(bounds.undecided(1, 1.9, groups.data(), others), 1);  // 1.8 to centre 1, now
  EXPECT_EQ(groups[0], 0);
  EXPECT_LE(others, 3.0);
  EXPECT_NEAR(others, 3.0, 1e-5);
  bounds.centers_moved(Vector{{0.0, 0.0, 0.0, 0.0, 0.0, 2.7}});
  EXPECT_EQ(bounds.undecided(1, 1.9, groups.data(), others), 2);  // and 1.8 to centre 5
  bounds.set(1, 1, 3.0);
  bounds.set(1, 5, 3.0);
  EXPECT_EQ(bounds.undecided(1, 1.9, groups.data(), others), 0);  // as they are measured now
}

}  // namespace
}  // namespace espalier::kmeans
