// SPDX-License-Identifier: BSD-3-Clause
// Products, Gram matrices and decompositions, with operations a second. The last argument is the
// number of threads.
#include <benchmark/benchmark.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "linalg/cholesky.hpp"
#include "linalg/eigenpairs.hpp"
#include "linalg/products.hpp"

namespace espalier::linalg {
namespace {

template <class M>
M random_matrix(Index rows, Index cols) {
  using Scalar = typename M::Scalar;
  Random random(1);
  return M::NullaryExpr(rows, cols, [&] { return static_cast<Scalar>(random.normal()); });
}

void count_operations(benchmark::State& state, double operations) {
  state.counters["op/s"] = benchmark::Counter(operations * static_cast<double>(state.iterations()),
                                              benchmark::Counter::kIsRate);
}

template <class M>
void product(benchmark::State& state) {
  const Index m = state.range(0), k = state.range(1), n = state.range(2);
  const ThreadLimit limit(static_cast<int>(state.range(3)));
  const M A = random_matrix<M>(m, k), B = random_matrix<M>(k, n);
  M C(m, n);
  for (auto _ : state) multiply(A, B, C);
  count_operations(state, 2.0 * static_cast<double>(m * n) * static_cast<double>(k));
}

void products(benchmark::internal::Benchmark* b) {
  for (const int threads : {1, 2})
    b->Args({2000, 2000, 2000, threads})
        ->Args({512, 512, 512, threads})
        ->Args({128, 784, 128, threads})
        ->Args({100'000, 512, 60, threads});
  b->UseRealTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_TEMPLATE(product, Matrix)->Apply(products);
BENCHMARK_TEMPLATE(product, Matrix32)->Apply(products);

template <class M>
void gram_matrix(benchmark::State& state) {
  const Index n = state.range(0), p = state.range(1);
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  const M X = random_matrix<M>(n, p);
  for (auto _ : state) benchmark::DoNotOptimize(gram(X));
  count_operations(state, static_cast<double>(n) * static_cast<double>(p * p));
}

void grams(benchmark::internal::Benchmark* b) {
  for (const int threads : {1, 2})
    b->Args({1'000'000, 28, threads})->Args({100'000, 512, threads})->Args({20'000, 2000, threads});
  b->UseRealTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_TEMPLATE(gram_matrix, Matrix)->Apply(grams);
BENCHMARK_TEMPLATE(gram_matrix, Matrix32)->Apply(grams);

/// Of noise: no eigenvalue stands out, and a Krylov space is given up.
void eigenpairs(benchmark::State& state) {
  const Index n = state.range(0), k = state.range(1);
  const ThreadLimit limit(static_cast<int>(state.range(2)));
  const Matrix A = gram(random_matrix<Matrix>(4 * n, n));
  for (auto _ : state) benchmark::DoNotOptimize(leading_eigenpairs(A, k));
}
BENCHMARK(eigenpairs)
    ->Args({512, 512, 2})
    ->Args({512, 50, 2})
    ->Args({2000, 2000, 2})
    ->Args({2000, 50, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void cholesky(benchmark::State& state) {
  const Index n = state.range(0);
  const ThreadLimit limit(static_cast<int>(state.range(1)));
  const Matrix A = gram(random_matrix<Matrix>(2 * n, n));
  for (auto _ : state) {
    Matrix L = A;
    benchmark::DoNotOptimize(factorise_cholesky(L));
  }
}
BENCHMARK(cholesky)->Args({512, 2})->Args({2000, 2})->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace espalier::linalg
