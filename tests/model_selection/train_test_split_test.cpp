// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/train_test_split.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using testing_support::golden;
using testing_support::throws;

std::optional<SplitSize> size_of(const nlohmann::json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_number_integer()) return SplitSize(value.get<int>());
  return SplitSize(value.get<double>());
}

Index count(const Labels& y, const std::vector<Index>& rows, int label) {
  return std::count_if(rows.begin(), rows.end(), [&](Index i) { return y[i] == label; });
}

std::vector<Index> all_rows(const Split& split) {
  std::vector<Index> rows = split.train;
  rows.insert(rows.end(), split.test.begin(), split.test.end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(TrainTestSplit, SizesAreThoseOfScikitLearn) {
  for (const auto& item : golden("model_selection.json")["sizes"]) {
    const TrainTestSplitOptions options{.test_size = size_of(item["test_size"]),
                                        .train_size = size_of(item["train_size"])};
    const Index n = item["n"].get<Index>();
    if (item["sizes"].is_null()) {
      EXPECT_THROW(train_test_indices(n, options), InvalidParameter) << item;
      continue;
    }
    const Split split = train_test_indices(n, options);
    EXPECT_EQ(split.train.size(), item["sizes"][0].get<std::size_t>()) << item;
    EXPECT_EQ(split.test.size(), item["sizes"][1].get<std::size_t>()) << item;
  }
}

TEST(TrainTestSplit, StratifiedClassSizesAreThoseOfScikitLearn) {
  for (const auto& item : golden("model_selection.json")["stratified_sizes"]) {
    const auto counts = item["counts"].get<std::vector<Index>>();
    std::vector<int> labels;
    for (std::size_t k = 0; k < counts.size(); ++k)
      labels.insert(labels.end(), static_cast<std::size_t>(counts[k]), static_cast<int>(k));
    const Labels y = Labels::Map(labels.data(), static_cast<Index>(labels.size()));
    const Split split = train_test_indices(
        y, {.test_size = size_of(item["test_size"]), .random_state = 3, .stratify = true});
    for (std::size_t k = 0; k < counts.size(); ++k) {
      EXPECT_EQ(count(y, split.train, static_cast<int>(k)), item["train"][k].get<Index>()) << item;
      EXPECT_EQ(count(y, split.test, static_cast<int>(k)), item["test"][k].get<Index>()) << item;
    }
  }
}

TEST(TrainTestSplit, EveryRowIsInOnePart) {
  std::vector<Index> expected(97);
  std::iota(expected.begin(), expected.end(), Index{0});
  EXPECT_EQ(all_rows(train_test_indices(97)), expected);
  const Labels y = Labels::NullaryExpr(97, [](Index i) { return static_cast<int>(i % 3); });
  EXPECT_EQ(all_rows(train_test_indices(y, {.test_size = 0.4, .stratify = true})), expected);
}

TEST(TrainTestSplit, TheSameSeedGivesTheSameRowsEverywhere) {
  EXPECT_EQ(train_test_indices(8, {.random_state = 0}).test,
            train_test_indices(8, {.random_state = 0}).test);
  EXPECT_NE(train_test_indices(100, {.random_state = 0}).test,
            train_test_indices(100, {.random_state = 1}).test);
  EXPECT_NE(train_test_indices(100).test, train_test_indices(100).test);
  const Split pinned = train_test_indices(8, {.random_state = 0});
  EXPECT_EQ(pinned.test, (std::vector<Index>{2, 4}));
  EXPECT_EQ(pinned.train, (std::vector<Index>{0, 1, 6, 5, 3, 7}));
}

TEST(TrainTestSplit, TiesBetweenClassesAreDecidedAtRandom) {
  const Labels y = Labels::NullaryExpr(20, [](Index i) { return static_cast<int>(i % 2); });
  std::vector<Index> seen;
  for (int seed = 0; seed < 20; ++seed)
    seen.push_back(count(
        y, train_test_indices(y, {.test_size = 5, .random_state = seed, .stratify = true}).test,
        1));
  EXPECT_EQ(*std::min_element(seen.begin(), seen.end()), 2);
  EXPECT_EQ(*std::max_element(seen.begin(), seen.end()), 3);
}

TEST(TrainTestSplit, WithoutShuffleTheLastRowsAreTested) {
  const Split split = train_test_indices(5, {.test_size = 2, .shuffle = false});
  EXPECT_EQ(split.train, (std::vector<Index>{0, 1, 2}));
  EXPECT_EQ(split.test, (std::vector<Index>{3, 4}));
}

TEST(TrainTestSplit, TablesStayTablesAndMatricesMatrices) {
  const DataFrame table{Column::numeric("a", {0.0, 1.0, 2.0, 3.0}),
                        Column::categorical("b", {"u", "v", "u", "v"})};
  auto [X_train, X_test, y_train, y_test] = train_test_split(
      table.drop("b"), table["b"], {.test_size = 2, .random_state = 0, .stratify = true});
  static_assert(std::is_same_v<decltype(X_train), DataFrame> &&
                std::is_same_v<decltype(y_test), Column>);
  ASSERT_EQ(X_test.rows(), 2);
  for (Index i = 0; i < 2; ++i)
    EXPECT_EQ(
        y_test.text(i),
        static_cast<int>(X_test["a"].values()[static_cast<std::size_t>(i)]) % 2 == 0 ? "u" : "v");

  const Matrix X = Matrix::Random(8, 3);
  const Labels labels = Labels::LinSpaced(8, 0, 7);
  auto [A, B, a, b] = train_test_split(X, labels, {.test_size = 3});
  static_assert(std::is_same_v<decltype(A), Matrix> && std::is_same_v<decltype(b), Labels>);
  for (Index i = 0; i < 3; ++i) EXPECT_EQ(B.row(i), X.row(b[i]));
  for (Index i = 0; i < 5; ++i) EXPECT_EQ(A.row(i), X.row(a[i]));
}

TEST(TrainTestSplit, TakesEverythingThatFitTakes) {
  const Matrix X = Matrix::Random(8, 3);
  const Vector y = X.col(0);
  const SparseMatrix S = X.sparseView();
  const Split rows{{0, 2, 4}, {1, 7}};

  auto [S_train, S_test, v_train, v_test] = train_test_split(S, y, rows);
  static_assert(std::is_same_v<decltype(S_test), SparseMatrix> &&
                std::is_same_v<decltype(v_test), Vector>);
  EXPECT_EQ(Matrix(S_test).row(1), X.row(7));

  auto [F_train, F_test, t_train, t_test] = train_test_split(Features(X), Target(y), rows);
  static_assert(std::is_same_v<decltype(F_train), Features> &&
                std::is_same_v<decltype(t_test), Target>);
  EXPECT_EQ(F_test.dense(), X({1, 7}, Eigen::all));
  EXPECT_EQ(t_train.vector(), y({0, 2, 4}));

  const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> f = X.cast<float>();
  auto [f_train, f_test, list_train, list_test] =
      train_test_split(f.leftCols(2), std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}, rows);
  EXPECT_EQ(f_test(1, 1), f(7, 1));
  EXPECT_EQ(list_train, (std::vector<int>{0, 2, 4}));
  auto [M_train, M_test, m_train, m_test] = train_test_split(2.0 * X, X, rows);
  EXPECT_EQ(M_test, 2.0 * m_test);
}

TEST(TrainTestSplit, RowsSplitWhatGoesBeside) {
  const Matrix X = Matrix::Random(10, 2);
  const Vector y = X.col(1), w = X.col(0).cwiseAbs();
  const Split rows = train_test_indices(y, {.random_state = 5});
  auto [X_train, X_test, y_train, y_test] = train_test_split(X, y, rows);
  EXPECT_EQ(Vector(w(rows.train)), X_train.col(0).cwiseAbs());
  EXPECT_EQ(X_test.col(1), y_test);
  auto [X2_train, X2_test, y2_train, y2_test] = train_test_split(X, y, {.random_state = 5});
  EXPECT_EQ(X2_test, X_test);
}

TEST(TrainTestSplit, NamesTheClassWithASingleRow) {
  const auto of = [](const Target& y) {
    return [y] { train_test_indices(y, {.stratify = true}); };
  };
  EXPECT_TRUE(throws<InvalidInput>(of(std::vector<int>{4, 4, 7, 4, 4}), {"class 7", "single row"}));
  EXPECT_TRUE(throws<InvalidInput>(of(Column::categorical("c", {"no", "no", "yes", "no"})),
                                   {"class 'yes'", "single row"}));
  EXPECT_TRUE(throws<InvalidInput>(of(std::vector<double>{0.5, 0.5, 1.5, 1.5}), {"continuous"}));
  EXPECT_TRUE(
      throws<InvalidInput>(of(std::vector<int>{1, 1, 2, 2, 3, 3}), {"classes, 3", "4 and 2"}));
}

TEST(TrainTestSplit, RefusesWhatCannotBe) {
  const auto with = [](Index n, TrainTestSplitOptions options) {
    return [=] { train_test_indices(n, options); };
  };
  EXPECT_TRUE(throws<InvalidParameter>(with(10, {.test_size = 1.0}), {"test_size=1", "(0, 1)"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(10, {.test_size = std::nan("")}), {"test_size=nan"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(10, {.test_size = 10}), {"test_size=10", "[1, 10)"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(10, {.train_size = 0}), {"train_size=0"}));
  EXPECT_TRUE(
      throws<InvalidParameter>(with(10, {.test_size = 6, .train_size = 5}), {"5 + 6", "10"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(1, {}), {"0 would be for training"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(0, {}), {"0 for testing"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(10, {.random_state = -1}), {"random_state", "-1"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(10, {.stratify = true}), {"stratify needs y"}));
  EXPECT_TRUE(throws<InvalidParameter>(with(10, {.shuffle = false, .stratify = true}),
                                       {"stratify needs shuffle"}));
  const Matrix X = Matrix::Zero(4, 1);
  EXPECT_TRUE(throws<InvalidInput>([&] { train_test_split(X, Vector(Vector::Zero(3))); },
                                   {"4 samples", "y has 3"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        train_test_split(X, Vector(Vector::Zero(4)), Split{{0, 4}, {1}});
      },
      {"row 4"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        train_test_split(X, Vector(Vector::Zero(4)), Split{{}, {1}});
      },
      {"0 training"}));
}

}  // namespace
}  // namespace espalier
