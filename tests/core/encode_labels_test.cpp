// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/target.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace espalier {
namespace {

void expect_encoded(const Labels& labels, const Labels& classes, const Labels& codes) {
  const EncodedLabels encoded = encode_labels(labels);
  EXPECT_EQ(encoded.classes, classes);
  EXPECT_EQ(encoded.codes, codes);
}

TEST(EncodeLabels, SortsTheClassesAndNumbersTheRows) {
  expect_encoded(Labels{{7, -3, 7, 0}}, Labels{{-3, 0, 7}}, Labels{{2, 0, 2, 1}});
  expect_encoded(Labels{{5}}, Labels{{5}}, Labels{{0}});
  expect_encoded(Labels(), Labels(), Labels());
}

TEST(EncodeLabels, TakesLabelsOfAnyDistance) {
  constexpr int lowest = std::numeric_limits<int>::min(), largest = std::numeric_limits<int>::max();
  expect_encoded(Labels{{largest, 0, lowest, 0}}, Labels{{lowest, 0, largest}},
                 Labels{{2, 1, 0, 1}});
  expect_encoded(Labels{{lowest + 1, lowest}}, Labels{{lowest, lowest + 1}}, Labels{{1, 0}});
  expect_encoded(Labels{{largest - 1, largest}}, Labels{{largest - 1, largest}}, Labels{{0, 1}});
  expect_encoded(Labels{{1'000'000, 1}}, Labels{{1, 1'000'000}}, Labels{{1, 0}});
}

}  // namespace
}  // namespace espalier
