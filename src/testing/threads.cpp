// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <thread>

#include <espalier/core/parallel.hpp>

#include "testing/checks.hpp"

namespace espalier::detail::kit {
namespace {

/// Enough rows that every engine cuts them into several blocks.
Problem large_problem(const Subject& s) { return s.problem({.rows = 20'000, .cols = 5}); }

void any_number_of_threads_gives_the_same_bits(const Subject& s) {
  const Problem problem = large_problem(s);
  std::optional<Outputs> first;
  for (const int n_threads : {1, 2, 4, 7}) {
    const auto e = s.fitted(problem, {.n_threads = n_threads});
    const ThreadLimit limit(n_threads);
    const Outputs result = outputs(*e, problem.X);
    if (!first) first = result;
    require_same(fmt::format("with 1 and with {} threads", n_threads), difference(*first, result));
  }
}

/// The threads of this process, where the system tells (Linux), else less than 1: by the links of a
/// directory that has a folder a thread. Quicker than to list it, so that short lives show.
std::intmax_t count_threads() {
  std::error_code error;
  const auto links = std::filesystem::hard_link_count("/proc/self/task", error);
  return error ? 0 : static_cast<std::intmax_t>(links) - 2;
}

/// How many threads more there are than at first, at some time while `body(counts)` runs; found by
/// counting without pause, `counts` times so far. Nothing where the system does not tell.
template <class Body>
std::optional<std::intmax_t> threads_started(const Body& body) {
  std::atomic<std::intmax_t> most{0}, counts{0};
  std::jthread watcher([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      most = std::max(most.load(), count_threads());
      ++counts;
      std::this_thread::yield();
    }
  });
  const std::intmax_t first = count_threads();
  if (first < 2) return std::nullopt;  // the watcher is one, and this thread another
  body(counts);
  const std::intmax_t left = count_threads();
  watcher.request_stop();
  watcher.join();
  return std::max(most.load(), left) - first;
}

/// Runs `body` on a thread of its own, so that the threads it starts are its own too, and passes an
/// exception on.
template <class Body>
void on_new_thread(const Body& body) {
  std::exception_ptr error;
  std::thread([&] {
    try {
      body();
    } catch (...) {
      error = std::current_exception();
    }
  }).join();
  if (error) std::rethrow_exception(error);
}

void one_thread_starts_no_other(const Subject& s) {
  using Clock = std::chrono::steady_clock;
  const Problem large = large_problem(s), small = s.problem();
  const auto use = [&](const Problem& problem) {
    const auto e = s.fitted(problem, {.n_threads = 1});
    const ThreadLimit one(1);
    outputs(*e, problem.X);
  };
  std::optional<std::intmax_t> started;
  on_new_thread([&] {
    started = threads_started([&](const std::atomic<std::intmax_t>& counts) {
      use(large);
      // A thread that ends at once may be overlooked; not every time, unless the machine is so busy
      // that nobody gets to count.
      const auto start = Clock::now();
      const std::intmax_t enough = counts + 2000;
      const auto goes_on = [&](int k) {
        const auto spent = Clock::now() - start;
        return (k < 100 && spent < std::chrono::milliseconds(20)) ||
               (counts < enough && spent < std::chrono::seconds(1));
      };
      for (int k = 0; goes_on(k); ++k) use(small);
    });
  });
  if (!started) skip("this system does not tell how many threads a process has");
  require(*started <= 0, fmt::format("fit with n_threads = 1 and predictions under ThreadLimit(1) "
                                     "started {} threads",
                                     *started));
}

void no_thread_setting_is_changed(const Subject& s) {
  const int before = max_threads();
  const Problem problem = s.problem();
  const auto e = s.fitted(problem, {.n_threads = 3});
  outputs(*e, problem.X);
  require(max_threads() == before,
          fmt::format("max_threads() was {} before a fit with n_threads = 3 and is {} after",
                      before, max_threads()));
}

/// Calls `body(k)` on `n` threads at once; the first exception comes out.
template <class Body>
void on_threads(std::size_t n, const Body& body) {
  std::vector<std::exception_ptr> errors(n);
  {
    std::vector<std::jthread> threads;
    for (std::size_t k = 0; k < n; ++k)
      threads.emplace_back([&, k] {
        try {
          body(k);
        } catch (...) {
          errors[k] = std::current_exception();
        }
      });
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

void concurrent_predictions_agree(const Subject& s) {
  const Problem problem = s.problem();
  const auto fitted = s.fitted(problem);
  const Estimator& e = *fitted;
  std::vector<Outputs> results(4);
  on_threads(results.size(), [&](std::size_t k) {
    for (int repeat = 0; repeat < 3; ++repeat) results[k] = outputs(e, problem.X);
  });
  const Outputs alone = outputs(e, problem.X);
  for (const Outputs& result : results)
    require_same("of one object on four threads at once, and alone", difference(alone, result));
}

void concurrent_fits_agree(const Subject& s) {
  const Problem problem = s.problem();
  const auto shared = s.make();
  const Estimator& prototype = *shared;
  std::vector<Outputs> results(3);
  on_threads(results.size(), [&](std::size_t k) {
    const auto own = prototype.clone();
    fit(*own, problem);
    results[k] = outputs(*own, problem.X);
  });
  const Outputs alone = outputs(*s.fitted(problem), problem.X);
  for (const Outputs& result : results)
    require_same("clones fitted on three threads at once, and one alone",
                 difference(alone, result));
}

}  // namespace

Checks thread_checks() {
  return {
      {"any_number_of_threads_gives_the_same_bits",
       "fit and predict give the same bits with 1, 2, 4 and 7 threads", is_deterministic,
       any_number_of_threads_gives_the_same_bits},
      {"one_thread_starts_no_other", "n_threads = 1 means that no thread is created", fits,
       one_thread_starts_no_other},
      {"no_thread_setting_is_changed", "n_threads does not outlive the fit", fits,
       no_thread_setting_is_changed},
      {"concurrent_predictions_agree", "const methods may run on many threads at once",
       is_deterministic, concurrent_predictions_agree},
      {"concurrent_fits_agree", "clones of one prototype may be fitted on many threads at once",
       is_deterministic, concurrent_fits_agree},
  };
}

}  // namespace espalier::detail::kit
