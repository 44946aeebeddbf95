// SPDX-License-Identifier: BSD-3-Clause
// Files: reading, data sets, writing and reading back.
#include <espalier/io/csv.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>

#include "support/expect_error.hpp"

namespace espalier {
namespace {

namespace fs = std::filesystem;
using testing_support::throws;
using Names = std::vector<std::string>;
using Texts = std::vector<std::optional<std::string>>;

/// A folder of its own for each test, removed at its end.
class CsvFile : public testing::Test {
 protected:
  CsvFile() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              (std::string("espalier_") + test->name() + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  ~CsvFile() override {
    std::error_code ignored;
    fs::permissions(folder_, fs::perms::owner_all, ignored);
    fs::remove_all(folder_, ignored);
  }

  fs::path file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  fs::path folder_;
};

std::string content(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_same(const DataFrame& a, const DataFrame& b) {
  ASSERT_EQ(a.names(), b.names());
  ASSERT_EQ(a.rows(), b.rows());
  for (const Column& column : a.columns()) {
    const Column& other = b[column.name()];
    ASSERT_EQ(column.type(), other.type()) << column.name();
    for (Index i = 0; i < a.rows(); ++i) {
      ASSERT_EQ(column.is_missing(i), other.is_missing(i))
          << column.name() << ", row " << i << ": '" << column.text(i) << "' and '" << other.text(i)
          << "'";
      if (column.is_missing(i)) continue;
      if (column.is_numeric()) {
        const auto row = static_cast<std::size_t>(i);
        ASSERT_EQ(std::bit_cast<std::uint64_t>(column.values()[row]),
                  std::bit_cast<std::uint64_t>(other.values()[row]));
      } else {
        ASSERT_EQ(column.text(i), other.text(i)) << column.name() << ", row " << i;
      }
    }
  }
}

TEST_F(CsvFile, ReadsAFile) {
  const DataFrame table = read_csv(file("a.csv", "a,b\n1,x\n"));
  EXPECT_EQ(table.names(), (Names{"a", "b"}));
  EXPECT_EQ(table.rows(), 1);
}

TEST_F(CsvFile, ReadsAFileThatTurnsToTextLate) {
  std::string text = "a,b\n";
  while (text.size() < 2'000'000) text += "1.0,2\n";
  const DataFrame table = read_csv(file("late.csv", text + "x,3\n"));
  EXPECT_EQ(table["a"].dictionary(), (Dictionary{"1.0", "x"}));
}

TEST_F(CsvFile, NamesTheFileThatIsNotThere) {
  const fs::path path = folder_ / "none.csv";
  EXPECT_TRUE(throws<IoError>([&] { read_csv(path); }, {path.string(), "No such file"}));
}

TEST_F(CsvFile, RefusesADirectory) {
  EXPECT_TRUE(throws<IoError>([&] { read_csv(folder_); }, {folder_.string(), "directory"}));
}

TEST_F(CsvFile, NamesTheFileInEveryError) {
  const fs::path path = file("bad.csv", "a,b\n1\n");
  EXPECT_TRUE(
      throws<FormatError>([&] { read_csv(path); },
                          {path.string() + ": line 2, column 2 ('b'): expected 2 fields, got 1."}));
  const fs::path empty = file("empty.csv", "");
  EXPECT_TRUE(throws<FormatError>([&] { read_csv(empty); }, {empty.string(), "is empty"}));
}

TEST_F(CsvFile, TakesTheTargetOut) {
  const Dataset data = read_csv_dataset(file("d.csv", "a,y,b\n1,no,2\n3,yes,4\n"), "y");
  EXPECT_EQ(data.X.names(), (Names{"a", "b"}));
  EXPECT_EQ(data.y.name(), "y");
  EXPECT_EQ(data.y.text(1), "yes");
}

TEST_F(CsvFile, TheTargetNeedNotBeAmongTheColumns) {
  const fs::path path = file("d.csv", "a,y,b\n1,0,2\n");
  EXPECT_EQ(read_csv_dataset(path, "y", {.columns = {"b"}}).X.names(), Names{"b"});
  EXPECT_EQ(read_csv_dataset(path, "y", {.columns = {"y", "b"}}).X.names(), Names{"b"});
}

TEST_F(CsvFile, NamesTheLineOfAMissingTarget) {
  const fs::path path = file("d.csv", "a,y\n1,0\n\n2,1\n3,NA\n4,\n");
  EXPECT_TRUE(
      throws<FormatError>([&] { read_csv_dataset(path, "y"); },
                          {"line 5, column 2 ('y'): the target is missing; drop_missing_target"}));
  const fs::path text = file("t.csv", "a,y\n1,no\n2,\n");
  EXPECT_TRUE(
      throws<FormatError>([&] { read_csv_dataset(text, "y"); }, {"line 3, column 2 ('y')"}));
}

TEST_F(CsvFile, DropsRowsWithoutATargetOnRequest) {
  const Dataset data =
      read_csv_dataset(file("d.csv", "a,y\n1,0\n2,NA\n3,1\n"), "y", {.drop_missing_target = true});
  EXPECT_EQ(data.X.rows(), 2);
  EXPECT_EQ(data.X["a"].values()[1], 3);
  EXPECT_EQ(data.y.values()[1], 1);
  const Dataset chosen = read_csv_dataset(file("e.csv", "a,b,y\n1,2,no\n3,4,\n"), "y",
                                          {.columns = {"b"}, .drop_missing_target = true});
  EXPECT_EQ(chosen.X.names(), Names{"b"});
  EXPECT_EQ(chosen.y.size(), 1);
}

TEST_F(CsvFile, RefusesATargetThatIsNotThere) {
  const fs::path path = file("d.csv", "a,b\n1,2\n");
  const std::string message =
      path.string() + ": there is no column 'y' (the target); there are 'a', 'b'.";
  for (const CsvOptions& options :
       {CsvOptions{}, CsvOptions{.columns = {"a"}}, CsvOptions{.drop_missing_target = true},
        CsvOptions{.columns = {"a"}, .drop_missing_target = true}}) {
    EXPECT_TRUE(throws<InvalidInput>([&] { read_csv_dataset(path, "y", options); }, {message}));
  }
}

TEST_F(CsvFile, WritesPlainCsv) {
  const DataFrame table{
      Column::numeric("n", std::vector<double>{1, 0.1, NAN, 100000, -INFINITY}),
      Column::categorical("a, b", Texts{"x", "say \"hi\"", std::nullopt, "two\nlines", " y"})};
  EXPECT_EQ(to_csv(table),
            "n,\"a, b\"\n1,x\n0.1,\"say \"\"hi\"\"\"\n,\n100000,\"two\nlines\"\n-inf,\" y\"\n");
  EXPECT_EQ(to_csv(table.head(1), {.delimiter = ';', .header = false}), "1;x\n");
  EXPECT_EQ(to_csv(table.take({2}), {.missing = "?"}), "n,\"a, b\"\n?,?\n");
}

TEST_F(CsvFile, QuotesWhatWouldReadBackAsMissing) {
  const DataFrame table{Column::numeric("n", std::vector<double>{1, 2, 3}),
                        Column::categorical("c", Texts{"NA", "", std::nullopt})};
  EXPECT_EQ(to_csv(table), "n,c\n1,\"NA\"\n2,\"\"\n3,\n");
  expect_same(parse_csv(to_csv(table), {.quoted_missing = false}), table);
}

TEST_F(CsvFile, AMissingCellAloneInItsLineIsNoBlankLine) {
  const DataFrame table{Column::numeric("n", std::vector<double>{1, NAN, 3})};
  EXPECT_EQ(to_csv(table), "n\n1\nNA\n3\n");
  expect_same(parse_csv(to_csv(table)), table);
}

TEST_F(CsvFile, NumbersAreQuotedWhenTheyHoldTheDelimiter) {
  const DataFrame table{Column::numeric("n", std::vector<double>{1.5, 2}),
                        Column::numeric("m", std::vector<double>{-1, 1e300})};
  for (const char delimiter : {'.', '-', '1', 'e'}) {
    expect_same(parse_csv(to_csv(table, {.delimiter = delimiter}), {.delimiter = delimiter}),
                table);
  }
}

TEST_F(CsvFile, RefusesToWriteWhatCouldNotBeRead) {
  const DataFrame table{Column::numeric("n", std::vector<double>{1})};
  EXPECT_THROW(to_csv(table, {.delimiter = '"'}), InvalidParameter);
  EXPECT_THROW(to_csv(table, {.delimiter = '\n'}), InvalidParameter);
  EXPECT_THROW(to_csv(table, {.missing = "a,b"}), InvalidParameter);
}

TEST_F(CsvFile, ReadsBackTheSameBits) {
  Random random(1);
  constexpr int n = 20'000;
  std::vector<double> bits(n), decimals(n);
  Texts texts(n);
  for (std::size_t i = 0; i < n; ++i) {
    bits[i] = std::bit_cast<double>(random());
    decimals[i] = std::round(random.normal(0, 1e4) * 100) / 100;
    if (random.uniform() < 0.1) continue;
    std::string text = "_";
    for (Index k = random.integer(6); k > 0; --k) {
      const char* const pieces[] = {"a",  "b", ",", "\"", "\n", "\r", " ",
                                    "\t", "'", "#", "é",  "–",  "NA", "\r\n"};
      text += pieces[random.integer(14)];
    }
    texts[i] = text.substr(static_cast<std::size_t>(random.integer(2)));
  }
  const DataFrame table{Column::numeric("bits", bits), Column::categorical("text", texts),
                        Column::numeric("decimals", decimals)};
  const fs::path path = folder_ / "table.csv";
  for (const char delimiter : {',', ';', '\t', ' '}) {
    write_csv(table, path, {.delimiter = delimiter});
    expect_same(read_csv(path, {.delimiter = delimiter, .quoted_missing = false}), table);
  }
}

TEST_F(CsvFile, ReplacesAFileAndLeavesNothingElse) {
  const fs::path path = file("t.csv", "old");
  const DataFrame table{Column::numeric("n", std::vector<double>{1})};
  write_csv(table, path);
  EXPECT_EQ(content(path), "n\n1\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(CsvFile, AWriteThatFailsChangesNothing) {
  const DataFrame table{Column::numeric("n", std::vector<double>{1})};
  EXPECT_TRUE(throws<IoError>([&] { write_csv(table, folder_ / "none" / "t.csv"); }, {"t.csv"}));
  EXPECT_TRUE(throws<IoError>([&] { write_csv(table, folder_); }, {folder_.string()}));
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace espalier
