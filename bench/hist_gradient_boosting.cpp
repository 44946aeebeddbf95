// SPDX-License-Identifier: BSD-3-Clause
// Training and prediction of histogram gradient boosting, and the kernels that they spend their
// time in. The last argument is the number of threads.
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include <benchmark/benchmark.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>

#include "ensemble/hist_gradient_boosting/binning.hpp"
#include "ensemble/hist_gradient_boosting/histogram.hpp"
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

HistGradientBoostingClassifier model_of(int max_iter) {
  return HistGradientBoostingClassifier(
      {.max_iter = max_iter, .early_stopping = false, .random_state = 0});
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
  const HistGradientBoostingClassifier model = model_of(100).fit(data.X, data.y);
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  for (auto _ : state) benchmark::DoNotOptimize(model.decision_function(data.X).data());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void predict_one_row(benchmark::State& state) {
  const Data& data = data_of(20'000, state.range(0));
  const HistGradientBoostingClassifier model = model_of(100).fit(data.X, data.y);
  Index row = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(model.decision_function(data.X.middleRows(row, 1)).data());
    row = (row + 1) % data.X.rows();
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
  std::vector<float> gradient;
  std::vector<float> hessian;
  std::vector<hgb::Row> rows;

  explicit Node(const Data& data)
      : bins(hgb::find_bins(data.table(),
                            std::vector<int>(static_cast<std::size_t>(data.X.cols()), -1), {}, {})),
        matrix(data.table(), bins),
        gradient(static_cast<std::size_t>(data.X.rows())),
        hessian(gradient.size(), 0.25F) {
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] = data.y[static_cast<Index>(i)] == 1 ? -0.5F : 0.5F;
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
  builder.set_gradients({node.gradient, node.hessian});
  hgb::Histogram histogram(static_cast<std::size_t>(node.matrix.layout().cells()));
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
  builder.set_gradients({node.gradient, node.hessian});
  hgb::Histogram histogram(static_cast<std::size_t>(node.matrix.layout().cells()));
  builder.build(all_rows(state.range(0)), histogram);
  const auto n = static_cast<std::uint32_t>(state.range(0));
  const hgb::Splitter splitter(node.bins, node.matrix.layout(),
                               std::vector<char>(node.bins.size(), 0), {});
  Random random(0);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        splitter.best_split(histogram, builder.fixed_point(), {0.0, 0.25 * n, n, 0.0}, random));
  state.SetItemsProcessed(state.iterations() * node.matrix.layout().cells());
}

BENCHMARK(fit)
    ->ArgNames({"rows", "features", "iterations", "threads"})
    ->Args({200'000, 28, 100, 1})
    ->Args({200'000, 28, 100, 2})
    ->Args({2'000, 28, 100, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(predict)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 1})
    ->Args({200'000, 28, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(predict_one_row)->ArgName("features")->Arg(28)->Unit(benchmark::kMicrosecond);
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
