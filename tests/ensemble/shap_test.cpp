// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include "ensemble/engine_data.hpp"
#include "ensemble/hist_gradient_boosting/feature_table.hpp"
#include "ensemble/hist_gradient_boosting/shap.hpp"
#include "ensemble/hist_gradient_boosting/tree_walk.hpp"
#include "reference/shap_naive.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;

/// n rows with holes and categories as a table, and a target that depends on all of it.
struct Data {
  DataFrame X;
  Vector y;
  Labels three;  ///< three classes

  explicit Data(Index n, std::uint64_t seed = 3) {
    const hgb::EngineData engine(n, 6, seed);
    std::vector<Column> columns;
    for (std::size_t f = 0; f < engine.columns.size(); ++f) {
      const std::string name = "f" + std::to_string(f);
      if (f != 3) {
        columns.push_back(Column::numeric(name, engine.columns[f]));
        continue;
      }
      std::vector<std::int32_t> codes;
      for (const double x : engine.columns[f])
        codes.push_back(std::isnan(x) ? -1 : static_cast<std::int32_t>(x));
      columns.push_back(Column::categorical(name, codes, {"a", "b", "c", "d", "e", "f", "g"}));
    }
    X = DataFrame(std::move(columns));
    y = Vector::Map(engine.y.data(), n);
    three = y.unaryExpr([](double v) { return v < -0.5 ? -1 : v < 1.0 ? 4 : 7; }).cast<int>();
  }
};

/// The rows of a table as the trees see them.
Matrix encoded_rows(const HistGradientBoostingState& state, const DataFrame& X) {
  const Features features(X);
  const hgb::EncodedTable encoded = hgb::encode_features(features, state.categories);
  Matrix rows(encoded.table.n_features(), X.rows());  // one row a column
  for (Index i = 0; i < X.rows(); ++i)
    for (Index f = 0; f < rows.rows(); ++f) rows(f, i) = encoded.table.column(f)[i];
  return rows;
}

void expect_shapley(const HistGradientBoostingState& state, const ShapValues& shap,
                    const DataFrame& X) {
  const Matrix rows = encoded_rows(state, X);
  for (Index k = 0; k < state.trees.outputs(); ++k) {
    EXPECT_NEAR(shap.expected_value[k], hgb::naive::coalition(state.trees, k, nullptr, 0), 1e-12);
    for (Index i = 0; i < X.rows(); ++i) {
      const Vector expected = hgb::naive::shapley_values(state.trees, k, rows.col(i).data());
      const Vector got = shap.values[static_cast<std::size_t>(k)].row(i);
      EXPECT_LT((got - expected).cwiseAbs().maxCoeff(), 1e-12) << "row " << i << ", output " << k;
    }
  }
}

void expect_additive(const ShapValues& shap, const Matrix& raw) {
  ASSERT_EQ(shap.outputs(), raw.cols());
  for (Index k = 0; k < raw.cols(); ++k) {
    const Matrix& values = shap.values[static_cast<std::size_t>(k)];
    const Vector sums = values.rowwise().sum().array() + shap.expected_value[k];
    EXPECT_LT((sums - raw.col(k)).cwiseAbs().maxCoeff(), 1e-9) << "output " << k;
  }
}

TEST(ShapValues, AreShapleyValuesOverAllSubsetsWithHolesAndCategories) {
  const Data data(400);
  HistGradientBoostingRegressor model(
      {.max_iter = 12, .max_leaf_nodes = 20, .min_samples_leaf = 3, .random_state = 0});
  model.fit(data.X, data.y);
  const DataFrame X = data.X.head(40);
  expect_shapley(model.state(), model.shap_values(X), X);
}

TEST(ShapValues, AreShapleyValuesOfEachClass) {
  const Data data(300);
  HistGradientBoostingClassifier model({.max_iter = 5, .min_samples_leaf = 4, .random_state = 0});
  model.fit(data.X, data.three);
  const DataFrame X = data.X.head(20);
  const ShapValues shap = model.shap_values(X);
  ASSERT_EQ(shap.outputs(), 3);
  expect_shapley(model.state(), shap, X);
}

TEST(ShapValues, AddUpToTheRawPrediction) {
  const Data data(2000);
  HistGradientBoostingRegressor regressor({.max_iter = 60, .random_state = 0});
  regressor.fit(data.X, data.y);
  expect_additive(regressor.shap_values(data.X), regressor.predict(data.X));
  HistGradientBoostingClassifier classifier({.max_iter = 30, .random_state = 0});
  classifier.fit(data.X, data.three);
  expect_additive(classifier.shap_values(data.X), classifier.decision_function(data.X));
  classifier.fit(data.X, (data.y.array() > 0.0).cast<int>().matrix());
  const ShapValues shap = classifier.shap_values(data.X);
  expect_additive(shap, classifier.decision_function(data.X));
  EXPECT_EQ(shap.names, data.X.names());
}

TEST(ShapValues, StayExactOnPathsOfManyFeatures) {
  // A chain that tests 60 features one after the other: 60 distinct ones on the longest path.
  constexpr int depth = 60;
  BoostedTrees trees;
  trees.n_features = depth;
  trees.baseline = Vector::Constant(1, 0.25);
  double rows = 1 << 20;
  for (int d = 0; d < depth; ++d) {
    const auto at = static_cast<std::int32_t>(trees.nodes.size());
    trees.nodes.push_back({0.0, d, at + 2, -1, false});
    trees.infos.push_back({1.0, rows});
    trees.nodes.push_back({0.1 * d - 2.0, -1, 0, -1, false});
    trees.infos.push_back({0.0, rows / 4});
    rows -= rows / 4;
  }
  trees.nodes.push_back({5.0, -1, 0, -1, false});
  trees.infos.push_back({0.0, rows});
  trees.tree_begin.push_back(static_cast<Index>(trees.nodes.size()));
  trees.check();
  Random random(1);
  std::vector<std::vector<double>> columns(depth, std::vector<double>(50));
  for (auto& column : columns)
    for (double& x : column) x = random.normal() + 1.0;
  columns[3][7] = std::numeric_limits<double>::quiet_NaN();
  for (auto& column : columns) column[0] = 1.0;  // to the end of the chain
  hgb::Table table;
  for (const auto& column : columns) table.columns.push_back(column.data());
  table.n_rows = 50;
  const Matrix values = hgb::shap_values(trees, table)[0];
  const double expected = hgb::expected_raw(trees)[0];
  for (Index i = 0; i < table.n_rows; ++i) {
    std::vector<double> row;
    for (const auto& column : columns) row.push_back(column[static_cast<std::size_t>(i)]);
    const double raw =
        0.25 + trees.nodes[hgb::leaf_of(trees.nodes.data(), row.data(), trees.category_sets)].value;
    EXPECT_NEAR(values.row(i).sum() + expected, raw, 1e-11);
  }
}

TEST(ShapValues, SplitEvenlyBetweenTwoFeaturesThatActAlike) {
  // x0 and x1: two leaves apart from the rest, symmetric in both.
  BoostedTrees trees;
  trees.n_features = 3;
  trees.baseline = Vector::Zero(1);
  trees.nodes = {{0.0, 0, 2, -1, false},
                 {0.0, -1, 0, -1, false},
                 {0.0, 1, 4, -1, false},
                 {0.0, -1, 0, -1, false},
                 {8.0, -1, 0, -1, false}};
  trees.infos = {{1.0, 8}, {0.0, 4}, {1.0, 4}, {0.0, 2}, {0.0, 2}};
  trees.tree_begin = {0, 5};
  trees.check();
  const std::vector<double> one{1.0};
  const hgb::Table table{{one.data(), one.data(), one.data()}, 1};
  const Matrix values = hgb::shap_values(trees, table)[0];
  EXPECT_DOUBLE_EQ(hgb::expected_raw(trees)[0], 2.0);
  EXPECT_NEAR(values(0, 0), 3.0, 1e-14);
  EXPECT_NEAR(values(0, 1), 3.0, 1e-14);
  EXPECT_EQ(values(0, 2), 0.0);
}

TEST(ShapValues, HaveTheSameBitsForAnyNumberOfThreadsAndAloneOrTogether) {
  const Data data(700);
  HistGradientBoostingClassifier model({.max_iter = 15, .random_state = 0});
  model.fit(data.X, data.three);
  const auto shap = [&](int threads) {
    const ThreadLimit limit(threads);
    return model.shap_values(data.X);
  };
  const ShapValues one = shap(1);
  for (const int threads : {2, 4, 7}) {
    const ShapValues many = shap(threads);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(one.values[k], many.values[k]);
  }
  for (const Index i : {0, 31, 699}) {
    const ShapValues alone = model.shap_values(data.X.take({i}));
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(alone.values[k].row(0), one.values[k].row(i));
  }
}

TEST(ShapValues, OfAModelWithoutSplitsAreZero) {
  const Data data(30);
  HistGradientBoostingRegressor model({.max_iter = 3, .min_samples_leaf = 20});
  model.fit(data.X, data.y);
  const ShapValues shap = model.shap_values(data.X);
  EXPECT_EQ(shap.values[0], Matrix::Zero(30, 6));
  EXPECT_NEAR(shap.expected_value[0], model.predict(data.X)[0], 1e-15);
}

TEST(ShapValues, ComeAsATableOfARowFromTheLargestOn) {
  const ShapValues shap{
      {"a", "b", "c"}, {Matrix{{1.0, -3.0, 2.0}, {0.0, 1.0, 0.0}}}, Vector::Zero(1)};
  const DataFrame table = shap.row_table(0);
  EXPECT_EQ(table["feature"].text(0), "b");
  EXPECT_EQ(table["feature"].text(2), "a");
  EXPECT_EQ(table["contribution"].values()[0], -3.0);
  EXPECT_EQ(shap.mean_abs(), (Vector{{0.5, 2.0, 1.0}}));
  EXPECT_TRUE(throws<InvalidInput>([&] { shap.row_table(2); }, {"row 2", "2"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { shap.mean_abs(1); }, {"output 1"}));
}

TEST(ShapValues, RefuseWhatPredictRefuses) {
  HistGradientBoostingRegressor model({.max_iter = 3});
  EXPECT_THROW(model.shap_values(Matrix(Matrix::Zero(2, 2))), NotFitted);
  const Data data(60);
  model.fit(data.X, data.y);
  EXPECT_TRUE(throws<InvalidInput>([&] { model.shap_values(data.X.drop("f2")); },
                                   {"HistGradientBoostingRegressor"}));
}

}  // namespace
}  // namespace espalier
