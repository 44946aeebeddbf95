// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/compose/column_transformer.hpp>

#include <gtest/gtest.h>

#include <espalier/compose/pipeline.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using namespace testing_support;

const DataFrame table{
    Column::numeric("age", {20, 30, 40, 50}), Column::categorical("plan", {"a", "b", "a", "c"}),
    Column::numeric("income", {1, 2, 4, 9}), Column::numeric("id", {7, 8, 9, 10})};

TEST(ColumnTransformer, SelectsByNamePositionAndType) {
  const Features by_name =
      ColumnTransformer{{"n", StandardScaler(), {"income", "age"}}}.fit_transform(table);
  const Features by_position =
      ColumnTransformer{{"n", StandardScaler(), {2, 0}}}.fit_transform(table);
  EXPECT_EQ(by_name.dense(), by_position.dense());
  EXPECT_EQ(by_name.names(), (std::vector<std::string>{"n__income", "n__age"}));
  const Features by_type =
      ColumnTransformer{{"n", ColumnAction::passthrough, ColumnType::numeric}}.fit_transform(table);
  EXPECT_EQ(by_type.cols(), 3);
}

TEST(ColumnTransformer, RemainderIsDroppedPassedOrTransformed) {
  const auto names = [](ColumnTransformer t) {
    t.fit(table);
    return t.get_feature_names_out();
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({{{"n", StandardScaler(), {"age"}}}}), (Names{"n__age"}));
  EXPECT_EQ(names({{{"n", StandardScaler(), {"age"}}, {"p", ColumnAction::drop, {"plan", "id"}}},
                   {.remainder = ColumnAction::passthrough}}),
            (Names{"n__age", "remainder__income"}));
  EXPECT_EQ(names({{{"n", StandardScaler(), {"age"}}, {"p", ColumnAction::drop, {"plan"}}},
                   {.remainder = StandardScaler()}}),
            (Names{"n__age", "remainder__income", "remainder__id"}));
}

TEST(ColumnTransformer, KeepsCategoriesAsATable) {
  ColumnTransformer t({{"n", StandardScaler(), {"age"}}}, {.remainder = ColumnAction::passthrough});
  const Features out = t.fit_transform(table);
  ASSERT_TRUE(out.is_table());
  EXPECT_EQ(out.table()["remainder__plan"].text(3), "c");
}

TEST(ColumnTransformer, LaterTablesMayHaveAnotherOrderAndFurtherColumns) {
  const ColumnTransformer t =
      ColumnTransformer{{"n", StandardScaler(), {"age", "income"}}}.fit(table);
  const DataFrame other =
      table.select({"income", "id", "age"}).with(Column::numeric("new", {0, 0, 0, 0}));
  EXPECT_EQ(t.transform(other).dense(), t.transform(table).dense());
  EXPECT_TRUE(throws<InvalidInput>([&] { t.transform(table.drop("income")); },
                                   {"ColumnTransformer", "'income'", "age, plan, id"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { t.transform(Matrix::Zero(2, 3)); },
                                   {"3 features", "expecting 4"}));
}

TEST(ColumnTransformer, InAPipelineTheOrderOfColumnsIsFreeToo) {
  const auto model = (ColumnTransformer{{"n", StandardScaler(), {"age", "income"}}} | Ridge())
                         .fit(table, std::vector{1.0, 2.0, 3.0, 5.0});
  EXPECT_EQ(model.predict(table.select({"id", "income", "age"})), model.predict(table));
}

TEST(ColumnTransformer, ErrorsNameTheGroup) {
  const auto fit = [](const ColumnTransformer& t) { ColumnTransformer(t).fit(table); };
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        fit({{"n", StandardScaler(), {"aeg"}}});
      },
      {"'n'", "'aeg'", "age, plan"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        fit({{"n", StandardScaler(), std::vector<Index>{4}}});
      },
      {"'n'", "4 columns"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        fit({{"n", StandardScaler(), {"plan"}}});
      },
      {"StandardScaler", "'plan'", "OneHotEncoder"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        fit({{"n", ColumnAction::drop, {"plan"}}});
      },
      {"nothing is left"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] {
        fit({{"n", StandardScaler(), {"age"}}, {"n", StandardScaler(), {"id"}}});
      },
      {"'n'", "twice"}));
}

TEST(ColumnTransformer, AGroupTakesAColumnOnceByNameOrPosition) {
  const Matrix X = Matrix::Random(5, 2);
  const ColumnTransformer by_name{{"g", StandardScaler(), {"a", "a"}}};
  const ColumnTransformer by_position{{"g", StandardScaler(), {0, 0}}};
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        ColumnTransformer(by_name).fit(DataFrame::from_matrix(X, {"a", "b"}));
      },
      {"ColumnTransformer, group 'g'", "column 'a' is chosen twice"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { ColumnTransformer(by_position).fit(X); },
                           {"ColumnTransformer, group 'g'", "column 'x0' is chosen twice"}));
}

TEST(ColumnTransformer, NamesWithoutGroupsMustNotClash) {
  ColumnTransformer t({{"a", StandardScaler(), {"age"}}, {"b", StandardScaler(), {"id"}}},
                      {.verbose_feature_names_out = false});
  EXPECT_EQ(t.fit(table).get_feature_names_out(), (std::vector<std::string>{"age", "id"}));
  t.params().transformers[1].columns = {"age"};
  EXPECT_TRUE(throws<InvalidInput>([&] { t.fit(table); }, {"'age'", "verbose_feature_names_out"}));
}

TEST(ColumnTransformer, IsSparseBelowTheThreshold) {
  Matrix wide = Matrix::Zero(10, 8);
  wide.col(3).setOnes();
  const SparseMatrix S = wide.sparseView();
  ColumnTransformer t{{"s", StandardScaler({.with_mean = false}), ColumnType::numeric}};
  EXPECT_TRUE(t.fit_transform(S).is_sparse());  // 1/8 filled, below 0.3
  t.set_param("sparse_threshold", 0.1);
  EXPECT_TRUE(t.fit_transform(S).is_dense());
}

TEST(ColumnTransformer, PathsReachIntoGroups) {
  ColumnTransformer t{{"n", StandardScaler(), {"age"}}};
  t.set_param("n__with_mean", false);
  EXPECT_EQ(t.get_param("n__with_mean"), Value(false));
  t.set_param("n", "passthrough");  // numbers alone come as a matrix
  EXPECT_EQ(t.fit_transform(table).dense()(0, 0), 20.0);
  EXPECT_TRUE(throws<InvalidParameter>([&] { t.set_param("n", Ridge()); }, {"'n'", "Transformer"}));
}

TEST(ColumnTransformer, SavesAndLoads) {
  const ColumnTransformer t = ColumnTransformer({{"n", StandardScaler(), {"age"}}},
                                                {.remainder = ColumnAction::passthrough})
                                  .fit(table);
  const auto loaded = load<ColumnTransformer>(to_cbor(t));
  EXPECT_EQ(loaded.transform(table).table().to_string(), t.transform(table).table().to_string());
  EXPECT_EQ(loaded.fitted_block<StandardScaler>("n").mean()[0], 35.0);
}

}  // namespace
}  // namespace espalier
