// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <numeric>

#include <gtest/gtest.h>

#include <espalier/io/csv.hpp>
#include <espalier/model_selection/cv.hpp>
#include <espalier/model_selection/k_fold.hpp>
#include <espalier/model_selection/stratified_k_fold.hpp>

#include "model_selection/probe.hpp"
#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using testing_support::golden;
using testing_support::throws;
using testing_support::WarningCollector;

/// The number of the split that tests on each row, if train and test are complementary and
/// ascending.
std::vector<int> folds(const std::vector<Split>& splits, Index n) {
  std::vector<int> fold(static_cast<std::size_t>(n), -1);
  for (std::size_t k = 0; k < splits.size(); ++k) {
    std::vector<Index> rows;
    std::merge(splits[k].train.begin(), splits[k].train.end(), splits[k].test.begin(),
               splits[k].test.end(), std::back_inserter(rows));
    std::vector<Index> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), Index{0});
    EXPECT_EQ(rows, all);
    for (const Index i : splits[k].test) {
      EXPECT_EQ(fold[static_cast<std::size_t>(i)], -1);
      fold[static_cast<std::size_t>(i)] = static_cast<int>(k);
    }
  }
  return fold;
}

TEST(KFold, SplitsAsScikitLearn) {
  for (const auto& item : golden("model_selection.json")["kfold"]) {
    const Index n = item["n"].get<Index>();
    EXPECT_EQ(folds(KFold({.n_splits = item["n_splits"].get<Index>()}).split(n), n),
              item["folds"].get<std::vector<int>>());
  }
}

TEST(KFold, ShufflesByItsSeed) {
  const KFold folded({.n_splits = 3, .shuffle = true, .random_state = 0});
  const auto first = folds(folded.split(30), 30);
  EXPECT_EQ(first, folds(folded.split(30), 30));
  EXPECT_FALSE(std::is_sorted(first.begin(), first.end()));
  for (int k = 0; k < 3; ++k) EXPECT_EQ(std::count(first.begin(), first.end(), k), 10);
  EXPECT_NE(first, folds(KFold({.n_splits = 3, .shuffle = true, .random_state = 1}).split(30), 30));
  const KFold free({.n_splits = 3, .shuffle = true});
  EXPECT_NE(folds(free.split(100), 100), folds(free.split(100), 100));
  EXPECT_EQ(folds(KFold({.n_splits = 2, .shuffle = true, .random_state = 0}).split(8), 8),
            (std::vector<int>{0, 0, 0, 1, 0, 1, 1, 1}));
}

TEST(KFold, RefusesWhatCannotBe) {
  EXPECT_TRUE(throws<InvalidParameter>([] { KFold({.n_splits = 1}).split(4); },
                                       {"KFold", "n_splits", "Got 1"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { KFold({.random_state = 0}).split(9); },
                                       {"random_state", "shuffle"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] { KFold({.shuffle = true, .random_state = -3}).split(9); }, {"random_state", "-3"}));
  EXPECT_TRUE(throws<InvalidInput>([] { KFold().split(4); }, {"n_splits=5", "4"}));
}

TEST(StratifiedKFold, SplitsAsScikitLearn) {
  WarningCollector ignored;
  for (const auto& item : golden("model_selection.json")["stratified"]) {
    const auto y = item["y"].get<std::vector<int>>();
    EXPECT_EQ(folds(StratifiedKFold({.n_splits = item["n_splits"].get<Index>()}).split(y),
                    static_cast<Index>(y.size())),
              item["folds"].get<std::vector<int>>());
  }
}

TEST(StratifiedKFold, SplitsBreastCancerAsScikitLearn) {
  const Target y =
      read_csv_dataset(std::string(ESPALIER_EXAMPLE_DATA) + "/breast_cancer.csv", "diagnosis").y;
  EXPECT_EQ(folds(StratifiedKFold().split(y), y.rows()),
            golden("model_selection.json")["stratified_cancer"].get<std::vector<int>>());
}

TEST(StratifiedKFold, ShufflingKeepsTheShares) {
  std::vector<int> y(101);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = i % 5 == 0 ? 3 : -1;
  const StratifiedKFold folded({.n_splits = 4, .shuffle = true, .random_state = 7});
  const auto splits = folded.split(y);
  EXPECT_EQ(folds(splits, 101), folds(folded.split(y), 101));
  EXPECT_NE(folds(splits, 101), folds(StratifiedKFold({.n_splits = 4}).split(y), 101));
  for (const Split& split : splits) {
    const auto rare = std::count_if(split.test.begin(), split.test.end(),
                                    [&](Index i) { return y[static_cast<std::size_t>(i)] == 3; });
    EXPECT_TRUE(rare == 5 || rare == 6) << rare;
    EXPECT_TRUE(split.test.size() == 25 || split.test.size() == 26);
  }
}

TEST(StratifiedKFold, WarnsOfARareClassAndRefusesWhenAllAreRare) {
  WarningCollector collector;
  StratifiedKFold({.n_splits = 3}).split(std::vector<int>{0, 0, 0, 0, 1});
  ASSERT_EQ(collector.warnings.size(), 1u);
  EXPECT_EQ(collector.warnings[0].kind, WarningKind::data);
  EXPECT_NE(collector.warnings[0].message.find("1 rows"), std::string::npos);
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        StratifiedKFold({.n_splits = 3}).split(std::vector<int>{0, 0, 1, 1});
      },
      {"n_splits=3", "every class"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [] {
        StratifiedKFold().split(std::vector<double>{0.5, 1.5});
      },
      {"continuous"}));
}

/// Learns from groups before `year`, tests on the year itself.
class Years final : public Splitter {
 public:
  explicit Years(std::vector<int> years) : years_(std::move(years)) {}
  std::vector<Split> split(Index n, const Target&, const Labels& groups) const override {
    std::vector<Split> splits;
    for (const int year : years_) {
      Split& split = splits.emplace_back();
      for (Index i = 0; i < n; ++i) {
        if (groups[i] < year) split.train.push_back(i);
        if (groups[i] == year) split.test.push_back(i);
      }
    }
    return splits;
  }
  bool uses_groups() const override { return true; }
  std::string_view name() const override { return "Years"; }

 private:
  std::vector<int> years_;
};

const Target two_classes = std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1};

TEST(Cv, ANumberStratifiesForClassifiersOnly) {
  EXPECT_EQ(folds(Cv(2).split(8, two_classes, {}, true, "test"), 8),
            (std::vector<int>{0, 0, 1, 1, 0, 0, 1, 1}));
  EXPECT_EQ(folds(Cv(2).split(8, two_classes, {}, false, "test"), 8),
            (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(Cv().split(20, std::vector<double>(20), {}, false, "test").size(), 5u);
}

TEST(Cv, TakesSplittersOfOnesOwn) {
  const Labels years = (Labels(4) << 2001, 2002, 2002, 2003).finished();
  const Cv cv = Years({2002, 2003});
  EXPECT_TRUE(cv.uses_groups());
  const Target y = std::vector<double>(4);
  const auto splits = cv.split(4, y, years, false, "test");
  ASSERT_EQ(splits.size(), 2u);
  EXPECT_EQ(splits[1].train, (std::vector<Index>{0, 1, 2}));
  EXPECT_EQ(splits[1].test, (std::vector<Index>{3}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { cv.split(4, y, {}, false, "test"); }, {"test", "Years", "group"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Cv(Years({2001})).split(4, y, years, false, "test"); },
                                   {"0 training"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { Cv(Years({})).split(4, y, years, false, "test"); },
                                   {"no splits"}));
}

TEST(Cv, ChecksReadySplits) {
  const Target y = std::vector<double>(4);
  EXPECT_EQ(Cv(std::vector<Split>{{{0, 1}, {3}}}).split(4, y, {}, false, "test")[0].test,
            (std::vector<Index>{3}));
  const auto refused = [&](std::vector<Split> splits,
                           std::initializer_list<std::string_view> parts) {
    return throws<InvalidInput>([&] { Cv(splits).split(4, y, {}, false, "owner"); }, parts);
  };
  EXPECT_TRUE(refused({{{0}, {4}}}, {"owner", "row 4", "4 rows"}));
  EXPECT_TRUE(refused({{{-1}, {0}}}, {"row -1"}));
  EXPECT_TRUE(refused({{{0}, {}}}, {"0 test rows"}));
  EXPECT_THROW(Cv(std::vector<Split>{}).validate("owner"), InvalidParameter);
  EXPECT_TRUE(
      throws<InvalidParameter>([] { Cv(1).validate("owner"); }, {"'cv'", "owner", "Got 1"}));
}

TEST(Cv, SurvivesBeingAValue) {
  const auto again = [](const Cv& cv) { return Codec<Cv>::decode(Codec<Cv>::encode(cv)); };
  const auto same = [&](const Cv& cv) {
    return folds(again(cv).split(8, two_classes, {}, true, ""), 8) ==
           folds(cv.split(8, two_classes, {}, true, ""), 8);
  };
  EXPECT_TRUE(same(4));
  EXPECT_TRUE(same(KFold({.n_splits = 3})));
  EXPECT_TRUE(same(StratifiedKFold({.n_splits = 2, .shuffle = true, .random_state = 9})));
  EXPECT_TRUE(same(std::vector<Split>{{{0, 1, 2, 3}, {4, 5, 6, 7}}, {{4, 5, 6, 7}, {0, 1, 2, 3}}}));
  EXPECT_TRUE(throws<NotSupported>(
      [&] { again(Years({2002})).split(8, two_classes, {}, true, ""); }, {"Years", "set cv"}));
}

TEST(Cv, ReadsSplittersFromText) {
  const auto read = [](std::string_view text) { return Codec<Cv>::decode(Value::parse(text)); };
  EXPECT_EQ(
      folds(read(R"({"splitter": "KFold", "n_splits": 2})").split(8, two_classes, {}, true, ""), 8),
      (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_TRUE(
      throws<FormatError>([&] { read(R"({"splitter": "KFlod"})"); }, {"KFlod", "StratifiedKFold"}));
  EXPECT_TRUE(
      throws<FormatError>([&] { read(R"({"splitter": "KFold", "folds": 3})"); }, {"folds"}));
  EXPECT_TRUE(throws<FormatError>([&] { read("five"); }, {"expected an integer", "five"}));
}

}  // namespace
}  // namespace espalier
