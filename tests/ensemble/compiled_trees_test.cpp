// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/compiled_trees.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "ensemble/hist_gradient_boosting/predictor.hpp"

namespace espalier::hgb {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

struct Shape {
  Index features;
  Index trees;
  int leaves;
  Index outputs = 1;
  int thresholds = 200;    // distinct values that thresholds and features take
  double set_share = 0.2;  // of the splits
  int codes = 256;         // of a set
  int alike = 1;           // neighbouring codes that all sets treat alike
};

/// Appends a random tree of at most `leaves` leaves; returns the index of its root in the tree.
void grow(BoostedTrees& trees, std::size_t begin, int leaves, const Shape& shape, Random& random) {
  const std::size_t at = trees.nodes.size();
  trees.nodes.emplace_back();
  if (leaves == 1) {
    trees.nodes[at].value = random.normal();
    return;
  }
  TreeNode node;
  node.feature = static_cast<std::int32_t>(random.integer(shape.features));
  node.missing_left = node.unseen_left = random.uniform() < 0.5;
  if (random.uniform() < shape.set_share) {
    node.left_set = static_cast<std::int32_t>(trees.category_sets.size());
    std::vector<std::uint32_t> set(static_cast<std::size_t>(shape.codes / 32), 0);
    for (int first = 0; first < shape.codes;
         first += shape.alike * (1 + static_cast<int>(random.integer(20))))
      for (int code = first; code < std::min(first + shape.alike, shape.codes); ++code)
        set[static_cast<std::size_t>(code / 32)] |= 1U << (code % 32);
    trees.category_sets.push_back(set);
  } else {
    const double u = random.uniform();
    node.value = u < 0.02 ? inf : 0.1 * static_cast<double>(random.integer(shape.thresholds));
    if (u > 0.98) node.value = -1e300;
  }
  const int left = 1 + static_cast<int>(random.integer(leaves - 1));
  grow(trees, begin, left, shape, random);
  node.right = static_cast<std::int32_t>(trees.nodes.size() - begin);
  grow(trees, begin, leaves - left, shape, random);
  trees.nodes[at] = node;
}

BoostedTrees random_trees(const Shape& shape, std::uint64_t seed) {
  Random random(seed);
  BoostedTrees trees;
  trees.n_features = shape.features;
  trees.baseline = Vector::LinSpaced(shape.outputs, 0.1, 0.7);
  for (Index t = 0; t < shape.trees; ++t) {
    const int leaves =
        t % 7 == 3 ? 1 + static_cast<int>(random.integer(shape.leaves)) : shape.leaves;
    grow(trees, trees.nodes.size(), leaves, shape, random);
    trees.tree_begin.push_back(static_cast<Index>(trees.nodes.size()));
  }
  trees.infos.resize(trees.nodes.size());
  trees.check();
  return trees;
}

/// Values on, between and beyond the thresholds and codes; missing and infinite ones.
Matrix random_rows(const Shape& shape, Index n, std::uint64_t seed) {
  Random random(seed, 7);
  Matrix X(n, shape.features);
  for (double& x : X.reshaped()) {
    const double u = random.uniform();
    x = 0.1 * static_cast<double>(random.integer(shape.thresholds));
    if (u < 0.3) x = std::nextafter(x, u < 0.15 ? inf : -inf);
    if (u > 0.5) x = static_cast<double>(random.integer(shape.codes + 44)) - 2.0;
    if (u > 0.85) x = random.normal() * 10.0;
    if (u > 0.95) x = nan;
    if (u > 0.99) x = u > 0.995 ? inf : -inf;
  }
  return X;
}

Table table_of(const Matrix& X) {
  Table table;
  for (Index f = 0; f < X.cols(); ++f) table.columns.push_back(X.col(f).data());
  table.n_rows = X.rows();
  return table;
}

/// Walking down every tree.
Matrix walk(const BoostedTrees& trees, const Matrix& X) {
  Matrix raw(X.rows(), trees.outputs());
  for (Index i = 0; i < X.rows(); ++i) {
    const Vector row = X.row(i);
    Vector out(trees.outputs());
    predict_row(trees, row.data(), out.data());
    raw.row(i) = out;
  }
  return raw;
}

const Shape shapes[] = {
    {5, 30, 8},
    {28, 100, 31},
    {28, 65, 64, 1, 2000},
    {40, 12, 200},
    {70, 9, 256, 3},
    {200, 64, 16, 2, 50},
    {3, 10, 31, 1, 900},
    {4, 130, 31, 1, 50, 0},
    {1, 4, 2, 1, 3},
    {100, 70, 31},
    {9, 60, 31, 1, 200, 0.3, 4'096, 32},
    {5, 20, 12, 2, 200, 0.3, 1'024}};  // more classes of codes than a byte tells

class CompiledTrees_ : public testing::TestWithParam<int> {};

TEST_P(CompiledTrees_, GiveTheBitsOfAWalk) {
  const Shape& shape = shapes[GetParam()];
  const BoostedTrees trees = random_trees(shape, 1);
  const CompiledTrees compiled(trees, true);
  ASSERT_TRUE(compiled.usable());
  for (const Index n : {1, 255, 256, 3000}) {
    const Matrix X = random_rows(shape, n, 2);
    const Matrix expected = walk(trees, X);
    EXPECT_EQ(compiled.predict(table_of(X)), expected) << n;
    if (!compiled.scores_rows()) continue;
    for (Index i = 0; i < n; ++i) {
      const Vector row = X.row(i);
      Vector raw(trees.outputs());
      compiled.predict_row(row.data(), raw.data());
      ASSERT_EQ(raw, expected.row(i).transpose()) << i;
    }
  }
}

TEST_P(CompiledTrees_, ReadWhatASparseTableHolds) {
  const Shape& shape = shapes[GetParam()];
  const BoostedTrees trees = random_trees(shape, 7);
  Matrix X = random_rows(shape, 1500, 8);
  const Matrix other = random_rows(shape, 1500, 9);
  X = (other.array() < 5.0).select(0.0, X);  // NaN is not less
  const SparseMatrix held = X.sparseView();
  Table sparse = table_of(X);
  for (std::size_t f = 0; f < sparse.columns.size(); ++f)
    if (f % 4 != 1) sparse.columns[f] = nullptr;  // the others stay as columns
  sparse.sparse = &held;
  std::vector<Index> rows;
  for (Index i = 0; i < 1000; ++i) rows.push_back((i * 7919) % 1500);
  const Matrix expected = walk(trees, X);
  EXPECT_EQ(CompiledTrees(trees, false).predict(sparse), expected);
  EXPECT_EQ(CompiledTrees(trees, false).predict(sparse.take(rows)), expected(rows, Eigen::all));
}

TEST_P(CompiledTrees_, GiveTheSameBitsOnEveryPath) {
  const Shape& shape = shapes[GetParam()];
  const BoostedTrees trees = random_trees(shape, 3);
  const Matrix X = random_rows(shape, 700, 4);
  const Matrix expected = walk(trees, X);
  for (const InstructionSet path :
       {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512}) {
    if (path > best_instruction_set()) continue;
    const CompiledTrees compiled(trees, true, path);
    EXPECT_EQ(compiled.predict(table_of(X)), expected) << static_cast<int>(path);
    if (!compiled.scores_rows()) continue;
    for (Index i = 0; i < X.rows(); ++i) {
      const Vector row = X.row(i);
      Vector raw(trees.outputs());
      compiled.predict_row(row.data(), raw.data());
      ASSERT_EQ(raw, expected.row(i).transpose()) << i << ' ' << static_cast<int>(path);
    }
  }
}

TEST_P(CompiledTrees_, ArePickedWhenTheRowsRepayThem) {
  const Shape& shape = shapes[GetParam()];
  const BoostedTrees trees = random_trees(shape, 5);
  const Matrix X = random_rows(shape, 9000, 6);
  const Matrix all = predict_raw(trees, table_of(X));
  EXPECT_EQ(all, walk(trees, X));
  std::vector<Index> rows;
  for (Index i = 0; i < 8000; ++i) rows.push_back((i * 7919) % 9000);
  Table some = table_of(X);
  some.rows = rows;
  some.n_rows = 8000;
  EXPECT_EQ(predict_raw(trees, some), all(rows, Eigen::all));
}

INSTANTIATE_TEST_SUITE_P(Shapes, CompiledTrees_,
                         testing::Range(0, static_cast<int>(std::size(shapes))));

TEST(CompiledTrees, LeaveLargerTreesToTheWalk) {
  const BoostedTrees trees = random_trees({4, 3, 300}, 1);
  EXPECT_FALSE(CompiledTrees(trees, true).usable());
  const Matrix X = random_rows({4, 3, 300}, 7000, 2);
  EXPECT_EQ(predict_raw(trees, table_of(X)), walk(trees, X));
}

TEST(CompiledTrees, LeaveWhatOnlyModelsFromElsewhereDoToTheWalk) {
  BoostedTrees trees = random_trees(shapes[1], 4);
  ASSERT_TRUE(CompiledTrees::fits(trees));
  const auto is_set = [](const TreeNode& node) { return !node.is_leaf() && node.is_categorical(); };
  const auto is_threshold = [](const TreeNode& node) {
    return !node.is_leaf() && !node.is_categorical();
  };
  BoostedTrees unseen = trees;
  TreeNode& set = *std::find_if(unseen.nodes.begin(), unseen.nodes.end(), is_set);
  set.unseen_left = !set.missing_left;
  EXPECT_FALSE(CompiledTrees::fits(unseen));
  std::find_if(trees.nodes.begin(), trees.nodes.end(), is_threshold)->left_set =
      TreeNode::threshold_without_zero;
  EXPECT_FALSE(CompiledTrees::fits(trees));
}

TEST(RankGrid, CountsTheThresholdsBelow) {
  Random random(1);
  for (const int n : {1, 2, 3, 40, 253}) {
    for (const double power : {1.0, 9.0}) {  // even, and crowded near zero
      std::vector<double> t;
      for (int i = 0; i < n; ++i) t.push_back(std::pow(random.normal(), power));
      if (n > 2) t[0] = -inf, t[1] = inf;
      std::sort(t.begin(), t.end());
      const RankGrid grid(t);
      std::vector<double> x{nan, inf, -inf, 0.0, -0.0, 1e308, -1e308, 5e-324};
      for (const double v : t)
        for (const double w : {v, std::nextafter(v, inf), std::nextafter(v, -inf)}) x.push_back(w);
      for (int i = 0; i < 200; ++i) x.push_back(random.normal());
      std::vector<std::uint8_t> ranks(x.size());
      grid.rank(x.data(), static_cast<int>(x.size()), 255, ranks.data());
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(x[i])) {
          EXPECT_EQ(ranks[i], 255);
          continue;
        }
        const auto below = std::lower_bound(t.begin(), t.end(), x[i]) - t.begin();
        ASSERT_EQ(grid.rank(x[i]), below) << x[i] << " of " << n;
        ASSERT_EQ(ranks[i], below + 1);
      }
    }
  }
}

}  // namespace
}  // namespace espalier::hgb
