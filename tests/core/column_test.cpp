// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/column.hpp>

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>

namespace espalier {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Codes = std::vector<std::int32_t>;
using Texts = std::vector<std::string>;
using OptionalTexts = std::vector<std::optional<std::string>>;

Codes codes_of(const Column& column) { return {column.codes().begin(), column.codes().end()}; }

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "no error";
}

TEST(Column, NumericKeepsItsValues) {
  const Column column = Column::numeric("age", std::vector<double>{31, nan, 54});
  EXPECT_EQ(column.name(), "age");
  EXPECT_EQ(column.type(), ColumnType::numeric);
  EXPECT_TRUE(column.is_numeric());
  EXPECT_FALSE(column.is_categorical());
  EXPECT_EQ(column.size(), 3);
  EXPECT_EQ(column.values()[2], 54);
  EXPECT_TRUE(column.is_missing(1));
  EXPECT_FALSE(column.is_missing(0));
  EXPECT_EQ(column.count_missing(), 1);
}

TEST(Column, NumericComesFromEigen) {
  Matrix matrix(3, 2);
  matrix << 1, 4, 2, 5, 3, 6;
  const Column column = Column::numeric("x", matrix.col(1));
  EXPECT_EQ(column.size(), 3);
  EXPECT_EQ(column.values()[0], 4);
  EXPECT_EQ(column.values()[2], 6);
}

TEST(Column, CategoriesAreSortedByText) {
  const Column column =
      Column::categorical("town", Texts{"Oslo", "Lyon", "", "Åre", "Oslo", "Zug"});
  EXPECT_EQ(column.type(), ColumnType::categorical);
  EXPECT_EQ(column.dictionary(), (Dictionary{"", "Lyon", "Oslo", "Zug", "Åre"}));
  EXPECT_EQ(codes_of(column), (Codes{2, 1, 0, 4, 2, 3}));
  EXPECT_EQ(column.count_missing(), 0);
}

TEST(Column, AbsentTextIsMissing) {
  const Column column = Column::categorical("town", OptionalTexts{"b", std::nullopt, "a"});
  EXPECT_EQ(codes_of(column), (Codes{1, Column::missing_code, 0}));
  EXPECT_TRUE(column.is_missing(1));
  EXPECT_EQ(column.count_missing(), 1);
  EXPECT_EQ(column.text(1), "");
  EXPECT_EQ(column.text(0), "b");
}

TEST(Column, CodesKeepTheOrderOfTheirDictionary) {
  const Column column =
      Column::categorical("size", Codes{2, 0, -1}, Dictionary{"S", "M", "L", "XL"});
  EXPECT_EQ(column.dictionary(), (Dictionary{"S", "M", "L", "XL"}));
  EXPECT_EQ(column.text(0), "L");
}

TEST(Column, RefusesCodesOutsideTheDictionary) {
  const Dictionary two{"a", "b"};
  EXPECT_EQ(message_of([&] {
              Column::categorical("c", Codes{0, 2}, two);
            }),
            "Column 'c': the code of row 1 is 2; with 2 categories it must lie between -1 and 1.");
  EXPECT_NE(message_of([&] { Column::categorical("c", Codes{-2}, two); }), "no error");
  EXPECT_NE(message_of([&] { Column::categorical("c", Codes{0}, Dictionary{}); }), "no error");
  EXPECT_NE(
      message_of([&] { Column::categorical("c", Codes{}, std::shared_ptr<const Dictionary>()); }),
      "no error");
}

TEST(Column, RefusesADictionaryThatRepeatsItself) {
  EXPECT_EQ(message_of([] {
              Column::categorical("c", Codes{}, Dictionary{"b", "a", "b"});
            }),
            "Column 'c': the dictionary holds 'b' twice.");
}

TEST(Column, RefusesTheOtherTypesData) {
  const Column number = Column::numeric("n", std::vector<double>{1});
  const Column category = Column::categorical("c", Texts{"x"});
  EXPECT_NE(message_of([&] { (void)category.values(); }).find("'c' is categorical"),
            std::string::npos);
  EXPECT_EQ(message_of([&] { (void)number.codes(); }), "Column 'n' is numeric; it has no codes.");
  EXPECT_EQ(message_of([&] { (void)number.dictionary(); }),
            "Column 'n' is numeric; it has no dictionary.");
  EXPECT_EQ(message_of([&] { (void)number.shared_dictionary(); }),
            "Column 'n' is numeric; it has no dictionary.");
}

TEST(Column, RefusesRowsItDoesNotHave) {
  const Column column = Column::numeric("n", std::vector<double>{1, 2});
  EXPECT_EQ(message_of([&] { (void)column.text(2); }),
            "Column 'n': there is no row 2; it has 2 rows.");
  EXPECT_NE(message_of([&] { (void)column.is_missing(-1); }), "no error");
  EXPECT_NE(message_of([&] { (void)column.take(std::vector<Index>{0, 2}); }), "no error");
}

TEST(Column, CopiesAndNewNamesShareTheData) {
  const Column column = Column::numeric("a", std::vector<double>{1, 2});
  const Column other = column.renamed("b");
  EXPECT_EQ(other.name(), "b");
  EXPECT_EQ(column.name(), "a");
  EXPECT_EQ(other.values().data(), column.values().data());
  EXPECT_EQ(Column(column).values().data(), column.values().data());
}

TEST(Column, TakeReordersAndRepeats) {
  const std::vector<Index> rows{2, 0, 2};
  const Column numbers = Column::numeric("n", std::vector<double>{10, 20, 30}).take(rows);
  EXPECT_EQ(std::vector<double>(numbers.values().begin(), numbers.values().end()),
            (std::vector<double>{30, 10, 30}));
  const Column all = Column::categorical("c", Texts{"a", "b", "c"});
  const Column some = all.take(rows);
  EXPECT_EQ(codes_of(some), (Codes{2, 0, 2}));
  EXPECT_EQ(some.shared_dictionary(), all.shared_dictionary());
}

TEST(Column, TextIsTheShortestThatReadsBack) {
  const std::vector<double> values{0.1,  100000, -3,    1e15,   123456789012345, 1.0 / 3,
                                   1e-7, -0.0,   1e300, 5e-324, INFINITY,        -INFINITY};
  const std::vector<std::string> texts{
      "0.1",    "100000", "-3",  "1e+15", "123456789012345", "0.3333333333333333", "1e-07", "-0",
      "1e+300", "5e-324", "inf", "-inf"};
  const Column column = Column::numeric("x", values);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(column.text(static_cast<Index>(i)), texts[i]);
}

TEST(Column, TextOfAnyNumberReadsBack) {
  Random random(1);
  std::vector<double> values(10'000);
  for (double& value : values) value = std::bit_cast<double>(random());
  const Column column = Column::numeric("x", values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const std::string text = column.text(static_cast<Index>(i));
    double back = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), back).ptr;
    EXPECT_EQ(end, text.data() + text.size());
    EXPECT_EQ(back, values[i]) << text;
  }
}

TEST(Recode, TranslatesToAnotherDictionary) {
  const Column column = Column::categorical("c", OptionalTexts{"b", "a", std::nullopt, "z", "b"});
  EXPECT_EQ(recode(column, {"x", "b", "a"}), (Codes{1, 2, Column::missing_code, unseen_code, 1}));
  EXPECT_EQ(recode(column, {}), (Codes{unseen_code, unseen_code, -1, unseen_code, unseen_code}));
}

TEST(Recode, EqualDictionariesKeepTheCodes) {
  const Column column = Column::categorical("c", Texts{"b", "a"});
  EXPECT_EQ(recode(column, column.dictionary()), (Codes{1, 0}));
  EXPECT_EQ(recode(column, Dictionary{"a", "b"}), (Codes{1, 0}));
}

TEST(Recode, RefusesNumbers) {
  EXPECT_THROW(recode(Column::numeric("n", std::vector<double>{1}), {}), InvalidInput);
}

}  // namespace
}  // namespace espalier
