// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/binning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "ensemble/hist_gradient_boosting/binned_matrix.hpp"

namespace espalier::hgb {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

FeatureBins bins_of(const std::vector<double>& column, const BinningOptions& options = {},
                    const std::vector<double>& weights = {}) {
  const Table table{{column.data()}, static_cast<Index>(column.size()), {}};
  const std::vector<int> numerical{-1};
  return find_bins(table, numerical, weights, options).front();
}

std::vector<int> bins_of_rows(const BinnedMatrix& matrix, Index feature) {
  std::vector<int> result;
  for (Index i = 0; i < matrix.rows(); ++i) result.push_back(matrix.column(feature)[i]);
  return result;
}

std::vector<double> some_values(Index n, double step = 0.0) {
  Random random(3);
  std::vector<double> values(static_cast<std::size_t>(n));
  for (double& v : values)
    v = step > 0.0 ? step * std::floor(random.normal() / step) : random.normal();
  return values;
}

TEST(Binning, FewDistinctValuesAreCutInTheMiddle) {
  const FeatureBins bins = bins_of({8, 1, 2, 4, 1, nan, 2});
  EXPECT_EQ(bins.thresholds, (std::vector<double>{1.5, 3, 6}));
  EXPECT_EQ(bins.n_bins, 4);
}

TEST(Binning, ABinHoldsWhatIsAboveItsLowerAndUpToItsUpperThreshold) {
  const FeatureBins bins = bins_of({1, 2, 4, 8});
  EXPECT_EQ(bins.bin_of(-100), 0);
  EXPECT_EQ(bins.bin_of(1.5), 0);
  EXPECT_EQ(bins.bin_of(std::nextafter(1.5, 2.0)), 1);
  EXPECT_EQ(bins.bin_of(6.0), 2);
  EXPECT_EQ(bins.bin_of(1e9), 3);
  EXPECT_EQ(bins.bin_of(nan), bins.missing_bin());
}

TEST(Binning, ManyDistinctValuesAreCutAtQuantiles) {
  std::vector<double> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>((i * 7919) % 1000 + 1);
  EXPECT_EQ(bins_of(values, {.max_bins = 4}).thresholds,
            (std::vector<double>{250.5, 500.5, 750.5}));
  EXPECT_EQ(bins_of(values, {.max_bins = 3}).thresholds,
            (std::vector<double>{334, 667}));  // not whole: the next
}

TEST(Binning, EachBinHoldsItsShare) {
  const std::vector<double> values = some_values(51'000);
  const FeatureBins bins = bins_of(values);
  ASSERT_EQ(bins.n_bins, 255);
  std::vector<int> count(255);
  for (const double v : values) ++count[bins.bin_of(v)];
  EXPECT_GE(*std::min_element(count.begin(), count.end()), 199);  // 200, but for rounded levels
  EXPECT_LE(*std::max_element(count.begin(), count.end()), 201);
}

TEST(Binning, ARepeatedQuantileIsOneThreshold) {
  std::vector<double> values(900, 5.0);
  for (int i = 0; i < 100; ++i) values.push_back(i * 0.01);
  const FeatureBins bins = bins_of(values, {.max_bins = 50});
  EXPECT_TRUE(std::is_sorted(bins.thresholds.begin(), bins.thresholds.end(), std::less_equal<>()));
  EXPECT_LT(bins.n_bins, 10);
}

TEST(Binning, WholeWeightsAreCopies) {
  const std::vector<double> values = some_values(700, 0.01);
  std::vector<double> weights(values.size());
  std::vector<double> copies;
  for (std::size_t i = 0; i < values.size(); ++i) {
    weights[i] = static_cast<double>(i % 4);
    copies.insert(copies.end(), i % 4, values[i]);
  }
  EXPECT_EQ(bins_of(values, {.max_bins = 32}, weights).thresholds,
            bins_of(copies, {.max_bins = 32}).thresholds);
}

TEST(Binning, ColumnsWithoutAChoiceHaveOneBin) {
  EXPECT_EQ(bins_of({3, 3, 3}).n_bins, 1);
  EXPECT_EQ(bins_of({nan, nan}).n_bins, 1);
  EXPECT_EQ(bins_of({1, 2, 3}, {}, {0, 1, 0}).n_bins, 1);
  EXPECT_EQ(bins_of({nan, nan}).bin_of(7.0), 0);
}

TEST(Binning, ThresholdsAreFinite) {
  EXPECT_EQ(bins_of({1, inf}).thresholds, std::vector<double>{1e300});
  EXPECT_EQ(bins_of({-inf, inf}).thresholds, std::vector<double>{0.0});
}

TEST(Binning, CategoriesAreBins) {
  const std::vector<double> codes{2, 0, nan, 1, 2};
  const Table table{{codes.data()}, 5, {}};
  const std::vector<int> n_categories{3};
  const auto bins = find_bins(table, n_categories, {}, {});
  const BinnedMatrix matrix(table, bins);
  EXPECT_EQ(bins_of_rows(matrix, 0), (std::vector<int>{2, 0, 3, 1, 2}));
  EXPECT_TRUE(matrix.has_missing(0));
}

TEST(Binning, RareCategoriesShareTheLastBin) {
  const std::vector<double> codes{0, 1, 1, 2, 3, 3, 3, 4, 4, nan};
  const Table table{{codes.data()}, 10, {}};
  const std::vector<int> n_categories{6};  // the last one has no rows
  const auto bins = find_bins(table, n_categories, {}, {.max_bins = 4});
  EXPECT_EQ(bins[0].n_bins, 4);
  EXPECT_EQ(bins[0].bin_of_category, (std::vector<Bin>{3, 0, 3, 1, 2, 3}));
  const BinnedMatrix matrix(table, bins);
  EXPECT_EQ(bins_of_rows(matrix, 0), (std::vector<int>{3, 0, 0, 3, 1, 1, 1, 2, 2, 4}));
  EXPECT_TRUE(find_bins(table, n_categories, {}, {.max_bins = 6})[0].bin_of_category.empty());
}

TEST(Binning, RowsOfATableAreChosen) {
  const std::vector<double> column{10, 1, 20, 2, 30, 4, 40, 8};
  const std::vector<Index> odd{1, 3, 5, 7};
  const Table table{{column.data()}, 4, odd};
  const std::vector<int> numerical{-1};
  const auto bins = find_bins(table, numerical, {}, {});
  EXPECT_EQ(bins.front().thresholds, (std::vector<double>{1.5, 3, 6}));
  const BinnedMatrix matrix(table, bins);
  EXPECT_EQ(bins_of_rows(matrix, 0), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_FALSE(matrix.has_missing(0));
}

TEST(Binning, EveryValueOfAMatrixIsInItsBin) {
  for (const int max_bins : {2, 3, 16, 17, 100, 255}) {
    std::vector<std::vector<double>> columns;
    for (const double step : {0.0, 0.01, 0.5, 3.0}) columns.push_back(some_values(3'001, step));
    for (std::size_t i = 0; i < 3'001; i += 7) columns[1][i] = nan;
    columns[2][5] = inf;
    columns[2][6] = -inf;
    Table table;
    for (const auto& column : columns) table.columns.push_back(column.data());
    table.n_rows = 3'001;
    const std::vector<int> numerical(4, -1);
    const auto bins = find_bins(table, numerical, {}, {.max_bins = max_bins});
    const BinnedMatrix matrix(table, bins);
    for (Index f = 0; f < 4; ++f) {
      EXPECT_EQ(matrix.has_missing(f), f == 1);
      for (Index i = 0; i < 3'001; ++i)
        ASSERT_EQ(matrix.column(f)[i],
                  bins[static_cast<std::size_t>(f)].bin_of(table.column(f)[i]));
    }
  }
}

TEST(Binning, ALongTableIsSampledBySeed) {
  const std::vector<double> values = some_values(30'000);
  const BinningOptions options{.max_bins = 16, .seed = 5, .subsample = 10'000};
  const FeatureBins bins = bins_of(values, options);
  EXPECT_EQ(bins.thresholds, bins_of(values, options).thresholds);
  EXPECT_NE(bins.thresholds,
            bins_of(values, {.max_bins = 16, .seed = 6, .subsample = 10'000}).thresholds);
  const FeatureBins exact = bins_of(values, {.max_bins = 16});
  for (std::size_t i = 0; i < exact.thresholds.size(); ++i)
    EXPECT_NEAR(bins.thresholds[i], exact.thresholds[i],
                0.06);  // three standard errors at the ends
}

TEST(Binning, ALongTableIsSampledByWeight) {
  std::vector<double> values(4000);
  std::vector<double> weights(4000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i);
    weights[i] = i < 2000 ? 3.0 : 1.0;  // the median is at three quarters of the weight: 2000·(2/3)
  }
  const FeatureBins bins = bins_of(values, {.max_bins = 2, .subsample = 3000}, weights);
  ASSERT_EQ(bins.thresholds.size(), 1U);
  EXPECT_NEAR(bins.thresholds[0], 4000.0 / 3.0, 75.0);
}

}  // namespace
}  // namespace espalier::hgb
