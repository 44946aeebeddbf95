// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/parallel.hpp>

#include <omp.h>

#include <atomic>
#include <exception>
#include <vector>

namespace espalier {
namespace {

thread_local int thread_limit = 0;  // 0: none
thread_local bool inside_region = false;

/// The blocks that a thread begins with; when they are done it helps with those of others. So a
/// thread meets the same data again in the next region, where they may still be in its cache.
struct alignas(64) Share {
  std::atomic<Index> next{0};
  Index end = 0;
};

/// Beyond this, threads only cost; and libgomp ends the process when one cannot be created.
int most_threads() {
  static const int most = std::max(64, 4 * omp_get_num_procs());
  return most;
}

}  // namespace

int max_threads() {
  if (inside_region || omp_in_parallel() != 0) return 1;
  return std::min(thread_limit > 0 ? thread_limit : omp_get_max_threads(), most_threads());
}

ThreadLimit::ThreadLimit(int n_threads) : previous_(thread_limit) {
  if (n_threads != 0) thread_limit = std::max(1, n_threads);
}

ThreadLimit::~ThreadLimit() { thread_limit = previous_; }

namespace detail {

void run_blocks(Index n, const void* body, void (*call)(const void* body, Index i)) {
  const int threads = static_cast<int>(std::min<Index>(n, max_threads()));
  if (threads <= 1) {
    for (Index i = 0; i < n; ++i) call(body, i);
    return;
  }
  std::vector<Share> shares(static_cast<std::size_t>(threads));
  for (int t = 0; t < threads; ++t) {
    shares[static_cast<std::size_t>(t)].next = n * t / threads;
    shares[static_cast<std::size_t>(t)].end = n * (t + 1) / threads;
  }
  std::exception_ptr error;
  std::atomic<Index> failed{n};
#pragma omp parallel num_threads(threads)
  {
    inside_region = true;
    const int own = omp_get_thread_num();
    for (int t = 0; t < threads; ++t) {
      Share& share = shares[static_cast<std::size_t>((own + t) % threads)];
      // Blocks before one that failed still run, so that it is the same one that is told of.
      for (Index i = share.next++; i < share.end && i < failed; i = share.next++) {
        try {
          call(body, i);
        } catch (...) {
#pragma omp critical(espalier_run_blocks)
          {
            if (i < failed) {
              failed = i;
              error = std::current_exception();
            }
          }
        }
      }
    }
    inside_region = false;
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace detail
}  // namespace espalier
