// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/data_frame.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include <espalier/core/errors.hpp>

#include "support/golden.hpp"

namespace espalier {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Names = std::vector<std::string>;
using Texts = std::vector<std::optional<std::string>>;

DataFrame people() {
  return {Column::numeric("age", std::vector<double>{31, 54, nan, 20}),
          Column::categorical("town", Texts{"Zürich", "Oslo", "Lyon", std::nullopt}),
          Column::numeric("income", std::vector<double>{1234.5, 0.25, 3, nan})};
}

std::vector<double> numbers(const DataFrame& table, std::string_view name) {
  return {table[name].values().begin(), table[name].values().end()};
}

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "no error";
}

TEST(DataFrame, KnowsItsShapeAndNames) {
  const DataFrame table = people();
  EXPECT_EQ(table.rows(), 4);
  EXPECT_EQ(table.cols(), 3);
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(table.names(), (Names{"age", "town", "income"}));
  EXPECT_TRUE(table.contains("town"));
  EXPECT_FALSE(table.contains("Town"));
  EXPECT_EQ(table.index_of("income"), 2);
  EXPECT_EQ(table["income"].name(), "income");
  EXPECT_EQ(table.column(1).name(), "town");
}

TEST(DataFrame, AnEmptyTableIsATable) {
  const DataFrame none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.rows(), 0);
  EXPECT_EQ(none.describe().rows(), 0);
  EXPECT_EQ(none.to_string(), "0 rows × 0 columns\n");
  EXPECT_EQ(none.with(Column::numeric("a", std::vector<double>{1, 2})).rows(), 2);
  EXPECT_EQ(none.with(people()).names(), people().names());
}

TEST(DataFrame, RefusesUnequalLengths) {
  EXPECT_EQ(message_of([] {
              DataFrame({Column::numeric("a", std::vector<double>{1, 2}),
                         Column::numeric("b", std::vector<double>{1})});
            }),
            "DataFrame: column 'b' has 1 row where the table has 2.");
}

TEST(DataFrame, RefusesANameTwice) {
  const Column a = Column::numeric("a", std::vector<double>{1});
  EXPECT_EQ(message_of([&] { DataFrame({a, a}); }), "DataFrame: two columns are called 'a'.");
}

TEST(DataFrame, NamesWhatIsNotThereAndListsWhatIs) {
  const DataFrame table = people();
  const std::string message =
      "DataFrame: there is no column 'Age'; there are 'age', 'town', 'income'.";
  EXPECT_EQ(message_of([&] { (void)table["Age"]; }), message);
  EXPECT_EQ(message_of([&] { (void)table.select({"age", "Age"}); }), message);
  EXPECT_EQ(message_of([&] { (void)table.drop("Age"); }), message);
  EXPECT_EQ(message_of([&] { (void)table.drop({"Age"}); }), message);
  EXPECT_EQ(message_of([&] { (void)table.renamed("Age", "x"); }), message);
  EXPECT_EQ(message_of([] { (void)DataFrame()["x"]; }),
            "DataFrame: there is no column 'x'; the table has no columns.");
  EXPECT_EQ(message_of([&] { (void)table.column(3); }),
            "DataFrame: there is no column number 3; the table has 3.");
}

TEST(DataFrame, AWideTableListsItsFirstNames) {
  const std::string message =
      message_of([] { (void)DataFrame::from_matrix(Matrix::Zero(1, 100))["y"]; });
  EXPECT_NE(message.find("'x0', 'x1', "), std::string::npos);
  EXPECT_NE(message.find("'x19', … 80 more."), std::string::npos);
}

TEST(DataFrame, SelectsByNamePositionAndType) {
  const DataFrame table = people();
  EXPECT_EQ(table.select({"income", "age"}).names(), (Names{"income", "age"}));
  EXPECT_EQ(table.select(Names{"town"}).names(), Names{"town"});
  EXPECT_EQ(table.select(std::vector<Index>{2, 1}).names(), (Names{"income", "town"}));
  EXPECT_EQ(table.select({2, 1}).names(), (Names{"income", "town"}));
  EXPECT_EQ(table.select({0}).names(), Names{"age"});  // 0 is no text
  EXPECT_EQ(message_of([&] { (void)table.select({3}); }),
            "DataFrame: there is no column number 3; the table has 3.");
  EXPECT_EQ(table.select(ColumnType::numeric).names(), (Names{"age", "income"}));
  EXPECT_EQ(table.select(ColumnType::categorical).names(), Names{"town"});
}

TEST(DataFrame, SelectingCopiesNoRows) {
  const DataFrame table = people();
  EXPECT_EQ(table.select({"age"})["age"].values().data(), table["age"].values().data());
}

TEST(DataFrame, SelectingNoColumnKeepsTheRows) {
  EXPECT_EQ(people().select(Names{}).rows(), 4);
  EXPECT_EQ(people().drop({"age", "town", "income"}).rows(), 4);
  EXPECT_EQ(people().select(Names{}).to_matrix().rows(), 4);
}

TEST(DataFrame, RefusesAColumnSelectedTwice) {
  EXPECT_NE(message_of([] { (void)people().select({"age", "age"}); }), "no error");
}

TEST(DataFrame, Drops) {
  EXPECT_EQ(people().drop("town").names(), (Names{"age", "income"}));
  EXPECT_EQ(people().drop({"income", "age"}).names(), Names{"town"});
  EXPECT_EQ(people().drop({0}).names(), (Names{"town", "income"}));
  EXPECT_EQ(people().drop(std::vector<Index>{0, 2}).names(), Names{"town"});
  EXPECT_EQ(message_of([] { (void)people().drop({-1}); }),
            "DataFrame: there is no column number -1; the table has 3.");
}

TEST(DataFrame, TakesRowsByIndex) {
  const DataFrame rows = people().take({1, 1, 0});
  EXPECT_EQ(numbers(rows, "age"), (std::vector<double>{54, 54, 31}));
  EXPECT_EQ(rows["town"].text(2), "Zürich");
  EXPECT_NE(message_of([] { (void)people().take({4}); }), "no error");
  EXPECT_NE(message_of([] { (void)people().take({-1}); }), "no error");
}

TEST(DataFrame, TakesRowsByMask) {
  EXPECT_EQ(numbers(people().where({true, false, false, true}), "age"),
            (std::vector<double>{31, 20}));
  EXPECT_EQ(people().where(std::vector<bool>(4, false)).rows(), 0);
  EXPECT_EQ(message_of([] { (void)people().where({true}); }),
            "DataFrame::where: the mask has 1 entries for 4 rows.");
}

TEST(DataFrame, HeadAndTailTakeAtMostWhatThereIs) {
  EXPECT_EQ(numbers(people().head(2), "age"), (std::vector<double>{31, 54}));
  EXPECT_EQ(people().tail(2)["town"].text(0), "Lyon");
  EXPECT_EQ(people().head(99).rows(), 4);
  EXPECT_EQ(people().tail(99).rows(), 4);
  EXPECT_EQ(people().head(-1).rows(), 0);
}

TEST(DataFrame, AppendsOrReplacesAColumn) {
  const DataFrame table = people();
  const Column height = Column::numeric("height", std::vector<double>{1, 2, 3, 4});
  EXPECT_EQ(table.with(height).names(), (Names{"age", "town", "income", "height"}));
  const DataFrame replaced = table.with(height.renamed("town"));
  EXPECT_EQ(replaced.names(), table.names());
  EXPECT_TRUE(replaced["town"].is_numeric());
  EXPECT_TRUE(table["town"].is_categorical());
  EXPECT_NE(message_of([&] { (void)table.with(height.take(std::vector<Index>{0})); }), "no error");
}

TEST(DataFrame, AppendsATable) {
  const DataFrame more = people().renamed("age", "a").renamed("town", "t").renamed("income", "i");
  EXPECT_EQ(people().with(more).names(), (Names{"age", "town", "income", "a", "t", "i"}));
  EXPECT_NE(message_of([] { (void)people().with(people()); }), "no error");
  EXPECT_EQ(people().with(DataFrame()).names(), people().names());
  const std::string message = "DataFrame::with: the other table has 2 rows where this one has 4.";
  EXPECT_EQ(message_of([&] { (void)people().with(more.head(2)); }), message);
  EXPECT_EQ(message_of([&] { (void)people().with(more.head(2).select(Names{})); }), message);
}

TEST(DataFrame, Renames) {
  EXPECT_EQ(people().renamed("town", "city").names(), (Names{"age", "city", "income"}));
  EXPECT_EQ(people().renamed("town", "town").names(), people().names());
  EXPECT_NE(message_of([] { (void)people().renamed("town", "age"); }), "no error");
}

TEST(DataFrame, GoesToEigenAndBack) {
  Matrix matrix(3, 2);
  matrix << 1, 4, 2, nan, 3, 6;
  const DataFrame table = DataFrame::from_matrix(matrix);
  EXPECT_EQ(table.names(), (Names{"x0", "x1"}));
  EXPECT_TRUE(table["x1"].is_missing(1));
  const Matrix back = table.to_matrix();
  EXPECT_EQ(back.col(0), matrix.col(0));
  EXPECT_TRUE(std::isnan(back(1, 1)));
  EXPECT_EQ(DataFrame::from_matrix(matrix, {"a", "b"}).names(), (Names{"a", "b"}));
  EXPECT_NE(message_of([&] { DataFrame::from_matrix(matrix, {"a"}); }), "no error");
  EXPECT_NE(message_of([&] { DataFrame::from_matrix(matrix, {"a", "a"}); }), "no error");
}

TEST(DataFrame, AMatrixNeedsNumbers) {
  EXPECT_NE(message_of([] { (void)people().to_matrix(); }).find("'town' is categorical"),
            std::string::npos);
}

TEST(DataFrame, DescribesAsPandas) {
  const nlohmann::json golden = testing_support::golden("data_frame_describe.json");
  std::vector<Column> columns;
  for (const auto& [name, cells] : golden["columns"].items()) {
    const bool categorical =
        std::any_of(cells.begin(), cells.end(), [](const auto& c) { return c.is_string(); });
    if (categorical) {
      Texts texts;
      for (const auto& cell : cells)
        texts.push_back(cell.is_null() ? std::nullopt : std::optional(cell.get<std::string>()));
      columns.push_back(Column::categorical(name, texts));
    } else {
      columns.push_back(Column::numeric(name, testing_support::to_vector(cells)));
    }
  }
  const DataFrame table(columns);
  // pandas keeps the order of the file; JSON objects are sorted.
  const DataFrame described =
      table.select({"Status", "Seniority", "Home", "Job", "Income", "Assets", "Price"}).describe();
  for (const auto& [statistic, cells] : golden["describe"].items()) {
    for (Index i = 0; i < described.rows(); ++i) {
      const auto& expected = cells[static_cast<std::size_t>(i)];
      const Column& column = described[statistic];
      const std::string what = statistic + " of " + described["column"].text(i);
      if (expected.is_null()) {
        EXPECT_TRUE(column.is_missing(i)) << what;
      } else if (expected.is_string()) {
        EXPECT_EQ(column.text(i), expected.get<std::string>()) << what;
      } else {
        const double value = expected.get<double>();
        EXPECT_NEAR(column.values()[static_cast<std::size_t>(i)], value, 1e-12 * std::abs(value))
            << what;
      }
    }
  }
}

TEST(DataFrame, DescribesWhatIsMissing) {
  const DataFrame described = people().describe();
  EXPECT_EQ(described.names(), (Names{"column", "type", "count", "missing", "mean", "std", "min",
                                      "25%", "50%", "75%", "max", "unique", "top", "freq"}));
  EXPECT_EQ(numbers(described, "missing"), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(described["type"].text(1), "categorical");
}

TEST(DataFrame, DescribesColumnsWithoutAValue) {
  const DataFrame described =
      DataFrame({Column::numeric("n", std::vector<double>{nan, nan}),
                 Column::categorical("c", Texts{std::nullopt, std::nullopt}),
                 Column::numeric("one", std::vector<double>{nan, 7})})
          .describe();
  EXPECT_EQ(numbers(described, "count"), (std::vector<double>{0, 0, 1}));
  EXPECT_TRUE(described["mean"].is_missing(0));
  EXPECT_TRUE(described["top"].is_missing(1));
  EXPECT_EQ(described["unique"].values()[1], 0);
  EXPECT_EQ(described["75%"].values()[2], 7);
  EXPECT_TRUE(described["std"].is_missing(2));
}

TEST(DataFrame, DescribesInfinities) {
  const DataFrame described =
      DataFrame({Column::numeric("x", std::vector<double>{1, INFINITY, INFINITY})}).describe();
  EXPECT_EQ(described["max"].values()[0], INFINITY);
  EXPECT_EQ(described["75%"].values()[0], INFINITY);
  EXPECT_EQ(described["min"].values()[0], 1);
}

TEST(DataFrame, TheFirstOfTheDictionaryWinsATie) {
  const DataFrame described =
      DataFrame({Column::categorical("c", Texts{"b", "a", "a", "b", "c"})}).describe();
  EXPECT_EQ(described["top"].text(0), "a");
  EXPECT_EQ(described["freq"].values()[0], 2);
}

TEST(DataFrame, UnusedCategoriesAreNotCounted) {
  const DataFrame described =
      DataFrame({Column::categorical("c", Texts{"a", "b", "c"})}).head(2).describe();
  EXPECT_EQ(described["unique"].values()[0], 2);
}

TEST(DataFrame, PrintsAnAlignedTable) {
  EXPECT_EQ(people().to_string(),
            "age  town     income\n"
            " 31  Zürich  1234.50\n"
            " 54  Oslo       0.25\n"
            "  –  Lyon       3.00\n"
            " 20  –             –\n"
            "4 rows × 3 columns\n");
  std::ostringstream stream;
  stream << people();
  EXPECT_EQ(stream.str(), people().to_string());
}

TEST(DataFrame, PrintsTheEndsOfALongTable) {
  const DataFrame table = DataFrame::from_matrix(Vector::LinSpaced(100, 0, 99));
  EXPECT_EQ(table.to_string(3), "x0\n 0\n 1\n…\n99\n100 rows × 1 column\n");
  EXPECT_EQ(table.to_string(0), "x0\n100 rows × 1 column\n");
}

TEST(DataFrame, FoldsColumnsThatDoNotFit) {
  const DataFrame table =
      DataFrame::from_matrix(Matrix::Zero(1, 6), {"alpha", "beta", "gamma", "delta", "eta", "x"});
  EXPECT_EQ(table.to_string(10, 20),
            "alpha  beta  gamma\n"
            "    0     0      0\n"
            "… 3 more columns: delta, eta, x\n"
            "1 row × 6 columns\n");
  EXPECT_EQ(table.to_string(10, 32),
            "alpha  beta  gamma  delta  eta\n"
            "    0     0      0      0    0\n"
            "… 1 more column: x\n"
            "1 row × 6 columns\n");
}

TEST(DataFrame, PrintsEveryCellOnOneShortLine) {
  const std::string text = std::string(30, 'a') + "ééé";
  EXPECT_EQ(DataFrame({Column::categorical("c", Texts{"two\nlines", text})}).to_string(),
            "c\ntwo lines\n" + std::string(30, 'a') + "é…\n2 rows × 1 column\n");
}

TEST(DataFrame, PrintsVeryLargeAndSmallNumbers) {
  EXPECT_EQ(
      DataFrame({Column::numeric("x", std::vector<double>{1e-9, 1e20, 0, -INFINITY})}).to_string(),
      "    x\n1e-09\n1e+20\n    0\n -inf\n4 rows × 1 column\n");
}

}  // namespace
}  // namespace espalier
