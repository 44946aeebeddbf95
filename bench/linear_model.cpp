// SPDX-License-Identifier: BSD-3-Clause
// Fits and predictions of the linear models. The last argument is the number of threads.
#include <algorithm>
#include <cmath>
#include <memory>

#include <benchmark/benchmark.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/linear_model/linear_regression.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/linear_model/ridge_cv.hpp>

namespace espalier {
namespace {

/// Normal features of very different scales, and targets of a linear function with noise.
struct Data {
  Matrix X;
  Vector y;
  Labels labels;

  Data(Index n, Index p, Index n_classes) : X(n, p), y(n), labels(n) {
    Random random(1);
    for (double& x : X.reshaped()) x = random.normal();
    Vector coef(p);
    for (double& c : coef) c = random.normal();
    y = X * coef;
    for (double& value : y) value += random.normal();
    const double width = 4.0 * coef.norm() / static_cast<double>(n_classes);
    const auto bin = [&](double value) {
      const auto k =
          static_cast<Index>(std::floor(value / width + 0.5 * static_cast<double>(n_classes)));
      return static_cast<int>(std::clamp<Index>(k, 0, n_classes - 1));
    };
    for (Index i = 0; i < n; ++i) labels[i] = bin(y[i]);
    for (Index j = 0; j < p; ++j) X.col(j) *= 1.0 + static_cast<double>(j % 5) * 10.0;
  }
};

const Data& data_of(Index n, Index p, Index n_classes = 2) {
  static Index rows = 0;
  static Index cols = 0;
  static Index classes = 0;
  static std::unique_ptr<Data> data;
  if (rows != n || cols != p || classes != n_classes)
    data = std::make_unique<Data>(rows = n, cols = p, classes = n_classes);
  return *data;
}

template <class Model>
void fit_regressor(benchmark::State& state) {
  const Data& data = data_of(state.range(0), state.range(1));
  const FitContext context{.n_threads = static_cast<int>(state.range(2))};
  for (auto _ : state) {
    Model model;
    model.fit(data.X, data.y, context);
    benchmark::DoNotOptimize(model.coef().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void fit_logistic_regression(benchmark::State& state) {
  const Data& data = data_of(state.range(0), state.range(1), state.range(2));
  const FitContext context{.n_threads = static_cast<int>(state.range(3))};
  int n_iter = 0;
  for (auto _ : state) {
    LogisticRegression model;
    model.fit(data.X, data.labels, context);
    n_iter = model.n_iter();
    benchmark::DoNotOptimize(model.coef().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * n_iter);
  state.counters["n_iter"] = n_iter;
}

void predict_proba(benchmark::State& state) {
  const Data& data = data_of(state.range(0), state.range(1));
  const LogisticRegression model = LogisticRegression().fit(data.X, data.labels);
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  for (auto _ : state) benchmark::DoNotOptimize(model.predict_proba(data.X).data());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(fit_regressor<LinearRegression>)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 2})
    ->Args({20'000, 500, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(fit_regressor<RidgeCV>)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 2})
    ->Args({500, 2'000, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(fit_regressor<Ridge>)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 1})
    ->Args({200'000, 28, 2})
    ->Args({20'000, 500, 2})
    ->Args({500, 5'000, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(fit_logistic_regression)
    ->ArgNames({"rows", "features", "classes", "threads"})
    ->Args({200'000, 28, 2, 1})
    ->Args({200'000, 28, 2, 2})
    ->Args({200'000, 28, 5, 2})
    ->Args({2'000, 28, 2, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(predict_proba)
    ->ArgNames({"rows", "features", "threads"})
    ->Args({200'000, 28, 1})
    ->Args({200'000, 28, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace espalier
