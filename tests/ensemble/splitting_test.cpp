// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/splitting.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "ensemble/engine_data.hpp"
#include "reference/hgb_naive.hpp"

namespace espalier::hgb {
namespace {

/// Data with their histogram, and the same as the naive search wants it.
struct Fixture {
  EngineData data;
  std::vector<FeatureBins> bins;
  BinnedMatrix matrix;
  naive::Problem problem;
  std::vector<Row> rows;
  Histogram histogram;
  PairedGradients pairs{{}, {}};
  HistogramBuilder builder;
  NodeSums node;

  Fixture(Index n, Index p, int max_bins, std::uint64_t seed, double l2 = 0.0,
          std::uint32_t min_samples_leaf = 1)
      : data(n, p, seed),
        bins(find_bins(data.table(), data.categories, {}, {.max_bins = max_bins})),
        matrix(data.table(), bins),
        histogram(static_cast<std::size_t>(matrix.layout().cells())),
        builder(matrix) {
    problem = {{}, bins, data.gradients(), data.hessians(), l2, min_samples_leaf};
    for (Index f = 0; f < p; ++f) {
      problem.bins.emplace_back();
      for (Index i = 0; i < n; ++i) problem.bins.back().push_back(matrix.column(f)[i]);
    }
    for (Row i = 0; i < static_cast<Row>(n); ++i) rows.push_back(i);
    pairs = PairedGradients(problem.gradient, problem.hessian);
    builder.set_gradients(pairs);
    builder.build(rows, histogram);
    const naive::Sums all = naive::sums_of(problem, rows, [](Row) { return true; });
    node = {all.gradient, all.hessian, all.count, node_value(all.gradient, all.hessian, l2)};
  }

  Split split(double max_features = 1.0, std::uint64_t seed = 0,
              const std::vector<int>* allowed = nullptr) const {
    const Splitter splitter(bins, matrix.places(),
                            {problem.min_samples_leaf,
                             problem.l2,
                             problem.cat_l2,
                             static_cast<int>(problem.max_cat_threshold),
                             max_features,
                             {problem.monotonic.begin(), problem.monotonic.end()}});
    const ChildRules children{problem.lowest, problem.highest, allowed};
    const HistogramBins read(histogram, matrix.places(), bins, builder.fixed_point(),
                             problem.min_samples_leaf);
    std::vector<NodeToSplit> nodes{{&read, node, children}};
    const RowBins read_rows(matrix, bins, builder, rows);
    nodes.push_back({&read_rows, node, children});
    for (NodeToSplit& one : nodes) {
      Random random(seed);
      splitter.best_splits({&one, 1}, builder.fixed_point(), random);
    }
    expect_same(nodes[0].best, nodes[1].best);
    return nodes[0].best;
  }

  static void expect_same(const Split& a, const Split& b) {
    EXPECT_EQ(a.gain, b.gain);
    EXPECT_EQ(a.found(), b.found());
    if (!a.found()) return;
    EXPECT_EQ(a.feature, b.feature);
    EXPECT_EQ(a.bin, b.bin);
    EXPECT_EQ(a.missing_left, b.missing_left);
    EXPECT_EQ(a.left_bins.words(), b.left_bins.words());
    EXPECT_EQ(a.left.gradient, b.left.gradient);
    EXPECT_EQ(a.right.hessian, b.right.hessian);
    EXPECT_EQ(a.left.count, b.left.count);
  }

  void constrain(std::vector<int> monotonic, double lowest, double highest) {
    problem.monotonic = std::move(monotonic);
    problem.lowest = lowest;
    problem.highest = highest;
    node.value = std::clamp(node.value, lowest, highest);
  }

  bool goes_left(const Split& split, Row row) const {
    const int bin = problem.bins[static_cast<std::size_t>(split.feature)][row];
    if (split.is_categorical) return split.left_bins.contains(bin);
    return bin == bins[static_cast<std::size_t>(split.feature)].n_bins ? split.missing_left
                                                                       : bin <= split.bin;
  }
};

TEST(Splitting, FindsWhatTryingEverythingFinds) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto min_samples_leaf = static_cast<std::uint32_t>(1 + seed % 5 * 6);
    const Fixture f(120 + static_cast<Index>(seed) * 7, 4, 12, seed, seed % 3 == 0 ? 1.5 : 0.0,
                    min_samples_leaf);
    const naive::Best expected = naive::best_split(f.problem, f.rows);
    const Split split = f.split();
    SCOPED_TRACE(seed);
    ASSERT_EQ(split.found(), expected.gain > 0.0);
    EXPECT_NEAR(split.gain, expected.gain, 1e-9 * (1.0 + expected.gain));
    EXPECT_EQ(split.feature, expected.feature);
  }
}

TEST(Splitting, CategoriesMayBePenalisedMore) {
  int dearer = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Fixture f(300, 4, 12, seed, seed % 3 == 0 ? 1.5 : 0.0);
    const Split free = f.split();
    f.problem.cat_l2 = 8.0;
    const naive::Best expected = naive::best_split(f.problem, f.rows);
    const Split split = f.split();
    SCOPED_TRACE(seed);
    EXPECT_EQ(split.feature, expected.feature);
    EXPECT_NEAR(split.gain, expected.gain, 1e-9 * (1.0 + expected.gain));
    if (!free.is_categorical) {
      EXPECT_EQ(split.gain, free.gain) << "cuts of numbers are as they were";
      continue;
    }
    ++dearer;
    EXPECT_LT(split.gain, free.gain);
    if (!split.is_categorical) continue;
    EXPECT_NEAR(split.left.value, -split.left.gradient / (split.left.hessian + f.problem.l2 + 8.0),
                1e-12);
  }
  EXPECT_GT(dearer, 3);
}

TEST(Splitting, NoMoreCategoriesThanAllowedAreCutOff) {
  int bound = 0;
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    Fixture f(400, 4, 12, seed);
    const Split free = f.split();
    f.problem.max_cat_threshold = 1;
    const naive::Best expected = naive::best_split(f.problem, f.rows);
    const Split split = f.split();
    SCOPED_TRACE(seed);
    EXPECT_EQ(split.feature, expected.feature);
    EXPECT_NEAR(split.gain, expected.gain, 1e-9 * (1.0 + expected.gain));
    bound += free.is_categorical && split.gain < free.gain ? 1 : 0;
  }
  EXPECT_GT(bound, 3);
}

TEST(Splitting, UnderConstraintsFindsWhatTryingEverythingFinds) {
  int different = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Fixture f(120 + static_cast<Index>(seed) * 7, 4, 12, seed, seed % 3 == 0 ? 1.5 : 0.0);
    const int free = f.split().feature;
    const int sign = seed % 2 == 0 ? 1 : -1;
    f.constrain({-sign, sign, -sign, 0}, seed % 5 < 2 ? -0.4 : -1e300, seed % 5 < 3 ? 0.3 : 1e300);
    const naive::Best expected = naive::best_split(f.problem, f.rows);
    const Split split = f.split();
    SCOPED_TRACE(seed);
    ASSERT_EQ(split.found(), expected.gain > 0.0);
    different += split.feature != free ? 1 : 0;
    if (!split.found()) continue;
    EXPECT_NEAR(split.gain, expected.gain, 1e-9 * (1.0 + expected.gain));
    EXPECT_EQ(split.feature, expected.feature);
    EXPECT_LE(f.problem.monotonic[static_cast<std::size_t>(split.feature)] *
                  (split.left.value - split.right.value),
              0.0);
    for (const double value : {split.left.value, split.right.value}) {
      EXPECT_GE(value, f.problem.lowest);
      EXPECT_LE(value, f.problem.highest);
    }
  }
  EXPECT_GT(different, 10) << "the constraints bind";
}

TEST(Splitting, TriesEachKindOfFeature) {
  std::set<int> features;
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    features.insert(Fixture(300, 4, 12, seed).split().feature);
  EXPECT_TRUE(features.contains(1) || features.contains(0));
  EXPECT_TRUE(features.contains(3)) << "no categorical split was tested";
}

TEST(Splitting, SaysWhatItsChildrenHold) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Fixture f(400, 4, 20, seed, 0.7, 9);
    const Split split = f.split();
    ASSERT_TRUE(split.found());
    const auto left = [&](Row row) { return f.goes_left(split, row); };
    const naive::Sums expected = naive::sums_of(f.problem, f.rows, left);
    EXPECT_EQ(split.left.count, expected.count);
    EXPECT_EQ(split.right.count, 400U - expected.count);
    EXPECT_GE(std::min(split.left.count, split.right.count), 9U);
    EXPECT_NEAR(split.left.gradient, expected.gradient, 1e-9);
    EXPECT_NEAR(split.left.hessian, expected.hessian, 1e-9);
    EXPECT_NEAR(split.left.value, -expected.gradient / (expected.hessian + 0.7), 1e-12);
    EXPECT_NEAR(split.gain, naive::gain_of(f.problem, f.rows, left), 1e-9 * split.gain);
  }
}

/// One feature, as bins with sums of gradients and counts; Hessians are 1.
Split split_of(const std::vector<std::pair<double, std::uint32_t>>& cells, bool is_categorical,
               bool has_missing, std::uint32_t min_samples_leaf = 1) {
  FeatureBins feature;
  feature.n_bins = static_cast<int>(cells.size()) - 1;
  feature.is_categorical = is_categorical;
  const std::vector<FeatureBins> bins{feature};
  const FeaturePlaces places{{{.has_missing = has_missing}}, feature.n_bins + 1, 0};
  const FixedPoint fixed_point(1000, 1000.0, 1.0, true);
  Histogram histogram(static_cast<std::size_t>(places.cells));
  Cell* cell = histogram.data();
  NodeSums node;
  for (const auto& [gradient, count] : cells) {
    *cell++ = {fixed_point.word({static_cast<float>(gradient), 1.0F}).gradient, count};
    node.gradient += gradient;
    node.hessian += count;
    node.count += count;
  }
  node.value = node_value(node.gradient, node.hessian, 0.0);
  Random random(0);
  const HistogramBins read(histogram, places, bins, fixed_point, min_samples_leaf);
  NodeToSplit asked{&read, node};
  Splitter(bins, places, {.min_samples_leaf = min_samples_leaf})
      .best_splits({&asked, 1}, fixed_point, random);
  return asked.best;
}

TEST(Splitting, MissingValuesGoWhereTheyGain) {
  const Split right = split_of({{-30, 10}, {30, 10}, {30, 10}}, false, true);
  EXPECT_EQ(right.bin, 0);
  EXPECT_FALSE(right.missing_left);
  const Split left = split_of({{-30, 10}, {30, 10}, {-30, 10}}, false, true);
  EXPECT_EQ(left.bin, 0);
  EXPECT_TRUE(left.missing_left);
  EXPECT_EQ(left.left.count, 20U);
}

TEST(Splitting, MissingValuesMayStandAlone) {
  const Split split = split_of({{10, 10}, {10, 10}, {-30, 10}}, false, true);
  EXPECT_EQ(split.bin, 1);  // the last bin: all that is not missing
  EXPECT_FALSE(split.missing_left);
  EXPECT_EQ(split.left.count, 20U);
}

TEST(Splitting, TheFirstOfEqualCutsWins) {
  const Split split = split_of({{-10, 10}, {0, 0}, {0, 0}, {10, 10}, {0, 0}}, false, false);
  EXPECT_EQ(split.bin, 0);
}

TEST(Splitting, PureNodesAreNotSplit) {
  EXPECT_FALSE(
      split_of({{0.1 * 3, 3}, {0.1 * 7, 7}, {0.1 * 11, 11}, {0, 0}}, false, false).found());
}

TEST(Splitting, RareCategoriesGoRight) {
  const Split split = split_of({{-90, 9}, {-20, 20}, {20, 20}, {0, 0}}, true, false);
  ASSERT_TRUE(split.found());
  EXPECT_FALSE(split.left_bins.contains(0)) << "nine rows are too few for a side of their own";
  EXPECT_TRUE(split.left_bins.contains(1) != split.left_bins.contains(2));
}

TEST(Splitting, AMissingCategoryIsACategory) {
  const Split split = split_of({{20, 20}, {20, 20}, {-60, 20}}, true, true);
  EXPECT_TRUE(split.left_bins.contains(2));
  EXPECT_TRUE(split.missing_left);
  EXPECT_FALSE(split.left_bins.contains(0));
}

TEST(Splitting, LeavesHaveEnoughRows) {
  EXPECT_EQ(split_of({{-30, 3}, {0, 10}, {5, 10}, {0, 0}}, false, false, 5).bin, 1);
  EXPECT_FALSE(split_of({{-30, 3}, {5, 10}, {0, 0}}, false, false, 5).found());
}

TEST(Splitting, DrawsFeaturesBySeed) {
  const Fixture f(500, 10, 20, 1);
  std::set<int> chosen;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Split split = f.split(0.3, seed);
    EXPECT_EQ(split.feature, f.split(0.3, seed).feature);
    chosen.insert(split.feature);
  }
  EXPECT_GT(chosen.size(), 3U);
  EXPECT_EQ(f.split(1.0, 1).feature, f.split(1.0, 2).feature);
}

TEST(Splitting, DrawsAmongTheAllowedFeatures) {
  const Fixture f(500, 10, 20, 1);
  const std::vector<int> allowed{2, 5, 6, 9};
  std::set<int> chosen;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    chosen.insert(f.split(0.2, seed, &allowed).feature);  // 0.2 · 4 is 1 feature
  EXPECT_EQ(chosen, (std::set<int>{2, 5, 6, 9}));
  EXPECT_NE(f.split().feature, f.split(1.0, 0, &allowed).feature);
}

}  // namespace
}  // namespace espalier::hgb
