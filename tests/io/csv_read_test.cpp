// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/io/csv.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <espalier/core/errors.hpp>

#include "io/csv_reader.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The cells of a categorical column; `–` for a missing one.
Names texts(const DataFrame& table, std::string_view name) {
  Names cells;
  const Column& column = table[name];
  EXPECT_TRUE(column.is_categorical()) << name;
  for (Index i = 0; i < column.size(); ++i) {
    cells.push_back(column.is_missing(i) ? "–" : column.text(i));
  }
  return cells;
}

testing::AssertionResult holds(const DataFrame& table, std::string_view name,
                               const Numbers& expected) {
  const std::span<const double> values = table[name].values();
  if (values.size() != expected.size())
    return testing::AssertionFailure() << values.size() << " rows";
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool same = std::isnan(expected[i]) ? std::isnan(values[i]) : values[i] == expected[i];
    if (!same) return testing::AssertionFailure() << "row " << i << " is " << values[i];
  }
  return testing::AssertionSuccess();
}

TEST(ReadCsv, ReadsNumbersAndCategories) {
  const DataFrame table = parse_csv("age,town\n31,Oslo\n-4.5,Lyon\n1e3,Oslo\n");
  EXPECT_EQ(table.names(), (Names{"age", "town"}));
  EXPECT_TRUE(holds(table, "age", {31, -4.5, 1000}));
  EXPECT_EQ(texts(table, "town"), (Names{"Oslo", "Lyon", "Oslo"}));
  EXPECT_EQ(table["town"].dictionary(), (Dictionary{"Lyon", "Oslo"}));
}

TEST(ReadCsv, TakesAnyLineEnd) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    for (const std::string& last : {std::string(), end, end + end}) {
      const DataFrame table = parse_csv("a,b" + end + "1,x" + end + end + "2,y" + last);
      EXPECT_TRUE(holds(table, "a", {1, 2}));
      EXPECT_EQ(texts(table, "b"), (Names{"x", "y"}));
    }
  }
}

TEST(ReadCsv, SkipsTheByteOrderMark) {
  EXPECT_EQ(parse_csv("\xEF\xBB\xBF"
                      "a\n1\n")
                .names(),
            Names{"a"});
  EXPECT_EQ(parse_csv("\xEF\xBB\xBF\"a\"\n1\n").names(), Names{"a"});
}

TEST(ReadCsv, SkipsBlankLines) {
  EXPECT_TRUE(holds(parse_csv("\n  \na,b\n\n1,2\n \t \n3,4\n\n\n"), "b", {2, 4}));
  EXPECT_EQ(parse_csv("a\tb\n\t\n1\t2\n", {.delimiter = '\t'}).rows(),
            2);  // a tab is no blank here
}

TEST(ReadCsv, QuotedFieldsHoldDelimitersQuotesAndLineEnds) {
  const DataFrame table =
      parse_csv("a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",\"\"\"\"\r\n");
  EXPECT_EQ(texts(table, "a"), (Names{"x,y", "two\r\nlines"}));
  EXPECT_EQ(texts(table, "b"), (Names{"say \"hi\"", "\""}));
}

TEST(ReadCsv, QuotedNumbersAreNumbers) {
  EXPECT_TRUE(holds(parse_csv("a\n\"1\"\n\" 2.5 \"\n"), "a", {1, 2.5}));
}

TEST(ReadCsv, BlanksMayFollowAClosingQuote) {
  EXPECT_EQ(texts(parse_csv("a,b\n\"x\" ,\"y\"\t\n"), "b"), Names{"y"});
}

TEST(ReadCsv, AQuoteWithinAFieldIsACharacter) {
  EXPECT_EQ(texts(parse_csv("size,b\n5\" disk,1\n3\",2\n"), "size"), (Names{"5\" disk", "3\""}));
}

TEST(ReadCsv, HeadersMayBeQuoted) {
  EXPECT_EQ(parse_csv("\"a, b\",\"c \"\"d\"\"\"\n1,2\n").names(), (Names{"a, b", "c \"d\""}));
}

TEST(ReadCsv, TakesAnyDelimiterAndQuote) {
  EXPECT_TRUE(holds(parse_csv("a;b\n1;2,5\n", {.delimiter = ';'}), "a", {1}));
  EXPECT_TRUE(holds(parse_csv("a b\n1 2\n", {.delimiter = ' '}), "b", {2}));
  EXPECT_EQ(texts(parse_csv("a|b\n'x|y'|z\n", {.delimiter = '|', .quote = '\''}), "a"),
            Names{"x|y"});
  EXPECT_EQ(texts(parse_csv("a,b\n\"x,y\n", {.quote = std::nullopt}), "a"), Names{"\"x"});
}

TEST(ReadCsv, ADelimiterMayLookLikeAPartOfANumber) {
  EXPECT_EQ(parse_csv("a.b\n12.5\n3.4\n", {.delimiter = '.'})["b"].values()[0], 5);
  EXPECT_EQ(parse_csv("a-b\n1-2\n3-4\n", {.delimiter = '-'})["b"].values()[1], 4);
  EXPECT_EQ(parse_csv("a7b\n172\n374\n", {.delimiter = '7'})["a"].values()[1], 3);
}

TEST(ReadCsv, SkipsComments) {
  const std::string text = "# made \"by, hand\"\na,b\n#,\"\n1,x#y\n#,\"\n2,\"#z\"\n";
  const DataFrame table = parse_csv(text, {.comment = '#'});
  EXPECT_TRUE(holds(table, "a", {1, 2}));
  EXPECT_EQ(texts(table, "b"), (Names{"x#y", "#z"}));
}

TEST(ReadCsv, WithoutAHeaderColumnsAreNumbered) {
  const DataFrame table = parse_csv("1,x\n2,y\n", {.header = false});
  EXPECT_EQ(table.names(), (Names{"x0", "x1"}));
  EXPECT_TRUE(holds(table, "x0", {1, 2}));
}

TEST(ReadCsv, GivenNamesReplaceTheHeaderOrStandForIt) {
  EXPECT_EQ(parse_csv("a,b\n1,2\n", {.names = {"c", "d"}}).names(), (Names{"c", "d"}));
  EXPECT_EQ(parse_csv("a,a\n1,2\n", {.names = {"c", "d"}}).rows(), 1);
  const DataFrame table = parse_csv("1,2\n3,4\n", {.header = false, .names = {"c", "d"}});
  EXPECT_TRUE(holds(table, "d", {2, 4}));
}

TEST(ReadCsv, NamelessColumnsAreCalledAsInPandas) {
  EXPECT_EQ(parse_csv(",a,\n1,2,3\n").names(), (Names{"Unnamed: 0", "a", "Unnamed: 2"}));
}

TEST(ReadCsv, ReadsTheColumnsAskedForInTheirOrder) {
  const DataFrame table = parse_csv("a,b,c\n1,x,\"p\"\"q\"\n2,y,r\n", {.columns = {"c", "a"}});
  EXPECT_EQ(table.names(), (Names{"c", "a"}));
  EXPECT_EQ(texts(table, "c"), (Names{"p\"q", "r"}));
  EXPECT_TRUE(holds(table, "a", {1, 2}));
}

TEST(ReadCsv, GivenTypesWin) {
  const DataFrame table =
      parse_csv("zip,n\n01234,\n1234,\n",
                {.types = {{"zip", ColumnType::categorical}, {"n", ColumnType::categorical}}});
  EXPECT_EQ(texts(table, "zip"), (Names{"01234", "1234"}));
  EXPECT_EQ(texts(table, "n"), (Names{"–", "–"}));
}

TEST(ReadCsv, InfersTypesFromTheWholeText) {
  std::string text = "a,b,c\n";
  for (int i = 0; i < 300'000; ++i) text += "1.50,2,3\n";  // many blocks
  const DataFrame table = parse_csv(text + "end,4,5\n");
  EXPECT_EQ(table["a"].dictionary(), (Dictionary{"1.50", "end"}));
  EXPECT_EQ(table["a"].size(), 300'001);
  EXPECT_EQ(table["a"].text(0), "1.50");
  EXPECT_EQ(table["b"].values().back(), 4);
}

TEST(ReadCsv, KnowsNumbersInAllTheirForms) {
  const std::vector<std::pair<std::string, double>> numbers{
      {"0", 0},
      {"-0", -0.0},
      {"+7", 7},
      {"007", 7},
      {".5", 0.5},
      {"5.", 5},
      {"-.25", -0.25},
      {" 1 ", 1},
      {"\t2\t", 2},
      {"1e5", 1e5},
      {"1E-5", 1e-5},
      {"+1.5e+3", 1500},
      {"inf", infinity},
      {"-inf", -infinity},
      {"INFINITY", infinity},
      {"+Inf", infinity},
      {"NaN", nan},
      {"-nan", nan},
      {"1e400", infinity},
      {"-1e999999999999999999999", -infinity},
      {"1e-400", 0},
      {"1e-99999999999999999999", 0},
      {"0e999999999999999999999", 0},
      {"123456789012345678901234567890", 123456789012345678901234567890.0},
      {"9007199254740993", 9007199254740992},
      {"0.1234567890123456789", 0.1234567890123456789},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"5e-324", 5e-324},
      {"999999999999999", 999999999999999},
      {"0.000000000000001", 1e-15},
      {"0.3", 0.3},
      {"2.675", 2.675},
      {"179769313486231580793e290", infinity}};
  for (const auto& [text, value] : numbers) {
    const DataFrame table = parse_csv("a,b\n" + text + ",x\n");
    ASSERT_TRUE(table["a"].is_numeric()) << text;
    EXPECT_TRUE(holds(table, "a", {value})) << text;
    EXPECT_TRUE(std::isnan(value) || std::signbit(table["a"].values()[0]) == std::signbit(value))
        << text;
  }
}

TEST(ReadCsv, KnowsWhatIsNoNumber) {
  for (const std::string text :
       {"1,5", "1 2", "0x10", "1e",      "e5",    "--1",   "+-1",        "-+1", "1.2.3", ".", "-",
        "+",   "1f",  "true", "infinit", "nan(1", "12:30", "2020-01-01", "½",   "1_000"}) {
    EXPECT_TRUE(parse_csv("a;b\n" + text + ";x\n", {.delimiter = ';'})["a"].is_categorical())
        << text;
  }
}

TEST(ReadCsv, MissingTextsAreThoseOfPandas) {
  for (const std::string_view text : default_csv_missing_values()) {
    const std::string cell(text);
    const DataFrame table =
        parse_csv("n,c\n1,x\n" + cell + "," + cell + "\n " + cell + " ,\"" + cell + "\"\n");
    EXPECT_TRUE(holds(table, "n", {1, nan, nan})) << text;
    EXPECT_EQ(texts(table, "c"), (Names{"x", "–", "–"})) << text;
  }
  EXPECT_EQ(texts(parse_csv("c\nNone of it\nna\n?\nNa\n"), "c"),
            (Names{"None of it", "na", "?", "Na"}));
}

TEST(ReadCsv, MoreTextsMayMeanMissing) {
  const std::string text = "n,c\n1,?\n-999,NA\n?,x\n";
  const DataFrame table = parse_csv(text, {.missing_values = {"?", "-999"}});
  EXPECT_TRUE(holds(table, "n", {1, nan, nan}));
  EXPECT_EQ(texts(table, "c"), (Names{"–", "–", "x"}));
  const DataFrame only =
      parse_csv(text, {.missing_values = {"?"}, .default_missing_values = false});
  EXPECT_TRUE(holds(only, "n", {1, -999, nan}));
  EXPECT_EQ(texts(only, "c"), (Names{"–", "NA", "x"}));
}

TEST(ReadCsv, WithoutDefaultsAnEmptyCellIsAText) {
  EXPECT_EQ(texts(parse_csv("n,c\n1,\n2,x\n", {.default_missing_values = false}), "c"),
            (Names{"", "x"}));
}

TEST(ReadCsv, QuotedCellsMayBeKeptFromBeingMissing) {
  const std::string text = "n,c\n1,\"NA\"\n,NA\n3,\"\"\n4,\n";
  EXPECT_EQ(texts(parse_csv(text, {.quoted_missing = false}), "c"), (Names{"NA", "–", "", "–"}));
  EXPECT_EQ(texts(parse_csv("c\nx\n\"\"\n"), "c"), (Names{"x", "–"}));
}

TEST(ReadCsv, AnUnquotedTextMayBeMissingWhereTheQuotedOneIsNot) {
  const DataFrame table =
      parse_csv("a,b\nx,1\n\"NA\",2\nNA,3\n\"NA\",4\n", {.quoted_missing = false});
  EXPECT_EQ(table["a"].count_missing(), 1);
  EXPECT_TRUE(table["a"].is_missing(2));
  EXPECT_EQ(table["a"].text(3), "NA");
}

TEST(ReadCsv, AColumnWithoutAValueIsNumeric) {
  EXPECT_TRUE(holds(parse_csv("a,b\n,x\nNA,y\n"), "a", {nan, nan}));
}

TEST(ReadCsv, TextsKeepTheirSpaces) {
  EXPECT_EQ(texts(parse_csv("a,b\n x ,1\n x,2\n"), "a"), (Names{" x ", " x"}));
}

TEST(ReadCsv, AHeaderAloneIsATableWithoutRows) {
  for (const std::string text : {"a,b", "a,b\n", "a,b\r\n\r\n"}) {
    const DataFrame table = parse_csv(text, {.types = {{"b", ColumnType::categorical}}});
    EXPECT_EQ(table.names(), (Names{"a", "b"}));
    EXPECT_EQ(table.rows(), 0);
    EXPECT_TRUE(table["a"].is_numeric());
    EXPECT_TRUE(table["b"].is_categorical());
  }
}

TEST(ReadCsv, HoldsUtf8) {
  const DataFrame table = parse_csv("näme,b\nZürich,1\n日本,2\n\xF0\x9F\x8C\xB3,3\n");
  EXPECT_EQ(texts(table, "näme"), (Names{"Zürich", "日本", "\xF0\x9F\x8C\xB3"}));
}

// Errors.

TEST(ReadCsv, RefusesARecordOfAnotherLength) {
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("a,b\n1,2\n3\n"); },
                                  {"the text: line 3, column 2 ('b'): expected 2 fields, got 1."}));
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("a,b\n1,2,3\n"); },
                                  {"line 2, column 3: expected 2 fields, got 3."}));
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("a\n1,2,3\n"); },
                                  {"line 2, column 2: expected 1 field, got 3."}));
  EXPECT_TRUE(
      throws<FormatError>([] { parse_csv("# x\n\na,b\n\"1\n\n\",2\n3\n", {.comment = '#'}); },
                          {"line 7, column 2 ('b'): expected 2 fields, got 1."}));
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("a\rb\r1,2\r"); }, {"line 3"}));
}

TEST(ReadCsv, RefusesAQuoteThatIsNeverClosed) {
  EXPECT_TRUE(
      throws<FormatError>([] { parse_csv("a,b\n1,x\n2,\"y\n3,z\n"); },
                          {"line 3, column 2 ('b')", "the quote that opens here is never closed"}));
  EXPECT_TRUE(
      throws<FormatError>([] { parse_csv("a,\"b\n1,2\n"); }, {"line 1, column 2", "never closed"}));
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("\""); }, {"line 1, column 1", "never closed"}));
}

TEST(ReadCsv, RefusesTextBehindAClosingQuote) {
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("a,b\n1,\"x\"y z\n"); },
                                  {"line 2, column 2 ('b')", "'y z' follows the closing quote"}));
}

TEST(ReadCsv, RefusesTextInAColumnGivenAsNumeric) {
  EXPECT_TRUE(throws<FormatError>(
      [] {
        parse_csv("n,age\n1,2\n3,12 years\n", {.types = {{"age", ColumnType::numeric}}});
      },
      {"line 3, column 2 ('age'): '12 years' is not a number, and the column was given as "
       "numeric."}));
  EXPECT_TRUE(throws<FormatError>(
      [] {
        parse_csv("a\n" + std::string(500, 'x') + "\n", {.types = {{"a", ColumnType::numeric}}});
      },
      {"'" + std::string(40, 'x') + "…'"}));
}

TEST(ReadCsv, RefusesAnEmptyText) {
  for (const std::string text : {"", "\n", "  \n\r\n", "\xEF\xBB\xBF"}) {
    EXPECT_TRUE(throws<FormatError>([&] { parse_csv(text); },
                                    {"the text: it is empty; expected a header line."}));
  }
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("#a\n", {.comment = '#', .header = false}); },
                                  {"expected records"}));
}

TEST(ReadCsv, RefusesBinaryData) {
  using namespace std::string_literals;
  EXPECT_TRUE(throws<FormatError>(
      [] {
        parse_csv(
            "\x7F"
            "ELF\0\0\0\n"s);
      },
      {"binary data"}));
  EXPECT_TRUE(throws<FormatError>(
      [] {
        parse_csv(
            "\xFF\xFE"
            "a\0"s);
      },
      {"UTF-16"}));
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("\x89PNG\r\n\x1a\n"); },
                                  {"line 1, column 1", "0x89 is not UTF-8"}));
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("a,b\n1,caf\xE9\n"); },
                                  {"line 2, column 2 ('b')", "0xE9"}));
  std::string late = "a,b\n";
  while (late.size() < 1'000'000) late += "1,x\n";
  EXPECT_TRUE(throws<FormatError>([&] { parse_csv(late + "2,\0\n"s); },
                                  {"line 250001, column 2 ('b')", "NUL"}));
}

TEST(ReadCsv, RefusesBrokenUtf8InEveryForm) {
  for (const std::string text :
       {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3z"}) {
    EXPECT_TRUE(throws<FormatError>([&] { parse_csv("a\n" + text + "\n"); },
                                    {"line 2, column 1 ('a')", "UTF-8"}));
  }
}

TEST(ReadCsv, RefusesANameTwice) {
  EXPECT_TRUE(throws<FormatError>([] { parse_csv("a,b,a\n1,2,3\n"); },
                                  {"columns 1 and 3 are both called 'a'."}));
}

TEST(ReadCsv, RefusesNamesThatAreNotThere) {
  EXPECT_TRUE(throws<InvalidInput>([] { parse_csv("a,b\n1,2\n", {.columns = {"c"}}); },
                                   {"no column 'c' (CsvOptions::columns); there are 'a', 'b'."}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        parse_csv("a,b\n1,2\n", {.types = {{"c", ColumnType::numeric}}});
      },
      {"no column 'c' (CsvOptions::types)"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        parse_csv("a,b\n1,2\n", {.columns = {"a", "a"}});
      },
      {"'a' twice"}));
  EXPECT_TRUE(throws<InvalidInput>([] { parse_csv("a,b\n1,2\n", {.names = {"c"}}); },
                                   {"1 name for 2 columns"}));
}

TEST(ReadCsv, RefusesCharactersThatClash) {
  const auto refuses = [](const CsvOptions& options) {
    return throws<InvalidParameter>([&] { parse_csv("a\n1\n", options); }, {"CsvOptions"});
  };
  EXPECT_TRUE(refuses({.delimiter = '"'}));
  EXPECT_TRUE(refuses({.delimiter = '\n'}));
  EXPECT_TRUE(refuses({.quote = '\r'}));
  EXPECT_TRUE(refuses({.comment = ','}));
  EXPECT_TRUE(refuses({.comment = '"'}));
}

// The table and the error do not depend on how the work is cut.

const char* const awkward =
    "\xEF\xBB\xBF# \"note\n\nid,\"na\"\"me\",x,late\r\n1,\"a,b\",1.5,1\r\n\r\n2,\"two\r\nlines "
    "\"\"q\"\"\",,2\r\n"
    "#,\"\n3,5\" disk,NA,3\n4,\"\",2.5,4\r5,,\"3\",five\r6,\"\r\n\n\r\",1e3,6";

TEST(ReadCsv, TheTableDoesNotDependOnTheBlocks) {
  const CsvOptions options{.comment = '#'};
  const DataFrame whole = parse_csv(awkward, options);
  EXPECT_EQ(whole.rows(), 6);
  EXPECT_EQ(texts(whole, "late"), (Names{"1", "2", "3", "4", "five", "6"}));
  EXPECT_EQ(texts(whole, "na\"me"),
            (Names{"a,b", "two\r\nlines \"q\"", "5\" disk", "–", "–", "\r\n\n\r"}));
  for (std::size_t block = 1; block < 200; ++block) {
    detail::MemorySource source(awkward, "the text");
    EXPECT_EQ(to_csv(detail::read_csv_table(source, options, {}, block)), to_csv(whole)) << block;
  }
}

TEST(ReadCsv, TheErrorDoesNotDependOnTheBlocks) {
  const std::string text = std::string(awkward) + "\n7,x,abc\n8,\"";
  for (std::size_t block = 1; block < 200; ++block) {
    detail::MemorySource source(text, "the text");
    EXPECT_TRUE(
        throws<FormatError>([&] { detail::read_csv_table(source, {.comment = '#'}, {}, block); },
                            {"line 16, column 4 ('late'): expected 4 fields, got 3."}))
        << block;
  }
}

TEST(ReadCsv, TheTableDoesNotDependOnTheThreads) {
  std::string text = "id,name,value\n";
  for (int i = 0; i < 100'000; ++i) {
    text += std::to_string(i) + ",\"n" + std::to_string(i * 7919 % 1000) + "\n\"," +
            std::to_string(i / 7.0) + "\n";
  }
  const std::string one = to_csv(parse_csv(text, {.n_threads = 1}));
  for (const int n_threads : {2, 4, 7})
    EXPECT_EQ(to_csv(parse_csv(text, {.n_threads = n_threads})), one);
}

TEST(ReadCsv, GivesUpOnARecordWithoutEnd) {
  const std::string text =
      "# note\na,b\n1,2\n\n3,\"never closed\n" + std::string(10'000, 'x') + "\n4,5\n";
  for (const std::size_t block : {1, 7, 64, 1000}) {
    detail::MemorySource source(text, "the text");
    const auto read = [&] {
      detail::read_csv_table(source, {.comment = '#'}, {}, block, std::size_t{4} << 10);
    };
    EXPECT_TRUE(throws<FormatError>(read, {"the text: line 5: a record is longer than 0 MiB"}))
        << block;
  }
  const std::string ragged = "a,b\n1\n2,3\n3,\"" + std::string(10'000, 'x');
  detail::MemorySource source(ragged, "the text");
  EXPECT_TRUE(
      throws<FormatError>([&] { detail::read_csv_table(source, {}, {}, 8, std::size_t{4} << 10); },
                          {"line 2, column 2 ('b')"}));  // the first error is told
}

}  // namespace
}  // namespace espalier
