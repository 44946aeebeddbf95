// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The one place that opens a parallel region.
///
/// Work is cut into blocks by the size of the data, never by the number of threads, so the same
/// blocks exist on one thread and on sixty-four; what they return is combined in block order.
/// Results therefore have the same bits whatever the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier {

/// The number of threads that a parallel region opened here would use at most: the innermost
/// ThreadLimit of the calling thread, else what OpenMP offers (`OMP_NUM_THREADS`, or the processors
/// this process may run on). Never more than 64 or, on a machine with more than 16 processors, four
/// for each: a slip like `n_threads = 2000` would exhaust the memory for stacks, and OpenMP's run
/// time ends the process when it cannot create a thread.
/// 1 inside a parallel region: regions do not nest.
int max_threads();

/// Limits the parallel regions that the calling thread opens while the object lives. No global
/// setting is touched: other threads of the process are not affected.
///
///     ThreadLimit one(1);          // no thread is created below
///     model.predict(X);
///
/// `n_threads` of 0 keeps the limit as it is; a negative number is taken as 1. max_threads() says
/// what becomes of a very large one.
class ThreadLimit {
 public:
  explicit ThreadLimit(int n_threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int previous_;
};

namespace detail {

/// Calls `call(body, i)` for every i in [0, n), on as many threads as `max_threads()` allows, and
/// rethrows the exception of the lowest failing block, the same one for any number of threads. After
/// a failure, higher blocks that have not started are skipped.
void run_blocks(Index n, const void* body, void (*call)(const void* body, Index i));

}  // namespace detail

/// Below this many elementary operations a region stays on the calling thread: waking a thread
/// costs some ten microseconds.
inline constexpr double min_parallel_work = 50'000;

/// Calls `body(i)` for every i in [0, n); the calls may run at the same time, in any order.
///
/// `work` is roughly how many elementary operations all calls need together; with less than
/// `min_parallel_work`, or with one call, no thread is created.
///
/// An exception thrown by a call comes out here, after the calls that had begun have ended.
template <class Body>
void parallel_for(Index n, double work, const Body& body) {
  if (n <= 1 || work < min_parallel_work) {
    for (Index i = 0; i < n; ++i) body(i);
    return;
  }
  detail::run_blocks(n, std::addressof(body),
                     [](const void* b, Index i) { (*static_cast<const Body*>(b))(i); });
}

/// A cut of [0, n) into blocks of `size` rows (the last one may be shorter).
struct Blocks {
  Index n;
  Index size;

  Index count() const { return size > 0 ? (n + size - 1) / size : 0; }
  Index begin(Index block) const { return block * size; }
  Index end(Index block) const { return std::min(n, (block + 1) * size); }
};

/// Calls `body(begin, end)` for every block; see parallel_for.
template <class Body>
void parallel_for_blocks(Blocks blocks, double work, const Body& body) {
  parallel_for(blocks.count(), work, [&](Index b) { body(blocks.begin(b), blocks.end(b)); });
}

/// `combine(… combine(combine(first, map(block 0)), map(block 1)) …)`, the maps at the same time,
/// the combinations in block order: the same bits for any number of threads.
///
/// `map(begin, end)` returns a partial result; `combine(total, partial)` adds it to `total` in
/// place. The partial result is default-constructible. At most `blocks_in_flight` (≥ 1) of them
/// exist at a time, which bounds the memory that large ones (Gram matrices) take.
template <class T, class Map, class Combine>
T reduce_blocks(Blocks blocks, double work, T first, const Map& map, const Combine& combine,
                Index blocks_in_flight = 256) {
  using Partial = std::invoke_result_t<const Map&, Index, Index>;
  static_assert(std::is_default_constructible_v<Partial>);
  const Index count = blocks.count();
  for (Index wave = 0; wave < count; wave += blocks_in_flight) {
    const Index n = std::min(blocks_in_flight, count - wave);
    std::vector<Partial> partial(static_cast<std::size_t>(n));
    parallel_for(n, work * static_cast<double>(n) / static_cast<double>(count), [&](Index i) {
      partial[static_cast<std::size_t>(i)] = map(blocks.begin(wave + i), blocks.end(wave + i));
    });
    for (Partial& p : partial) combine(first, std::move(p));
  }
  return first;
}

}  // namespace espalier
