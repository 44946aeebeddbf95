// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/data_loader.hpp>

#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>

#include "support/expect_error.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

/// Row i holds i in every column, plus the column's number in hundredths; y is i.
struct Data {
  Matrix X;
  Vector y;
};
Data numbered(Index n, Index p) {
  Data data{Matrix(n, p), Vector::LinSpaced(n, 0.0, static_cast<double>(n - 1))};
  for (Index j = 0; j < p; ++j) data.X.col(j) = data.y.array() + 0.01 * static_cast<double>(j);
  return data;
}

/// The rows of an epoch in their order, by y, after a look at X and the weights.
template <class T>
std::vector<int> rows_of(DataLoader<T>& loader, Index epoch) {
  std::vector<int> rows;
  for (const MiniBatch<T>& batch : loader.epoch(epoch))
    for (Index r = 0; r < batch.X.rows(); ++r) {
      const T row = batch.y(r, 0);
      rows.push_back(static_cast<int>(row));
      for (Index j = 0; j < batch.X.cols(); ++j)
        EXPECT_EQ(batch.X(r, j),
                  static_cast<T>(static_cast<double>(row) + 0.01 * static_cast<double>(j)));
    }
  return rows;
}

TEST(DataLoader, EveryRowOccursOnceInEveryEpoch) {
  const Data data = numbered(1003, 5);
  DataLoader<float> loader(data.X, data.y, {.batch_size = 64});
  EXPECT_EQ(loader.n_batches(), 16);
  for (const Index epoch : {0, 1, 7}) {
    const std::vector<int> rows = rows_of(loader, epoch);
    EXPECT_EQ(rows.size(), 1003U);
    EXPECT_EQ(std::set<int>(rows.begin(), rows.end()).size(), 1003U);
  }
}

TEST(DataLoader, TheOrderFollowsFromTheSeedAndTheEpochAlone) {
  const Data data = numbered(500, 2);
  DataLoader<double> a(data.X, data.y, {.batch_size = 7, .random_state = 3});
  DataLoader<double> b(data.X, data.y, {.batch_size = 50, .random_state = 3});
  DataLoader<double> other(data.X, data.y, {.random_state = 4});
  const std::vector<int> third = rows_of(a, 3);
  EXPECT_NE(rows_of(a, 4), third);
  EXPECT_EQ(rows_of(b, 3), third);
  EXPECT_NE(rows_of(other, 3), third);
}

TEST(DataLoader, WithoutShufflingRowsComeAsTheyStand) {
  const Data data = numbered(10, 3);
  DataLoader<float> loader(data.X, data.y, {.batch_size = 4, .shuffle = false});
  std::vector<int> expected(10);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(rows_of(loader, 2), expected);
}

TEST(DataLoader, TheLastBatchIsShortOrLeftOut) {
  const Data data = numbered(10, 2);
  const auto sizes = [&](bool drop_last) {
    DataLoader<float> loader(data.X, data.y, {.batch_size = 4, .drop_last = drop_last});
    std::vector<Index> rows;
    for (const MiniBatch<float>& batch : loader.epoch(0)) rows.push_back(batch.X.rows());
    return rows;
  };
  EXPECT_EQ(sizes(false), (std::vector<Index>{4, 4, 2}));
  EXPECT_EQ(sizes(true), (std::vector<Index>{4, 4}));
}

TEST(DataLoader, WeightsGoWithTheirRowsAndWeightZeroIsNoRow) {
  const Data data = numbered(100, 2);
  Vector weight = data.y / 10.0;
  weight[50] = 0.0;
  for (const bool shuffle : {true, false}) {
    DataLoader<double> loader(data.X, data.y,
                              {.batch_size = 9, .shuffle = shuffle, .sample_weight = weight});
    EXPECT_EQ(loader.n_rows(), 98);  // rows 0 and 50 weigh nothing
    double total = 0.0;
    for (const MiniBatch<double>& batch : loader.epoch(1)) {
      for (Index r = 0; r < batch.X.rows(); ++r) {
        EXPECT_EQ(batch.weight[static_cast<std::size_t>(r)], batch.y(r, 0) / 10.0);
        EXPECT_NE(batch.y(r, 0), 50.0);
      }
      total += batch.total_weight();
    }
    EXPECT_NEAR(total, weight.sum(), 1e-9);
  }
  DataLoader<double> plain(data.X, data.y, {.batch_size = 9});
  EXPECT_EQ((*plain.epoch(0).begin()).total_weight(), 9.0);
}

TEST(DataLoader, LabelsAreNumberedByTheirClassesOrByThoseGiven) {
  const Data data = numbered(4, 1);
  const Labels y{{7, -2, 7, 3}};
  const DataLoader<float> loader(data.X, y);
  EXPECT_EQ(loader.classes(), (Labels{{-2, 3, 7}}));
  EXPECT_EQ(loader.y(), (Rows<float>{{2.0F}, {0.0F}, {2.0F}, {1.0F}}));
  const DataLoader<float> some(data.X.topRows(1), y.head(1), {.classes = loader.classes()});
  EXPECT_EQ(some.y()(0, 0), 2.0F);
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        DataLoader<float>(data.X, y, {.classes = Labels{{-2, 7}}});
      },
      {"DataLoader", "label 3", "row 3"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        DataLoader<float>(data.X, y, {.classes = Labels{{7, -2, 3}}});
      },
      {"ascending"}));
}

TEST(DataLoader, SparseRowsAreFilledWithTheirZeros) {
  Matrix X = numbered(57, 9).X;
  X = (X.array().sin() > 0.3).select(X, 0.0);
  const Vector y = numbered(57, 1).y;
  const SparseMatrix sparse = X.sparseView();
  DataLoader<float> dense(X, y, {.batch_size = 10}), loader(sparse, y, {.batch_size = 10});
  EXPECT_TRUE(loader.is_sparse());
  EXPECT_EQ(loader.n_features(), 9);
  std::vector<Rows<float>> expected;
  for (const MiniBatch<float>& batch : dense.epoch(2)) expected.emplace_back(batch.X);
  std::size_t i = 0;
  for (const MiniBatch<float>& batch : loader.epoch(2)) EXPECT_EQ(batch.X, expected[i++]);
  EXPECT_EQ(i, expected.size());
  EXPECT_EQ(loader.rows(20, 33).X, X.middleRows(20, 13).cast<float>());
}

TEST(DataLoader, FloatsTablesAndDoublesGiveTheSameRows) {
  const Data data = numbered(700, 70);  // several tiles and blocks, not full
  const Matrix32 floats = data.X.cast<float>();
  const DataLoader<float> doubles(data.X, data.y), singles(floats, data.y);
  EXPECT_EQ(doubles.X(), floats);
  EXPECT_EQ(singles.X(), floats);
  const DataLoader<double> widened(floats, data.y);
  EXPECT_EQ(widened.X(), floats.cast<double>());
  const DataLoader<float> table(Features(data.X).to_table(), data.y);
  EXPECT_EQ(table.X(), floats);
}

TEST(DataLoader, TheNumberOfThreadsChangesNoBatch) {
  const Data data = numbered(3000, 300);
  std::vector<Rows<float>> expected;
  for (const int threads : {1, 2, 4, 7}) {
    const ThreadLimit limit(threads);
    DataLoader<float> loader(data.X, data.y, {.batch_size = 1000});
    std::vector<Rows<float>> batches;
    for (const MiniBatch<float>& batch : loader.epoch(0)) batches.emplace_back(batch.X);
    if (expected.empty()) expected = batches;
    EXPECT_EQ(batches, expected);
  }
}

TEST(DataLoader, SaysWhatIsWrongWithTheData) {
  const Data data = numbered(6, 2);
  const auto refuses = [&](const Features& X, const Target& y, const DataLoaderOptions& options,
                           std::initializer_list<std::string_view> parts) {
    return throws<InvalidInput>([&] { DataLoader<float>(X, y, options); }, parts);
  };
  EXPECT_TRUE(refuses(data.X, data.y.head(5).eval(), {}, {"X has 6 rows, y 5"}));
  EXPECT_TRUE(refuses(data.X.topRows(0), data.y.head(0).eval(), {}, {"0 rows"}));
  EXPECT_TRUE(refuses(data.X, data.y, {.sample_weight = Vector::Ones(5)}, {"5 weights"}));
  EXPECT_TRUE(refuses(data.X, data.y, {.sample_weight = Vector::Zero(6)}, {"are 0"}));
  EXPECT_TRUE(refuses(data.X, data.y, {.sample_weight = -Vector::Ones(6)}, {"-1", "row 0"}));
  const Vector tiny = Vector::Constant(6, 1e-60), huge = Vector::Constant(6, 1e60);  // as floats
  EXPECT_TRUE(refuses(data.X, data.y, {.sample_weight = tiny}, {"are 0"}));
  EXPECT_TRUE(refuses(data.X, data.y, {.sample_weight = huge}, {"inf", "row 0"}));
  EXPECT_TRUE(refuses(data.X, data.y, {.batch_size = 7, .drop_last = true}, {"drop_last"}));

  Matrix X = data.X;
  X(4, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(refuses(X, data.y, {}, {"X has nan", "row 4", "column 1"}));
  const SparseMatrix sparse = X.sparseView();
  EXPECT_TRUE(refuses(sparse, data.y, {}, {"X has nan", "row 4", "column 1"}));
  X(4, 1) = 1e300;
  EXPECT_TRUE(refuses(X, data.y, {}, {"X has inf", "float"}));
  EXPECT_NO_THROW(DataLoader<double>(X, data.y));
  Vector y = data.y;
  y[3] = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(refuses(data.X, y, {}, {"y has inf", "row 3"}));

  const DataFrame table{Column::numeric("a", {1.0, 2.0}),
                        Column::categorical("town", {"Lyon", "Oslo"})};
  EXPECT_TRUE(refuses(table, std::vector<double>{0.0, 1.0}, {}, {"town", "OneHotEncoder"}));

  for (const DataLoaderOptions& options :
       {DataLoaderOptions{.batch_size = 0}, DataLoaderOptions{.random_state = -1}})
    EXPECT_TRUE(throws<InvalidParameter>([&] { DataLoader<float>(data.X, data.y, options); },
                                         {"DataLoader", "Got"}));
}

}  // namespace
}  // namespace espalier::nn
