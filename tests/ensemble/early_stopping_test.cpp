// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/early_stopping.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/ensemble/early_stopping.hpp>

#include "core/row_split.hpp"
#include "support/expect_error.hpp"

namespace espalier {
namespace {

using detail::draw_to_score;
using detail::fold_splits;
using detail::hold_out;
using hgb::best_score;
using hgb::no_progress;
using testing_support::throws;

std::vector<double> codes_with(std::initializer_list<int> sizes) {
  std::vector<double> codes;
  int code = 0;
  for (const int size : sizes) codes.insert(codes.end(), static_cast<std::size_t>(size), code++);
  return codes;
}

std::vector<int> held_out_by_class(const std::vector<double>& codes, Index n_validation) {
  const auto split = hold_out(static_cast<Index>(codes.size()), n_validation, codes, 7);
  std::vector<int> count(static_cast<std::size_t>(codes.back()) + 1);
  for (const Index i : split.validation)
    ++count[static_cast<std::size_t>(codes[static_cast<std::size_t>(i)])];
  return count;
}

TEST(HoldOut, CutsTheRowsInTwo) {
  const auto split = hold_out(100, 13, {}, 1);
  EXPECT_EQ(split.validation.size(), 13U);
  std::vector<Index> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 100U);
  for (Index i = 0; i < 100; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
}

TEST(HoldOut, DependsOnTheSeedOnly) {
  EXPECT_EQ(hold_out(1000, 100, {}, 1).validation, hold_out(1000, 100, {}, 1).validation);
  EXPECT_NE(hold_out(1000, 100, {}, 1).validation, hold_out(1000, 100, {}, 2).validation);
}

TEST(HoldOut, EachClassGivesItsShare) {
  EXPECT_EQ(held_out_by_class(codes_with({50, 30, 20}), 10), (std::vector<int>{5, 3, 2}));
  EXPECT_EQ(held_out_by_class(codes_with({47, 33, 20}), 10), (std::vector<int>{5, 3, 2}));
}

TEST(HoldOut, AClassKeepsARowForTraining) {
  EXPECT_EQ(held_out_by_class(codes_with({1, 1, 10}), 8), (std::vector<int>{0, 0, 8}));
  EXPECT_EQ(held_out_by_class(codes_with({2, 2, 2}), 5), (std::vector<int>{1, 1, 1}));
}

TEST(DrawToScore, IsAnotherDrawOfTheSameKind) {
  const std::vector<double> codes = codes_with({50, 30, 20});
  const std::vector<Index> drawn = draw_to_score(100, 10, codes, 7);
  EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end()));
  std::vector<int> count(3);
  for (const Index i : drawn) ++count[static_cast<std::size_t>(codes[static_cast<std::size_t>(i)])];
  EXPECT_EQ(count, (std::vector<int>{5, 3, 2}));
  EXPECT_NE(drawn, hold_out(100, 10, codes, 7).validation);
}

TEST(FoldSplits, HoldEveryRowOutOnce) {
  std::vector<int> held_out(103);
  for (const auto& split : fold_splits(103, 5, {}, 1)) {
    EXPECT_EQ(split.train.size() + split.validation.size(), 103U);
    EXPECT_GE(split.validation.size(), 20U);
    EXPECT_LE(split.validation.size(), 21U);
    EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
    for (const Index i : split.validation) ++held_out[static_cast<std::size_t>(i)];
  }
  EXPECT_EQ(held_out, std::vector<int>(103, 1));
}

TEST(FoldSplits, DependOnTheSeedOnly) {
  const auto first = [](std::uint64_t seed) { return fold_splits(100, 4, {}, seed)[0].validation; };
  EXPECT_EQ(first(1), first(1));
  EXPECT_NE(first(1), first(2));
}

TEST(FoldSplits, DealTheClassesLikeCards) {
  const std::vector<double> codes = codes_with({31, 1, 2, 14});
  for (const auto& split : fold_splits(48, 3, codes, 1)) {
    std::vector<int> count(4);
    for (const Index i : split.validation)
      ++count[static_cast<std::size_t>(codes[static_cast<std::size_t>(i)])];
    EXPECT_TRUE(count[0] == 10 || count[0] == 11);
    EXPECT_EQ(count[1], 0) << "its only row is to be learned from";
    EXPECT_LE(count[2], 1);
    EXPECT_TRUE(count[3] == 4 || count[3] == 5);
  }
}

TEST(BestScore, IsTheFirstOfEquals) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(best_score(std::vector<double>{-3, -1, -2, -1}), 1);
  EXPECT_EQ(best_score(std::vector<double>{-3, nan, -2}), 2);
  EXPECT_EQ(best_score(std::vector<double>{-3, nan, -4}), 0);
  EXPECT_EQ(best_score(std::vector<double>{1}), 0);
}

TEST(NoProgress, LooksAtTheLastScores) {
  const std::vector<double> scores{-5, -4, -3, -3.2, -3.1};
  EXPECT_FALSE(no_progress(scores, 3, 0.0)) << "-3 is better than -4";
  EXPECT_TRUE(no_progress(scores, 2, 0.0)) << "neither -3.2 nor -3.1 is better than -3";
  EXPECT_FALSE(no_progress(scores, 5, 0.0)) << "there are not enough scores yet";
}

TEST(NoProgress, AsksForMoreThanTheTolerance) {
  const std::vector<double> scores{-3, -2.9, -2.95};
  EXPECT_FALSE(no_progress(scores, 2, 0.05));
  EXPECT_TRUE(no_progress(scores, 2, 0.2));
}

TEST(EarlyStopping, AutoMeansLargeData) {
  EXPECT_FALSE(EarlyStopping().applies(10'000));
  EXPECT_TRUE(EarlyStopping().applies(10'001));
  EXPECT_TRUE(EarlyStopping(true).applies(1));
  EXPECT_FALSE(EarlyStopping(false).applies(1'000'000));
}

TEST(EarlyStopping, IsWrittenAsInScikitLearn) {
  using C = Codec<EarlyStopping>;
  EXPECT_EQ(C::encode({}), Value("auto"));
  EXPECT_EQ(C::encode(true), Value(true));
  EXPECT_EQ(C::encode(C::decode("auto")), Value("auto"));
  EXPECT_EQ(C::encode(C::decode(false)), Value(false));
  EXPECT_TRUE(throws<FormatError>([] { C::decode("sometimes"); }, {"'auto'", "sometimes"}));
  EXPECT_TRUE(throws<FormatError>([] { C::decode(1); }, {"'auto'", "1"}));
}

}  // namespace
}  // namespace espalier
