// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/grower.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>

#include "ensemble/engine_data.hpp"
#include "reference/hgb_naive.hpp"

namespace espalier::hgb {
namespace {

class GrowerTest : public testing::Test {
 protected:
  EngineData data{3000, 5};
  std::vector<FeatureBins> bins = find_bins(data.table(), data.categories, {}, {.max_bins = 60});
  BinnedMatrix matrix{data.table(), bins};
  std::vector<float> g = data.gradients();
  std::vector<float> h = data.hessians();

  BoostedTrees empty_model() const {
    BoostedTrees trees;
    trees.n_features = 5;
    trees.baseline = Vector::Zero(1);
    return trees;
  }

  BoostedTrees grow(const GrowerOptions& options) {
    TreeGrower grower(matrix, bins, options);
    Random random(1);
    grower.grow(PairedGradients(g, h), random);
    BoostedTrees trees = empty_model();
    grower.append_to(trees);
    trees.check();
    return trees;
  }

  std::vector<double> values_of(const TreeGrower& grower) const {
    std::vector<double> raw(3000, 0.0);
    grower.add_to(raw.data());
    return raw;
  }

  /// That each row has the value of the leaf it reaches.
  void expect_leaf_values(const BoostedTrees& trees, const std::vector<double>& raw) const {
    for (Index i = 0; i < 3000; ++i) {
      Vector row(5);
      for (Index f = 0; f < 5; ++f)
        row[f] = data.columns[static_cast<std::size_t>(f)][static_cast<std::size_t>(i)];
      ASSERT_EQ(raw[static_cast<std::size_t>(i)], naive::predict(trees, row, 0));
    }
  }

  static int leaves(const BoostedTrees& trees) {
    return static_cast<int>(std::count_if(trees.nodes.begin(), trees.nodes.end(),
                                          [](const TreeNode& n) { return n.is_leaf(); }));
  }

  /// Edges from the root to the deepest leaf.
  static int depth(const BoostedTrees& trees, std::int32_t node = 0) {
    const TreeNode& n = trees.nodes[static_cast<std::size_t>(node)];
    return n.is_leaf() ? 0 : 1 + std::max(depth(trees, node + 1), depth(trees, n.right));
  }
};

TEST_F(GrowerTest, EachRowGetsTheValueOfItsLeaf) {
  TreeGrower grower(matrix, bins, {.max_leaf_nodes = 20});
  Random random(1);
  grower.grow(PairedGradients(g, h), random);
  BoostedTrees trees = empty_model();
  grower.append_to(trees);
  const std::vector<double> raw = values_of(grower);
  expect_leaf_values(trees, raw);
}

TEST_F(GrowerTest, LeavesHoldTheNewtonStepTimesTheShrinkage) {
  const GrowerOptions options{
      .split = {.l2_regularization = 3.0}, .max_leaf_nodes = 12, .shrinkage = 0.25};
  TreeGrower grower(matrix, bins, options);
  Random random(1);
  grower.grow(PairedGradients(g, h), random);
  std::vector<double> raw(3000, 0.0);
  grower.add_to(raw.data());
  std::vector<double> values = raw;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  ASSERT_EQ(values.size(), 12U);
  for (const double value : values) {
    double gradient = 0.0;
    double hessian = 0.0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != value) continue;
      gradient += static_cast<double>(g[i]);
      hessian += static_cast<double>(h[i]);
    }
    EXPECT_NEAR(value, -0.25 * gradient / (hessian + 3.0), 1e-12);
  }
}

TEST_F(GrowerTest, KnowsOnlyTheRowsDrawn) {
  std::vector<Row> rows;
  for (Row row = 0; row < 3000; ++row)
    if (row * 7 % 10 < 4) rows.push_back(row);
  TreeGrower grower(matrix, bins, {.max_leaf_nodes = 20});
  Random random(1);
  grower.draw(rows);
  grower.grow(PairedGradients(g, h), random);
  BoostedTrees trees = empty_model();
  grower.append_to(trees);
  EXPECT_EQ(trees.infos[0].count, static_cast<double>(rows.size()));
  const std::vector<double> raw = values_of(grower);
  expect_leaf_values(trees, raw);
  // Derivatives of other rows change nothing.
  for (Row row = 0; row < 3000; ++row) {
    if (row * 7 % 10 < 4) continue;
    g[row] = -0.5F * g[row];
    h[row] = 0.5F * h[row];
  }
  Random again(1);
  grower.grow(PairedGradients(g, h), again);
  const std::vector<double> other = values_of(grower);
  for (std::size_t i = 0; i < 3000; ++i) ASSERT_NEAR(other[i], raw[i], 1e-9);
}

TEST_F(GrowerTest, DepthWiseGrowsLevelByLevel) {
  const auto same = [](const BoostedTrees& a, const BoostedTrees& b) {
    return std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                      [](const TreeNode& x, const TreeNode& y) {
                        return x.feature == y.feature && x.value == y.value && x.right == y.right;
                      });
  };
  const auto with_leaves = [&](int n, bool depth_wise) {
    return grow({.max_leaf_nodes = n, .depth_wise = depth_wise});
  };
  EXPECT_EQ(depth(with_leaves(16, true)), 4);
  EXPECT_GT(depth(with_leaves(16, false)), 4);
  const BoostedTrees full = grow({.max_leaf_nodes = {}, .max_depth = 4});
  EXPECT_TRUE(same(with_leaves(16, true), full)) << "a full level is all that fits";
  EXPECT_TRUE(same(grow({.max_leaf_nodes = {}, .max_depth = 5, .depth_wise = true}),
                   grow({.max_leaf_nodes = {}, .max_depth = 5})))
      << "without a limit the order does not matter";
  // Of the second level, the node that gains more.
  const BoostedTrees three = with_leaves(3, true);
  const auto gain_of = [&](std::int32_t node) {
    return full.infos[static_cast<std::size_t>(node)].gain;
  };
  const bool left = gain_of(1) > gain_of(full.nodes[0].right);
  EXPECT_NE(three.nodes[1].is_leaf(), left);
}

TEST_F(GrowerTest, ObeysItsLimits) {
  EXPECT_EQ(leaves(grow({.max_leaf_nodes = 2})), 2);
  EXPECT_EQ(leaves(grow({.max_leaf_nodes = 17})), 17);
  EXPECT_EQ(depth(grow({.max_leaf_nodes = {}, .max_depth = 1})), 1);
  EXPECT_EQ(depth(grow({.max_leaf_nodes = {}, .max_depth = 4})), 4);
  const BoostedTrees large = grow({.split = {.min_samples_leaf = 100}, .max_leaf_nodes = {}});
  for (std::size_t i = 0; i < large.nodes.size(); ++i) EXPECT_GE(large.infos[i].count, 100);
  EXPECT_EQ(leaves(grow({.split = {.min_samples_leaf = 1501}})), 1)
      << "the root is too small to be split";
}

TEST_F(GrowerTest, SplitsTheBestNodeFirst) {
  const BoostedTrees few = grow({.max_leaf_nodes = 6});
  const BoostedTrees many = grow({.max_leaf_nodes = 31});
  double least_used = 1e300;
  for (const TreeNodeInfo& info : few.infos)
    if (info.gain > 0.0) least_used = std::min(least_used, info.gain);
  std::vector<double> gains;
  for (const TreeNodeInfo& info : many.infos) gains.push_back(info.gain);
  std::sort(gains.begin(), gains.end(), std::greater<>());
  EXPECT_EQ(gains[4], least_used) << "five splits make six leaves";
}

TEST_F(GrowerTest, WithoutMissingValuesTheyGoWithTheMajority) {
  const BoostedTrees trees = grow({.max_leaf_nodes = 31});
  int seen = 0;
  for (std::size_t i = 0; i < trees.nodes.size(); ++i) {
    const TreeNode& node = trees.nodes[i];
    if (node.is_leaf() || matrix.has_missing(node.feature)) continue;
    ++seen;
    EXPECT_EQ(node.missing_left,
              trees.infos[i + 1].count > trees.infos[static_cast<std::size_t>(node.right)].count);
  }
  EXPECT_GT(seen, 5);
}

TEST_F(GrowerTest, RootWithoutCurvatureIsALeaf) {
  std::fill(h.begin(), h.end(), 1e-7F);
  EXPECT_EQ(leaves(grow({})), 1);
}

TEST_F(GrowerTest, GrowsTheSameTreeAgain) {
  TreeGrower grower(matrix, bins, {});
  BoostedTrees trees = empty_model();
  for (int repeat = 0; repeat < 2; ++repeat) {
    Random random(1);
    grower.grow(PairedGradients(g, h), random);
    grower.append_to(trees);
  }
  const std::size_t n = trees.nodes.size() / 2;
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_EQ(trees.nodes[i].feature, trees.nodes[n + i].feature);
    EXPECT_EQ(trees.nodes[i].value, trees.nodes[n + i].value);
    EXPECT_EQ(trees.nodes[i].right, trees.nodes[n + i].right);
  }
}

TEST(Grower, KeepsTheOrderOfRowsInLargeNodes) {
  const EngineData data(70'000, 5);  // several blocks
  const auto bins = find_bins(data.table(), data.categories, {}, {});
  const BinnedMatrix matrix(data.table(), bins);
  const auto g = data.gradients();
  std::vector<std::vector<double>> raw;
  for (const int threads : {1, 3}) {
    const ThreadLimit limit(threads);
    TreeGrower grower(matrix, bins, {.max_leaf_nodes = {}, .max_depth = 3});
    Random random(1);
    grower.grow(PairedGradients(g, {}), random);
    raw.emplace_back(70'000, 0.0);
    grower.add_to(raw.back().data());
    for (const TrainingNode& node : grower.nodes()) {
      if (node.is_leaf()) continue;
      const TrainingNode& left = grower.nodes()[static_cast<std::size_t>(node.left)];
      EXPECT_EQ(left.size(), static_cast<Index>(node.split.left.count));
      EXPECT_EQ(left.begin, node.begin);
      EXPECT_EQ(left.end, grower.nodes()[static_cast<std::size_t>(node.right)].begin);
    }
  }
  EXPECT_EQ(raw[0], raw[1]);
}

}  // namespace
}  // namespace espalier::hgb
