// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/boosted_trees.hpp>

#include <functional>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "ensemble/hist_gradient_boosting/predictor.hpp"
#include "reference/hgb_naive.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

/// Two trees: x0 ≤ 0.5 ? (x1 in {0, 2, 40} ? 1 : 2) : 3, and "x0 is there" ? 10 : 20.
BoostedTrees two_trees() {
  BoostedTrees trees;
  trees.n_features = 2;
  trees.baseline = Vector::Constant(1, 100.0);
  trees.tree_begin = {0, 5, 8};
  trees.nodes = {{0.5, 0, 4, -1, true},    {0.0, 1, 3, 0, false},   {1.0, -1, 0, -1, false},
                 {2.0, -1, 0, -1, false},  {3.0, -1, 0, -1, false}, {inf, 0, 2, -1, false},
                 {10.0, -1, 0, -1, false}, {20.0, -1, 0, -1, false}};
  trees.infos = {{8.0, 100}, {2.0, 60},  {0.0, 20}, {0.0, 40},
                 {0.0, 40},  {1.0, 100}, {0.0, 90}, {0.0, 10}};
  trees.category_sets.push_back(std::vector<std::uint32_t>{0b101, 1U << 8});
  return trees;
}

double predict(double x0, double x1) {
  const hgb::Table table{{&x0, &x1}, 1, {}};
  return hgb::predict_raw(two_trees(), table)(0, 0);
}

TEST(BoostedTrees, AddLeavesToTheBaseline) {
  EXPECT_EQ(predict(0.5, 0), 111.0);
  EXPECT_EQ(predict(0.5, 1), 112.0);
  EXPECT_EQ(predict(0.5, 40), 111.0);
  EXPECT_EQ(predict(0.6, 0), 113.0);
}

TEST(BoostedTrees, SendMissingValuesWhereTheSplitSays) {
  EXPECT_EQ(predict(nan, 2), 121.0);
  EXPECT_EQ(predict(0.0, nan), 112.0);
}

TEST(BoostedTrees, TakeCodesThatAreNoneAsMissing) {
  for (const double code : {-1.0, 256.0, 1e300, -inf, inf})
    EXPECT_EQ(predict(0.0, code), 112.0) << code;
}

TEST(BoostedTrees, AreCutOffAfterAnIteration) {
  BoostedTrees trees = two_trees();
  trees.truncate(5);
  EXPECT_EQ(trees.n_trees(), 2);
  trees.truncate(1);
  EXPECT_NO_THROW(trees.check());
  EXPECT_EQ(trees.n_trees(), 1);
  EXPECT_EQ(trees.nodes.size(), 5U);
  EXPECT_EQ(trees.infos.size(), 5U);
  EXPECT_EQ(trees.category_sets.size(), 1U);
  trees.truncate(0);
  EXPECT_NO_THROW(trees.check());
  EXPECT_EQ(trees.n_trees(), 0);
  EXPECT_EQ(trees.category_sets, CategorySets());
  const double x = 1.0;
  EXPECT_EQ(hgb::predict_raw(trees, {{&x, &x}, 1, {}})(0, 0), 100.0);
}

TEST(BoostedTrees, PredictEachRowAloneAsAmongOthers) {
  const BoostedTrees trees = two_trees();
  std::vector<double> a, b;
  for (int i = 0; i < 3000; ++i) {
    a.push_back(i % 11 == 0 ? nan : 0.001 * (i % 1000));
    b.push_back(i % 7 == 0 ? nan : i % 50);
  }
  const hgb::Table table{{a.data(), b.data()}, 3000, {}};
  const Matrix raw = hgb::predict_raw(trees, table);
  std::vector<Index> rows{2999, 5, 5, 0};
  const Matrix some = hgb::predict_raw(trees, {table.columns, 4, rows});
  for (std::size_t k = 0; k < rows.size(); ++k)
    EXPECT_EQ(some(static_cast<Index>(k), 0), raw(rows[k], 0));
  for (Index i = 0; i < 3000; ++i) {
    const Vector row{{a[static_cast<std::size_t>(i)], b[static_cast<std::size_t>(i)]}};
    ASSERT_EQ(raw(i, 0), hgb::naive::predict(trees, row, 0));
  }
}

TEST(BoostedTrees, CountGainAndSplitsByFeature) {
  EXPECT_EQ(two_trees().gain_by_feature(), (Vector{{9.0, 2.0}}));
  EXPECT_EQ(two_trees().splits_by_feature(), (Vector{{2.0, 1.0}}));
}

TEST(BoostedTrees, ComeBackFromAFile) {
  const BoostedTrees trees = two_trees();
  const Value value = Codec<BoostedTrees>::encode(trees);
  const BoostedTrees loaded = Codec<BoostedTrees>::decode(value);
  EXPECT_EQ(Codec<BoostedTrees>::encode(loaded), value);
  EXPECT_EQ(loaded.nodes[5].value, inf);
  EXPECT_TRUE(loaded.nodes[0].missing_left);
  EXPECT_EQ(loaded.category_sets, trees.category_sets);
}

void expect_refused(const std::function<void(BoostedTrees&)>& damage, std::string_view message) {
  BoostedTrees trees = two_trees();
  damage(trees);
  EXPECT_TRUE(throws<FormatError>([&] { trees.check(); }, {message})) << message;
  EXPECT_TRUE(throws<FormatError>(
      [&] { Codec<BoostedTrees>::decode(Codec<BoostedTrees>::encode(trees)); }, {}));
}

TEST(BoostedTrees, RefuseWhatAWalkCouldNotSurvive) {
  EXPECT_NO_THROW(two_trees().check());
  expect_refused([](auto& t) { t.nodes[0].right = 5; }, "node 0 has a child outside its tree");
  expect_refused([](auto& t) { t.nodes[0].right = 0; }, "node 0 has a child outside its tree");
  expect_refused([](auto& t) { t.nodes[1].right = 1; }, "node 1 has a child outside its tree");
  expect_refused([](auto& t) { t.nodes[1].right = -3; }, "node 1 has a child outside its tree");
  expect_refused([](auto& t) { t.nodes[1].right = 4; }, "shares a child");
  expect_refused([](auto& t) { t.nodes[0].right = 1; }, "shares a child");
  expect_refused([](auto& t) { t.nodes[4].feature = 0; }, "child outside its tree");
  expect_refused([](auto& t) { t.nodes[1].feature = -1; }, "node 2 has no parent");
  expect_refused([](auto& t) { t.nodes[0].feature = 2; }, "a feature that does not exist");
  expect_refused([](auto& t) { t.nodes[1].left_set = 1; },
                 "a set of categories that does not exist");
  expect_refused([](auto& t) { t.nodes[1].left_set = -3; },
                 "a set of categories that does not exist");
  expect_refused([](auto& t) { t.nodes[2].value = nan; }, "node 2 has no value");
}

TEST(BoostedTrees, RefusePartsThatDoNotFitTogether) {
  expect_refused([](auto& t) { t.n_features = 0; }, "n_features");
  expect_refused([](auto& t) { t.n_features = Index{1} << 40; }, "n_features");
  expect_refused([](auto& t) { t.baseline.resize(0); }, "baseline");
  expect_refused([](auto& t) { t.baseline[0] = nan; }, "baseline");
  expect_refused([](auto& t) { t.baseline = Vector::Zero(3); }, "2 trees for 3 outputs");
  expect_refused([](auto& t) { t.tree_begin = {}; }, "tree_begin");
  expect_refused([](auto& t) { t.tree_begin = {0, 5, 9}; }, "tree_begin");
  expect_refused([](auto& t) { t.tree_begin = {0, 9, 8}; }, "tree_begin");
  expect_refused([](auto& t) { t.tree_begin = {0, 5, 5, 8}; }, "tree_begin");
  expect_refused([](auto& t) { t.tree_begin = {0, -5, 8}; }, "tree_begin");
  expect_refused([](auto& t) { t.infos.pop_back(); }, "differ in length");
}

TEST(BoostedTrees, RefuseArraysOfUnequalLength) {
  const Value good = Codec<BoostedTrees>::encode(two_trees());
  for (const char* key : {"value", "right", "missing_left", "left_set", "gain", "count",
                          "category_sets", "set_begin", "unseen_left", "feature"}) {
    Value::Object object = *good.get_if<Value::Object>();
    for (auto& [name, value] : object)
      if (name == key) value = Value::Integers{1, 0, 1};
    EXPECT_TRUE(
        throws<FormatError>([&] { Codec<BoostedTrees>::decode(object); }, {"boosted trees"}))
        << key;
  }
}

}  // namespace
}  // namespace espalier
