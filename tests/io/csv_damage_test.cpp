// SPDX-License-Identifier: BSD-3-Clause
// Damaged CSV texts: each gives an Error or a table, the same however the text is cut into blocks,
// and a table reads back from what it is written as. tests/fuzz/csv_fuzz.cpp asks the same of a
// fuzzer.
#include <gtest/gtest.h>

#include <string>

#include <espalier/core/random.hpp>

#include "fuzz/csv_property.hpp"

namespace espalier {
namespace {

std::string beginning(const std::string& file, std::size_t size) {
  return detail::read_file(std::string(ESPALIER_EXAMPLE_DATA) + "/" + file).substr(0, size);
}

std::vector<std::string> samples() {
  return {
      beginning("churn.csv", 1500),
      beginning("credit_data.csv", 800),
      beginning("iris.csv", 500),
      "a,b,c\r\n1,\"x, \"\"y\"\"\",2.5\r\n,\"two\r\nlines\",NA\r\n\r\n-1e5,z,inf\r\n",
      "\xEF\xBB\xBF# note\n\"n;\"\"1\";m\n#;\"\n'a;1\n\xC3\xA9;+2\n",
  };
}

const CsvOptions& options(Index i) {
  static const std::vector<CsvOptions> all{
      {},
      {.comment = '#', .missing_values = {"1", "?"}},
      {.delimiter = ';', .quote = '\'', .header = false},
      {.quote = std::nullopt, .default_missing_values = false},
      {.comment = '#', .quoted_missing = false},
  };
  return all[static_cast<std::size_t>(i) % all.size()];
}

TEST(DamagedCsv, CutAnywhereGivesATableOrAnError) {
  for (const std::string& sample : samples()) {
    for (std::size_t size = 0; size < sample.size(); ++size) {
      const std::string text = sample.substr(0, size);
      ASSERT_EQ(testing_support::broken_csv_promise(text, options(static_cast<Index>(size))), "")
          << text;
    }
  }
}

TEST(DamagedCsv, AlteredBytesGiveATableOrAnError) {
  Random random(1);
  const std::string loved = std::string(",\"\n\r;'# \t-+.e0N\xC3\xEF\xFF") + '\0';
  const std::vector<std::string> all = samples();
  for (int round = 0; round < 6000; ++round) {
    std::string text =
        all[static_cast<std::size_t>(random.integer(static_cast<Index>(all.size())))];
    for (Index k = random.integer(1, 9); k > 0; --k) {
      const auto at = static_cast<std::size_t>(random.integer(static_cast<Index>(text.size())));
      const char byte =
          random.uniform() < 0.7
              ? loved[static_cast<std::size_t>(random.integer(static_cast<Index>(loved.size())))]
              : static_cast<char>(random.integer(256));
      switch (random.integer(4)) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        case 2:
          text.erase(at, 1 + static_cast<std::size_t>(random.integer(5)));
          break;
        default:
          text.insert(at, text,
                      static_cast<std::size_t>(random.integer(static_cast<Index>(text.size()))),
                      20);
      }
      if (text.empty()) text = "a";
    }
    ASSERT_EQ(testing_support::broken_csv_promise(text, options(round)), "")
        << "round " << round << "\n"
        << text;
  }
}

}  // namespace
}  // namespace espalier
