// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <espalier/io/csv.hpp>

#include "support/golden.hpp"

namespace espalier {
namespace {

std::vector<double> present(const Column& column) {
  std::vector<double> values(column.values().begin(), column.values().end());
  std::erase_if(values, [](double value) { return std::isnan(value); });
  return values;
}

TEST(ReadCsv, ReadsTheShippedFilesAsPandas) {
  const nlohmann::json files = testing_support::golden("io_csv.json");
  for (const auto& [file, golden] : files.items()) {
    const DataFrame table = read_csv(std::string(ESPALIER_EXAMPLE_DATA) + "/" + file);
    EXPECT_EQ(table.rows(), golden["rows"].get<Index>()) << file;
    ASSERT_EQ(table.cols(), static_cast<Index>(golden["columns"].size())) << file;
    const DataFrame described = table.describe();
    for (Index j = 0; j < table.cols(); ++j) {
      const auto& expected = golden["columns"][static_cast<std::size_t>(j)];
      const Column& column = table.column(j);
      const std::string what = file + ", " + column.name();
      EXPECT_EQ(column.name(), expected["name"].get<std::string>()) << file;
      EXPECT_EQ(column.count_missing(), expected["missing"].get<Index>()) << what;
      ASSERT_EQ(column.is_numeric(), expected.contains("sum")) << what;
      if (column.is_numeric()) {
        const std::vector<double> values = present(column);
        long double sum = 0;
        for (const double value : values) sum += value;
        const double golden_sum = expected["sum"].get<double>();
        EXPECT_NEAR(static_cast<double>(sum), golden_sum, 1e-13 * std::abs(golden_sum) + 1e-15)
            << what;
        EXPECT_EQ(values.front(), expected["first"].get<double>()) << what;
        EXPECT_EQ(values.back(), expected["last"].get<double>()) << what;
        EXPECT_EQ(std::set<double>(values.begin(), values.end()).size(),
                  expected["unique"].get<std::size_t>())
            << what;
      } else {
        const auto row = static_cast<std::size_t>(j);
        EXPECT_EQ(described["unique"].values()[row], expected["unique"].get<double>()) << what;
        EXPECT_EQ(described["freq"].values()[row], expected["freq"].get<double>()) << what;
        EXPECT_EQ(described["top"].text(j), expected["top"].get<std::string>()) << what;
      }
    }
  }
}

}  // namespace
}  // namespace espalier
