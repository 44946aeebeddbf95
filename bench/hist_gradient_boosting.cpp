// SPDX-License-Identifier: BSD-3-Clause
// Training and prediction of histogram gradient boosting, and the kernels that they spend their
// time in. The last argument is the number of threads.
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include <benchmark/benchmark.h>

#include <espalier/compose/column_transformer.hpp>
#include <espalier/compose/pipeline.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/impute/simple_imputer.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>

#include "ensemble/hist_gradient_boosting/binned_matrix.hpp"
#include "ensemble/hist_gradient_boosting/binning.hpp"
#include "ensemble/hist_gradient_boosting/histogram.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"
#include "ensemble/hist_gradient_boosting/splitting.hpp"

namespace espalier {
namespace {

/// Normal features, and classes by a function with interactions that is hidden in noise.
struct Data {
  Matrix X;
  Labels y;

  Data(Index n, Index p) : X(n, p), y(n) {
    Random random(1);
    for (double& x : X.reshaped()) x = random.normal();
    for (Index i = 0; i < n; ++i) {
      const double score =
          X(i, 0) + std::sin(3.0 * X(i, 1)) * X(i, 2) + 0.5 * X(i, 3) * X(i, 4) + random.normal();
      y[i] = score > 0.0 ? 1 : 0;
    }
  }

  hgb::Table table() const {
    hgb::Table result;
    for (Index f = 0; f < X.cols(); ++f) result.columns.push_back(X.col(f).data());
    result.n_rows = X.rows();
    return result;
  }
};

const Data& data_of(Index n, Index p) {
  static Index rows = 0;
  static Index cols = 0;
  static std::unique_ptr<Data> data;
  if (rows != n || cols != p) data = std::make_unique<Data>(rows = n, cols = p);
  return *data;
}

HistGradientBoostingClassifier model_of(int max_iter, Index leaves = 31) {
  return HistGradientBoostingClassifier({.max_iter = max_iter,
                                         .max_leaf_nodes = static_cast<int>(leaves),
                                         .early_stopping = false,
                                         .random_state = 0});
}

void fit(benchmark::State& state) {
  const Data& data = data_of(state.range(0), state.range(1));
  const int iterations = static_cast<int>(state.range(2));
  for (auto _ : state) {
    HistGradientBoostingClassifier model = model_of(iterations);
    model.fit(data.X, data.y, {.n_threads = static_cast<int>(state.range(3))});
    benchmark::DoNotOptimize(model.trees().nodes.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * iterations);
}

void predict(benchmark::State& state) {
  const Data& data = data_of(state.range(0), state.range(1));
  const HistGradientBoostingClassifier model = model_of(100, state.range(3)).fit(data.X, data.y);
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  for (auto _ : state) benchmark::DoNotOptimize(model.decision_function(data.X).data());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// The plain way, for comparison: every row walks down every tree.
void walk(benchmark::State& state) {
  const Data& data = data_of(state.range(0), state.range(1));
  const HistGradientBoostingClassifier model = model_of(100, state.range(3)).fit(data.X, data.y);
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  const BoostedTrees& trees = model.trees();
  Matrix raw = Matrix::Zero(data.X.rows(), 1);
  for (auto _ : state) {
    hgb::add_predictions(trees, 0, trees.n_trees(), data.table(), raw.data());
    benchmark::DoNotOptimize(raw.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void predict_one_row(benchmark::State& state) {
  const Data& data = data_of(20'000, state.range(0));
  const HistGradientBoostingClassifier model = model_of(100, state.range(1)).fit(data.X, data.y);
  const Predictor predictor = model.predictor();
  const Matrix rows = data.X.transpose();
  Index row = 0;
  for (auto _ : state) {
    double p[2];
    benchmark::DoNotOptimize(
        predictor.predict_proba({rows.col(row).data(), static_cast<std::size_t>(rows.rows())}, p));
    row = (row + 1) % rows.cols();
  }
  state.SetItemsProcessed(state.iterations());
}

void walk_one_row(benchmark::State& state) {
  const Data& data = data_of(20'000, state.range(0));
  const HistGradientBoostingClassifier model = model_of(100, state.range(1)).fit(data.X, data.y);
  const Matrix rows = data.X.transpose();
  Index row = 0;
  for (auto _ : state) {
    double raw = 0.0;
    hgb::predict_row(model.trees(), rows.col(row).data(), &raw);
    benchmark::DoNotOptimize(raw);
    row = (row + 1) % rows.cols();
  }
  state.SetItemsProcessed(state.iterations());
}

/// A row of ten numbers with holes and four texts through imputers, scaler and encoder to a model.
template <class Model>
void predict_pipeline_row(benchmark::State& state, const Model& model) {
  const Data& data = data_of(20'000, 10);
  Random random(2);
  std::vector<Column> columns;
  for (Index j = 0; j < 10; ++j)
    columns.push_back(Column::numeric("n" + std::to_string(j), data.X.col(j)));
  const std::vector<std::string> texts{"red", "green", "blue", "a longer text than fits inside",
                                       "white"};
  for (Index j = 0; j < 4; ++j) {
    std::vector<std::string> cells;
    for (Index i = 0; i < data.X.rows(); ++i) cells.push_back(texts[random.integer(5)]);
    columns.push_back(Column::categorical("c" + std::to_string(j), cells));
  }
  const DataFrame table(columns);
  const ColumnTransformer prepare{
      {"numbers", SimpleImputer() | StandardScaler(), ColumnType::numeric},
      {"texts",
       SimpleImputer({.strategy = ImputeStrategy::most_frequent}) |
           OneHotEncoder({.sparse_output = false, .handle_unknown = OneHotUnknown::ignore}),
       ColumnType::categorical}};
  const auto pipeline = (prepare | model).fit(table, data.y);
  const Predictor predictor = pipeline.predictor();
  Row row = predictor.make_row();
  Index i = 0;
  for (auto _ : state) {
    for (Index j = 0; j < 10; ++j) row.set(j, data.X(i, j));
    for (Index j = 10; j < 14; ++j) row.set(j, texts[static_cast<std::size_t>(i + j) % 5]);
    double p[2];
    benchmark::DoNotOptimize(predictor.predict_proba(row, p));
    i = (i + 1) % data.X.rows();
  }
  state.SetItemsProcessed(state.iterations());
}

void bin(benchmark::State& state) {
  const Data& data = data_of(state.range(0), state.range(1));
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  const std::vector<int> numerical(static_cast<std::size_t>(state.range(1)), -1);
  for (auto _ : state) {
    const auto bins = hgb::find_bins(data.table(), numerical, {}, {});
    const hgb::BinnedMatrix matrix(data.table(), bins);
    benchmark::DoNotOptimize(matrix.group(0).first);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}

/// Histogram and best split of every second row: a node in the middle of a tree.
struct Node {
  std::vector<hgb::FeatureBins> bins;
  hgb::BinnedMatrix matrix;
  std::vector<hgb::Derivative> derivatives;
  std::vector<hgb::Row> rows;

  explicit Node(const Data& data)
      : bins(hgb::find_bins(data.table(),
                            std::vector<int>(static_cast<std::size_t>(data.X.cols()), -1), {}, {})),
        matrix(data.table(), bins),
        derivatives(static_cast<std::size_t>(data.X.rows())) {
    for (std::size_t i = 0; i < derivatives.size(); ++i) {
      derivatives[i] = {data.y[static_cast<Index>(i)] == 1 ? -0.5F : 0.5F, 0.25F};
      if (i * 7919 % 2 == 0) rows.push_back(static_cast<hgb::Row>(i));
    }
  }
};

std::vector<hgb::Row> all_rows(Index n) {
  std::vector<hgb::Row> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), hgb::Row{0});
  return rows;
}

void build_histogram(benchmark::State& state) {
  const Node node(data_of(state.range(0), state.range(1)));
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  hgb::HistogramBuilder builder(node.matrix);
  builder.set_gradients({node.derivatives});
  hgb::Histogram histogram(static_cast<std::size_t>(node.matrix.places().cells));
  for (auto _ : state) {
    builder.build(node.rows, histogram);
    benchmark::DoNotOptimize(histogram.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<Index>(node.rows.size()) *
                          state.range(1));
}

void find_split(benchmark::State& state) {
  const Node node(data_of(state.range(0), state.range(1)));
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  hgb::HistogramBuilder builder(node.matrix);
  builder.set_gradients({node.derivatives});
  hgb::Histogram histogram(static_cast<std::size_t>(node.matrix.places().cells));
  builder.build(all_rows(state.range(0)), histogram);
  const auto n = static_cast<std::uint32_t>(state.range(0));
  const hgb::Splitter splitter(node.bins, node.matrix.places(), {});
  Random random(0);
  const hgb::HistogramBins read(histogram, node.matrix.places(), node.bins, builder.fixed_point(),
                                20);
  hgb::NodeToSplit asked{&read, {0.0, 0.25 * n, n, 0.0}};
  for (auto _ : state) {
    splitter.best_splits({&asked, 1}, builder.fixed_point(), random);
    benchmark::DoNotOptimize(asked.best.gain);
  }
  state.SetItemsProcessed(state.iterations() * node.matrix.places().cells);
}

BENCHMARK(fit)
    ->ArgNames({"rows", "features", "iterations", "threads"})
    ->Args({200'000, 28, 100, 1})
    ->Args({200'000, 28, 100, 2})
    ->Args({2'000, 28, 100, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
void prediction_sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"rows", "features", "threads", "leaves"})
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
  for (const Index leaves : {31, 255})
    for (const Index threads : {1, 2}) b->Args({200'000, 28, threads, leaves});
}
BENCHMARK(predict)->Apply(prediction_sizes);
BENCHMARK(walk)->Apply(prediction_sizes);
BENCHMARK(predict_one_row)
    ->ArgNames({"features", "leaves"})
    ->ArgsProduct({{28, 100}, {31, 255}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(walk_one_row)
    ->ArgNames({"features", "leaves"})
    ->ArgsProduct({{28, 100}, {31, 255}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict_pipeline_row, linear, LogisticRegression())
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(predict_pipeline_row, trees, model_of(100))->Unit(benchmark::kMicrosecond);
BENCHMARK(bin)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 1})
    ->Args({200'000, 28, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(build_histogram)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 1})
    ->Args({200'000, 28, 2})
    ->Args({2'000, 28, 1})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();
BENCHMARK(find_split)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 1})
    ->Args({200'000, 28, 2})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
}  // namespace espalier
