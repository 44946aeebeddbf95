// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/histogram.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "ensemble/engine_data.hpp"

namespace espalier::hgb {
namespace {

class HistogramTest : public testing::Test {
 protected:
  EngineData data{5000, 5};
  std::vector<FeatureBins> bins = find_bins(data.table(), data.categories, {}, {});
  BinnedMatrix matrix{data.table(), bins};
  HistogramLayout layout{bins};
  std::vector<float> g = data.gradients();
  std::vector<float> h = data.hessians();
  HistogramBuilder builder{matrix, layout};

  Histogram naive(const std::vector<Row>& rows, bool constant_hessian = false) const {
    Histogram result(static_cast<std::size_t>(layout.cells()));
    for (Index f = 0; f < matrix.features(); ++f)
      for (const Row row : rows) {
        Cell& cell = result[static_cast<std::size_t>(layout.offset(f) + matrix.column(f)[row])];
        cell.gradient += static_cast<double>(g[row]);
        cell.hessian += constant_hessian ? 1.0 : static_cast<double>(h[row]);
        ++cell.count;
      }
    return result;
  }

  static std::vector<Row> every(Row n, Row step) {
    std::vector<Row> rows;
    for (Row i = 0; i < n; i += step) rows.push_back(i);
    return rows;
  }

  static void expect_equal(const Histogram& a, const Histogram& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].gradient, b[i].gradient);
      EXPECT_EQ(a[i].hessian, b[i].hessian);
      EXPECT_EQ(a[i].count, b[i].count);
    }
  }
};

TEST_F(HistogramTest, HasACellForEachBinAndOneForMissingValues) {
  ASSERT_EQ(layout.features(), 5);
  for (Index f = 0; f < 5; ++f)
    EXPECT_EQ(layout.size(f), bins[static_cast<std::size_t>(f)].n_bins + 1);
  EXPECT_EQ(layout.size(3), EngineData::n_categories + 1);
  EXPECT_EQ(layout.cells(), layout.offset(4) + layout.size(4));
}

TEST_F(HistogramTest, OfAllRowsSumsThemBinByBin) {
  builder.set_gradients({g, h});
  Histogram histogram(static_cast<std::size_t>(layout.cells()), Cell{7.0, 7.0, 7});
  builder.build_root(histogram);
  expect_equal(histogram, naive(every(5000, 1)));
}

TEST_F(HistogramTest, OfSomeRowsSumsThemBinByBin) {
  const std::vector<Row> rows = every(5000, 3);
  builder.set_gradients({g, h});
  Histogram histogram(static_cast<std::size_t>(layout.cells()), Cell{7.0, 7.0, 7});
  builder.build(rows, histogram);
  expect_equal(histogram, naive(rows));
}

TEST_F(HistogramTest, CountsRowsWhereHessiansAreOne) {
  const std::vector<Row> rows = every(5000, 2);
  builder.set_gradients({g, {}});
  Histogram histogram(static_cast<std::size_t>(layout.cells()));
  builder.build(rows, histogram);
  expect_equal(histogram, naive(rows, true));
  builder.build_root(histogram);
  expect_equal(histogram, naive(every(5000, 1), true));
}

TEST_F(HistogramTest, ParentMinusChildIsTheOtherChild) {
  const std::vector<Row> child = every(5000, 3);
  std::vector<Row> other;
  for (Row i = 0; i < 5000; ++i)
    if (i % 3 != 0) other.push_back(i);
  Histogram parent = naive(every(5000, 1));
  builder.subtract(parent, naive(child));
  const Histogram expected = naive(other);
  for (std::size_t i = 0; i < parent.size(); ++i) {
    EXPECT_NEAR(parent[i].gradient, expected[i].gradient, 1e-10);
    EXPECT_NEAR(parent[i].hessian, expected[i].hessian, 1e-10);
    EXPECT_EQ(parent[i].count, expected[i].count);
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
