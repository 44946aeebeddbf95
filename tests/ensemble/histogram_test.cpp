// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/histogram.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "ensemble/engine_data.hpp"

namespace espalier::hgb {
namespace {

class HistogramTest : public testing::Test {
 protected:
  EngineData data{5000, 5};
  std::vector<FeatureBins> bins = find_bins(data.table(), data.categories, {}, {});
  BinnedMatrix matrix{data.table(), bins};
  std::vector<float> g = data.gradients();
  std::vector<float> h = data.hessians();
  PairedGradients pairs{g, h};
  HistogramBuilder builder{matrix};

  void set_gradients() {
    pairs = PairedGradients(g, h);
    builder.set_gradients(pairs);
  }

  Histogram naive(const std::vector<Row>& rows) const {
    Histogram result(static_cast<std::size_t>(matrix.layout().cells()));
    for (Index f = 0; f < matrix.features(); ++f)
      for (const Row row : rows) {
        const Cell word = builder.fixed_point().word(pairs[row]);
        Cell& cell =
            result[static_cast<std::size_t>(matrix.layout().first_cell(f) + matrix.column(f)[row])];
        cell.gradient += word.gradient;
        cell.hessian_count += word.hessian_count;
      }
    return result;
  }

  static std::vector<Row> every(Row n, Row step) {
    std::vector<Row> rows;
    for (Row i = 0; i < n; i += step) rows.push_back(i);
    return rows;
  }

  /// The cells that belong to bins; padding between features may hold anything.
  void expect_equal(const Histogram& a, const Histogram& b) const {
    ASSERT_EQ(a.size(), b.size());
    for (Index f = 0; f < matrix.features(); ++f)
      for (int bin = 0; bin <= bins[static_cast<std::size_t>(f)].n_bins; ++bin) {
        const auto i = static_cast<std::size_t>(matrix.layout().first_cell(f) + bin);
        ASSERT_EQ(a[i].gradient, b[i].gradient) << f << " " << bin;
        ASSERT_EQ(a[i].hessian_count, b[i].hessian_count) << f << " " << bin;
      }
  }

  Histogram built(const std::vector<Row>& rows) {
    Histogram histogram(static_cast<std::size_t>(matrix.layout().cells()), Cell{7, 7});
    builder.build(rows, histogram);
    return histogram;
  }
};

TEST_F(HistogramTest, OfAllRowsSumsThemBinByBin) {
  set_gradients();
  expect_equal(built(every(5000, 1)), naive(every(5000, 1)));
}

TEST_F(HistogramTest, OfSomeRowsSumsThemBinByBin) {
  set_gradients();
  const std::vector<Row> rows = every(5000, 3);
  expect_equal(built(rows), naive(rows));
}

TEST_F(HistogramTest, CountsRowsWhereHessiansAreOne) {
  h.clear();
  set_gradients();
  const std::vector<Row> rows = every(5000, 2);
  const Histogram histogram = built(rows);
  expect_equal(histogram, naive(rows));
  std::uint32_t count = 0;
  for (int bin = 0; bin <= bins[0].n_bins; ++bin) {
    const Sums sums = builder.fixed_point().sums(
        histogram[static_cast<std::size_t>(matrix.layout().first_cell(0) + bin)]);
    EXPECT_EQ(sums.hessian, sums.count);
    count += sums.count;
  }
  EXPECT_EQ(count, 2500U);
}

TEST_F(HistogramTest, ParentMinusChildIsTheOtherChildExactly) {
  set_gradients();
  const std::vector<Row> child = every(5000, 3);
  std::vector<Row> other;
  for (Row i = 0; i < 5000; ++i)
    if (i % 3 != 0) other.push_back(i);
  Histogram parent = naive(every(5000, 1));
  builder.subtract(parent, naive(child));
  expect_equal(parent, naive(other));
}

TEST_F(HistogramTest, RefusesDerivativesThatAreNotFinite) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf("")})
    for (std::vector<float>* values : {&g, &h}) {
      const float before = std::exchange((*values)[4321], bad);
      EXPECT_THROW(set_gradients(), InvalidInput);
      (*values)[4321] = before;
    }
}

TEST(Histogram, OfManyRowsAndFeaturesHasTheSameBitsForAnyNumberOfThreads) {
  for (const Index p : {3, 21, 90}) {  // threads share rows, or groups of features
    const EngineData data(40'000, p);
    const auto bins = find_bins(data.table(), data.categories, {}, {});
    const BinnedMatrix matrix(data.table(), bins);
    const PairedGradients pairs(data.gradients(), data.hessians());
    std::vector<Row> rows;
    for (Row i = 0; i < 40'000; i += 1 + i % 3) rows.push_back(i);
    std::vector<Histogram> found;
    for (const int threads : {1, 2, 3, 7}) {
      const ThreadLimit limit(threads);
      HistogramBuilder builder(matrix);
      builder.set_gradients(pairs);
      found.emplace_back(static_cast<std::size_t>(matrix.layout().cells()));
      builder.build(rows, found.back());
      for (std::size_t i = 0; i < found.back().size(); ++i) {
        ASSERT_EQ(found.back()[i].gradient, found.front()[i].gradient);
        ASSERT_EQ(found.back()[i].hessian_count, found.front()[i].hessian_count);
      }
    }
  }
}

TEST(FeatureLayout, PutsFeaturesOfFewBinsTogether) {
  std::vector<int> n_bins(20, 2);  // indicators
  n_bins[3] = 255;
  n_bins[7] = 40;
  const FeatureLayout layout(n_bins);
  ASSERT_EQ(layout.groups().size(), 3U);
  EXPECT_EQ(layout.group(0).stride, 256);
  EXPECT_EQ(layout.slot(3).group, 0);
  EXPECT_EQ(layout.slot(7).lane, 1);
  EXPECT_EQ(layout.group(1).stride, 4);
  EXPECT_EQ(layout.group(2).width, 4) << "four features are left for the last group";
  ASSERT_EQ(layout.row_bits().size(), 1U);
  EXPECT_EQ(layout.row_bits()[0], 5) << "8 + 8 + 4 bytes take 32";
  EXPECT_EQ(layout.cells(), 8 * 256 + 8 * 4 + 4 * 4);
  std::set<Index> first_cells;
  for (Index f = 0; f < layout.columns(); ++f) first_cells.insert(layout.first_cell(f));
  EXPECT_EQ(first_cells.size(), 20U);
}

TEST(HistogramKernel, AddsToTheCellOfEveryLane) {
  for (const int width : {4, 8})
    for (const int stride : {4, 16, 64, 256})
      for (const int row_bits : {3, 5}) {
        Random random(static_cast<std::uint64_t>(width * stride));
        const std::size_t step = std::size_t{1} << row_bits;
        std::vector<Bin> bins(300 * step);
        for (Bin& bin : bins) bin = static_cast<Bin>(random.integer(stride));
        std::vector<Row> rows;
        for (Row row = 0; row < 300; row += 1 + row % 4) rows.push_back(row);
        std::vector<Cell> words(300);
        for (Cell& word : words)
          word = {static_cast<std::int64_t>(random.integer(1000)) - 500,
                  static_cast<std::int64_t>(random.integer(1000))};
        for (const bool indexed : {false, true}) {
          const std::size_t n = indexed ? rows.size() : 300;
          std::vector<Cell> expected(static_cast<std::size_t>(width * stride), Cell{1, 2});
          std::vector<Cell> cells = expected;
          for (std::size_t i = 0; i < n; ++i)
            for (int lane = 0; lane < width; ++lane) {
              const std::size_t row = indexed ? rows[i] : i;
              const Bin bin = bins[row * step + static_cast<std::size_t>(lane)];
              Cell& cell = expected[static_cast<std::size_t>(lane * stride + bin)];
              cell.gradient += words[i].gradient;
              cell.hessian_count += words[i].hessian_count;
            }
          accumulate({bins.data(), row_bits, indexed ? rows.data() : nullptr, n, words.data()},
                     width, stride, cells.data());
          for (std::size_t i = 0; i < cells.size(); ++i) {
            ASSERT_EQ(cells[i].gradient, expected[i].gradient);
            ASSERT_EQ(cells[i].hessian_count, expected[i].hessian_count);
          }
        }
      }
}

TEST(FixedPoint, KeepsSumsOfGradientsHessiansAndCounts) {
  const Index n = 1'000'000;
  const FixedPoint fixed_point(n, 0.75, 0.25, false);
  Random random(5);
  Cell total{};
  double gradient = 0.0;
  double hessian = 0.0;
  for (Index i = 0; i < n; ++i) {
    const auto g = static_cast<float>(1.5 * random.uniform() - 0.75);
    const auto h = static_cast<float>(0.25 * random.uniform());
    const Cell word = fixed_point.word({g, h});
    total.gradient += word.gradient;
    total.hessian_count += word.hessian_count;
    gradient += static_cast<double>(g);
    hessian += static_cast<double>(h);
  }
  const Sums sums = fixed_point.sums(total);
  EXPECT_EQ(sums.count, 1'000'000U);
  EXPECT_NEAR(sums.gradient, gradient, 1e-7);
  EXPECT_NEAR(sums.hessian, hessian, 1e-3);
}

TEST(FixedPoint, TakesTheLargestSumsWithoutOverflow) {
  for (const Index n : {Index{1}, Index{1000}, FixedPoint::most_rows}) {
    const FixedPoint fixed_point(n, 3.0, 7.0, false);
    for (const float sign : {-1.0F, 1.0F}) {
      const Cell word = fixed_point.word({sign * 3.0F, sign * 7.0F});
      const Cell total{n * word.gradient, n * word.hessian_count};
      const Sums sums = fixed_point.sums(total);
      const double scale = static_cast<double>(sign) * static_cast<double>(n);
      EXPECT_NEAR(sums.gradient, 3.0 * scale, 1e-9 * static_cast<double>(n));
      EXPECT_NEAR(sums.hessian, 7.0 * scale, 0.02 * static_cast<double>(n));
      EXPECT_EQ(sums.count, static_cast<std::uint32_t>(n));
    }
  }
}

TEST(FixedPoint, TakesDerivativesOfAnySize) {
  for (const float value : {0.0F, 1e-45F, 1e-40F, 1e30F}) {
    const auto size = static_cast<double>(value);
    const FixedPoint fixed_point(100, size, size, false);
    const Sums sums = fixed_point.sums(fixed_point.word({-value, value}));
    EXPECT_NEAR(sums.gradient, -size, 1e-12 * size);
    EXPECT_NEAR(sums.hessian, size, 1e-12 * size);
  }
}

TEST(HistogramPool, HandsOutWhatWasGivenBack) {
  HistogramPool pool(10);
  Histogram first = pool.take();
  ASSERT_EQ(first.size(), 10U);
  const Cell* memory = first.data();
  pool.give_back(std::move(first));
  const Histogram again = pool.take();
  const Histogram another = pool.take();
  EXPECT_EQ(again.data(), memory);
  EXPECT_NE(another.data(), memory);
}

}  // namespace
}  // namespace espalier::hgb
