// SPDX-License-Identifier: BSD-3-Clause
// How bins are stored, which no tree may notice.
#include "ensemble/hist_gradient_boosting/bundling.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>

#include "ensemble/engine_data.hpp"
#include "ensemble/hist_gradient_boosting/dense_blocks.hpp"
#include "ensemble/hist_gradient_boosting/grower.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"
#include "ensemble/sparse_data.hpp"

namespace espalier::hgb {
namespace {

using Store = FeaturePlace::Store;
using Storage = BinnedMatrix::Storage;

Exceptions exceptions(std::vector<Row> rows, int n_codes = 1) {
  Exceptions result;
  result.n_codes = n_codes;
  result.codes.assign(rows.size(), Bin{1});
  result.rows = std::move(rows);
  return result;
}

Index count(const BinnedMatrix& matrix, Store store) {
  const auto& features = matrix.places().features;
  return std::count_if(features.begin(), features.end(),
                       [&](const FeaturePlace& place) { return place.store == store; });
}

/// The bin of a row as the storage has it.
int bin_of(const BinnedMatrix& matrix, const FeatureBins& bins, Index feature, Row row) {
  const FeaturePlace& place = matrix.places()[feature];
  const int code = place.store == Store::list ? matrix.list(place.number).code_of(row)
                                              : matrix.column(place.number)[row];
  for (int bin = 0; bin < bins.n_bins + (place.has_missing ? 1 : 0); ++bin)
    if (place.code(bin) == code) return bin;
  return place.default_bin;  // a code of another feature in the bundle
}

/// Dense and sparse tables of SparseData.
struct Tables {
  SparseData data;
  SparseMatrix sparse = data.sparse();
  std::vector<int> numerical = std::vector<int>(SparseData::cols, -1);

  explicit Tables(Index n, std::uint64_t seed = 1) : data(n, seed) {}
  Table dense_table() const { return table_of(data.X); }
  Table sparse_table() const {
    Table table;
    table.columns.resize(static_cast<std::size_t>(SparseData::cols));
    table.n_rows = data.X.rows();
    table.sparse = &sparse;
    return table;
  }
};

TEST(Bundles, HoldFeaturesThatNeverMeet) {
  const std::vector<Exceptions> features{exceptions({0, 1, 2}), exceptions({2, 3}), exceptions({4}),
                                         exceptions({3, 5})};
  const auto bundles = find_bundles(features, 6);
  ASSERT_EQ(bundles.size(), 1U) << "feature 1 is left alone";
  EXPECT_EQ(bundles[0], (std::vector<std::size_t>{0, 3, 2})) << "the largest first";
}

TEST(Bundles, HaveAtMost255Codes) {
  const std::vector<Exceptions> features{exceptions({0}, 200), exceptions({1}, 56),
                                         exceptions({2}, 55)};
  const auto bundles = find_bundles(features, 3);
  ASSERT_EQ(bundles.size(), 1U);
  EXPECT_EQ(bundles[0], (std::vector<std::size_t>{0, 2}));
}

TEST(Bundles, OfManyFeaturesAreExclusive) {
  std::vector<Exceptions> features;
  Random random(4);
  for (int f = 0; f < 500; ++f) {
    std::set<Row> rows;
    for (int k = 0; k < 40; ++k) rows.insert(static_cast<Row>(random.integer(1'000)));
    features.push_back(exceptions({rows.begin(), rows.end()}));
  }
  std::set<std::size_t> seen;
  for (const auto& bundle : find_bundles(features, 1'000)) {
    EXPECT_GE(bundle.size(), 2U);
    std::set<Row> taken;
    for (const std::size_t f : bundle) {
      EXPECT_TRUE(seen.insert(f).second);
      for (const Row row : features[f].rows) EXPECT_TRUE(taken.insert(row).second);
    }
  }
  EXPECT_GT(seen.size(), 50U);
}

TEST(Storage, BundlesIndicatorsAndListsTheRestOfASparseMatrix) {
  const Tables tables(3'000);
  const auto bins = find_bins(tables.dense_table(), tables.numerical, {}, {});
  const BinnedMatrix dense(tables.dense_table(), bins);
  EXPECT_GE(count(dense, Store::bundle), 25 + 8);
  EXPECT_EQ(count(dense, Store::list), 0);
  EXPECT_LT(dense.layout().columns(), SparseData::cols / 3 + 1);
  EXPECT_EQ(dense.places()[SparseData::full].store, Store::column);
  EXPECT_EQ(dense.places()[SparseData::counts].store, Store::column);
  const BinnedMatrix sparse(tables.sparse_table(), bins);
  EXPECT_GE(count(sparse, Store::list), 3);
}

TEST(Storage, KeepsEveryBin) {
  for (const Index n : {1, 2, 65, 3'000}) {
    const Tables tables(n);
    const auto bins = find_bins(tables.dense_table(), tables.numerical, {}, {.max_bins = 60});
    for (const Table& table : {tables.dense_table(), tables.sparse_table()})
      for (const Storage storage : {Storage::automatic, Storage::columns}) {
        const BinnedMatrix matrix(table, bins, storage);
        for (Index f = 0; f < SparseData::cols; ++f) {
          const FeatureBins& feature = bins[static_cast<std::size_t>(f)];
          EXPECT_EQ(matrix.has_missing(f), tables.data.X.col(f).hasNaN()) << f;
          for (Index i = 0; i < n; ++i)
            ASSERT_EQ(bin_of(matrix, feature, f, static_cast<Row>(i)),
                      feature.bin_of(tables.data.X(i, f)))
                << f << " " << i;
        }
      }
  }
}

TEST(Storage, OrdinaryDataStayInColumnsOfTheirOwn) {
  const EngineData data(2'000, 12);
  const auto bins = find_bins(data.table(), data.categories, {}, {});
  const BinnedMatrix matrix(data.table(), bins);
  EXPECT_EQ(matrix.layout().columns(), 12);
  for (Index f = 0; f < 12; ++f) EXPECT_EQ(matrix.places()[f].number, f);
}

TEST(Storage, OneRowInCommonKeepsFeaturesApart) {
  Matrix X = Matrix::Zero(5'000, 2);
  for (Index i = 0; i < 400; ++i) {
    X(3 * i, 0) = 1.0;
    X(3 * i + 1, 1) = 1.0;
  }
  const std::vector<int> numerical(2, -1);
  const auto bins = find_bins(table_of(X), numerical, {}, {});
  EXPECT_EQ(BinnedMatrix(table_of(X), bins).layout().columns(), 1);
  X(4'321, 0) = X(4'321, 1) = 1.0;
  EXPECT_EQ(BinnedMatrix(table_of(X), bins).layout().columns(), 2);
}

TEST(Storage, FindsTheBinsOfASparseColumnThatItsZerosGive) {
  const Tables tables(3'000);
  const std::span<const double> weights(tables.data.weights.data(), 3'000);
  std::vector<double> some_zero(weights.begin(), weights.end());
  for (std::size_t i = 0; i < some_zero.size(); i += 3) some_zero[i] = 0.0;
  const std::vector<Index> rows = Random(3).choice(3'000, 1'500);
  for (const int max_bins : {2, 5, 40, 255})
    for (const Index subsample : {200'000, 1'000})
      for (const std::span<const double> w :
           {std::span<const double>{}, weights, std::span<const double>(some_zero)})
        for (const bool all : {true, false}) {
          const Table dense = all ? tables.dense_table() : tables.dense_table().take(rows);
          const Table sparse = all ? tables.sparse_table() : tables.sparse_table().take(rows);
          const BinningOptions options{max_bins, 7, subsample};
          const auto used = w.first(w.empty() ? 0 : static_cast<std::size_t>(dense.n_rows));
          const auto expected = find_bins(dense, tables.numerical, used, options);
          const auto found = find_bins(sparse, tables.numerical, used, options);
          for (std::size_t f = 0; f < found.size(); ++f)
            ASSERT_EQ(found[f].thresholds, expected[f].thresholds)
                << "feature " << f << ", " << max_bins << " bins";
        }
}

/// Grows trees one after the other, each on what the others leave.
BoostedTrees grow(const BinnedMatrix& matrix, std::span<const FeatureBins> bins,
                  const GrowerOptions& options, const SparseData& data, bool draws) {
  TreeGrower grower(matrix, bins, options);
  BoostedTrees trees;
  trees.n_features = matrix.features();
  trees.baseline = Vector::Zero(1);
  std::vector<double> raw(static_cast<std::size_t>(data.y.size()), 0.0);
  std::vector<float> g(raw.size());
  for (std::uint64_t t = 0; t < 4; ++t) {
    for (std::size_t i = 0; i < raw.size(); ++i)
      g[i] = static_cast<float>(raw[i] - data.y[static_cast<Index>(i)]);
    Random random(1, t);
    if (draws) {
      std::vector<Row> rows;
      for (Row row = 0; row < raw.size(); ++row)
        if (random.uniform() < 0.5) rows.push_back(row);
      grower.draw(rows);
    }
    grower.grow(PairedGradients(g, {}), random);
    grower.append_to(trees);
    grower.add_to(raw.data());
  }
  trees.check();
  Matrix walked = Matrix::Zero(data.y.size(), 1);
  for (Index i = 0; i < data.y.size(); ++i) {
    const Vector row = data.X.row(i);
    predict_row(trees, row.data(), &walked(i, 0));
  }
  EXPECT_EQ(walked, Matrix::Map(raw.data(), data.y.size(), 1)) << "rows were misled";
  return trees;
}

TEST(Storage, GrowsTheSameTreesToTheLastBit) {
  const Tables tables(3'000);
  const auto bins = find_bins(tables.dense_table(), tables.numerical, {}, {});
  const BinnedMatrix columns(tables.dense_table(), bins, Storage::columns);
  const BinnedMatrix bundled(tables.dense_table(), bins);
  const BinnedMatrix sparse(tables.sparse_table(), bins);
  std::vector<GrowerOptions> all(6);
  all[1].split.min_samples_leaf = 1;
  all[1].max_leaf_nodes = {};
  all[2].split.max_features = 0.3;
  all[3].split.monotonic.assign(SparseData::cols, 0);
  all[3].split.monotonic[SparseData::rare_values] = -1;
  all[3].split.monotonic[SparseData::mostly_five] = 1;
  all[4].interactions = Interactions::pairwise(SparseData::cols);
  all[5].depth_wise = true;
  std::set<Store> split_on;
  for (std::size_t k = 0; k < all.size(); ++k) {
    SCOPED_TRACE(k);
    all[k].shrinkage = 0.5;
    for (const bool draws : {false, true}) {
      const BoostedTrees expected = grow(columns, bins, all[k], tables.data, draws);
      expect_same(grow(bundled, bins, all[k], tables.data, draws), expected);
      expect_same(grow(sparse, bins, all[k], tables.data, draws), expected);
      for (const TreeNode& node : expected.nodes)
        if (!node.is_leaf()) split_on.insert(sparse.places()[node.feature].store);
    }
  }
  EXPECT_EQ(split_on.size(), 3U) << "all ways to store are used";
}

TEST(Storage, OfManyRowsGivesTheSameTreesForAnyNumberOfThreads) {
  const Tables tables(40'000);
  const auto bins = find_bins(tables.sparse_table(), tables.numerical, {}, {});
  std::vector<BoostedTrees> found;
  for (const int threads : {1, 2, 4, 7}) {
    const ThreadLimit limit(threads);
    const BinnedMatrix matrix(tables.sparse_table(), bins);
    found.push_back(grow(matrix, bins, {}, tables.data, false));
    expect_same(found.back(), found.front());
  }
}

TEST(Storage, OfASparseMatrixTakesTheMemoryOfItsValues) {
  constexpr Index n = 100'000;
  constexpr Index p = 20'000;
  constexpr Index a_row = 10;
  Random random(8);
  SparseMatrix X(n, p);
  X.reserve(Eigen::VectorXi::Constant(n, static_cast<int>(a_row)));
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < a_row; ++k)
      X.coeffRef(i, static_cast<Index>(static_cast<double>(p) * std::pow(random.uniform(), 2.0))) =
          1.0 + static_cast<double>(random.integer(5));
  X.makeCompressed();
  Table table;
  table.columns.resize(static_cast<std::size_t>(p));
  table.n_rows = n;
  table.sparse = &X;
  const auto bins = find_bins(table, std::vector<int>(static_cast<std::size_t>(p), -1), {}, {});
  const BinnedMatrix matrix(table, bins);
  EXPECT_LT(matrix.bytes(), 25'000'000) << "a byte a value would be 2 000 000 000";
  TreeGrower grower(matrix, bins, {.max_leaf_nodes = 8});
  std::vector<float> g(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i)
    g[static_cast<std::size_t>(i)] = static_cast<float>(X.row(i).sum()) - 30.0F;
  Random draws(0);
  grower.grow(PairedGradients(g, {}), draws);
  EXPECT_EQ(grower.nodes().size(), 15U);
}

}  // namespace
}  // namespace espalier::hgb
