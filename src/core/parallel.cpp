// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/parallel.hpp>

#include <omp.h>

#include <atomic>
#include <exception>

namespace espalier {
namespace {

thread_local int thread_limit = 0;  // 0: none
thread_local bool inside_region = false;

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
  std::atomic<Index> next{0};
  std::exception_ptr error;
  Index failed = n;
#pragma omp parallel num_threads(threads)
  {
    inside_region = true;
    for (Index i = next.fetch_add(1); i < n; i = next.fetch_add(1)) {
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
        next.store(n);
      }
    }
    inside_region = false;
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace detail
}  // namespace espalier
