// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/parallel.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <espalier/core/random.hpp>

namespace espalier {
namespace {

constexpr double much_work = 1e9;

/// The threads that ran the `n` calls of a loop. The calls take a while, so that every thread of
/// the region gets some.
std::set<std::thread::id> threads_of(Index n, double work) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  parallel_for(n, work, [&](Index) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  return threads;
}

const std::set<std::thread::id> this_thread_only() { return {std::this_thread::get_id()}; }

TEST(Parallel, CallsEveryIndexOnce) {
  for (const Index n : {0, 1, 2, 7, 1000}) {
    std::vector<std::atomic<int>> calls(static_cast<std::size_t>(n));
    parallel_for(n, much_work, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
}

TEST(Parallel, BlocksCoverTheRangeWithoutOverlap) {
  for (const Index n : {0, 1, 99, 100, 101, 250}) {
    const Blocks blocks{n, 100};
    Index next = 0;
    for (Index b = 0; b < blocks.count(); ++b) {
      EXPECT_EQ(blocks.begin(b), next);
      EXPECT_GT(blocks.end(b), blocks.begin(b));
      next = blocks.end(b);
    }
    EXPECT_EQ(next, n);
  }
}

TEST(Parallel, ReduceHasTheSameBitsOnAnyNumberOfThreads) {
  Random random(1);
  std::vector<double> values(100'003);
  for (double& value : values) value = random.normal() * random.uniform(1e-8, 1e8);
  const auto sum = [&](int n_threads, Index in_flight) {
    const ThreadLimit limit(n_threads);
    return reduce_blocks(
        Blocks{static_cast<Index>(values.size()), 1000}, much_work, 0.0,
        [&](Index begin, Index end) {
          double partial = 0;
          for (Index i = begin; i < end; ++i) partial += values[static_cast<std::size_t>(i)];
          return partial;
        },
        [](double& total, double partial) { total += partial; }, in_flight);
  };
  const double one = sum(1, 256);
  for (const int n_threads : {2, 4, 7})
    EXPECT_EQ(sum(n_threads, 256), one) << n_threads << " threads";
  EXPECT_EQ(sum(4, 3), one) << "three partial results at a time";
}

TEST(Parallel, ReduceCombinesInBlockOrder) {
  const ThreadLimit limit(4);
  const std::string text = reduce_blocks(
      Blocks{26, 1}, much_work, std::string(),
      [](Index i, Index) { return std::string(1, static_cast<char>('a' + i)); },
      [](std::string& all, std::string one) { all += one; }, 5);
  EXPECT_EQ(text, "abcdefghijklmnopqrstuvwxyz");
}

TEST(Parallel, RethrowsTheExceptionOfTheLowestFailingBlock) {
  for (const int n_threads : {1, 2, 4}) {
    const ThreadLimit limit(n_threads);
    try {
      parallel_for(100, much_work, [](Index i) {
        if (i == 3) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (i >= 3) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "no exception came out";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "3") << n_threads << " threads";
    }
  }
}

TEST(Parallel, SkipsWhatHasNotStartedAfterAFailure) {
  const ThreadLimit limit(2);
  std::atomic<int> calls = 0;
  EXPECT_THROW(parallel_for(1'000'000, much_work,
                            [&](Index) {
                              ++calls;
                              throw std::runtime_error("stop");
                            }),
               std::runtime_error);
  EXPECT_LE(calls, 4);
}

TEST(Parallel, WorksAgainAfterAFailure) {
  EXPECT_THROW(parallel_for(10, much_work, [](Index) { throw 1; }), int);
  std::atomic<int> calls = 0;
  parallel_for(10, much_work, [&](Index) { ++calls; });
  EXPECT_EQ(calls, 10);
  const ThreadLimit limit(3);
  EXPECT_EQ(max_threads(), 3);
}

TEST(Parallel, LargeWorkRunsOnSeveralThreads) {
  const ThreadLimit limit(3);
  EXPECT_EQ(threads_of(30, much_work).size(), 3u);
}

TEST(Parallel, SmallWorkStaysOnTheCallersThread) {
  const ThreadLimit limit(4);
  EXPECT_EQ(threads_of(8, min_parallel_work - 1), this_thread_only());
  EXPECT_EQ(threads_of(1, much_work), this_thread_only());
}

TEST(Parallel, OneThreadIsTheCallers) {
  const ThreadLimit one(1);
  EXPECT_EQ(threads_of(8, much_work), this_thread_only());
}

TEST(Parallel, NoMoreThreadsThanCalls) {
  const ThreadLimit limit(7);
  EXPECT_LE(threads_of(2, much_work).size(), 2u);
}

TEST(ThreadLimit, NestsAndEnds) {
  const int before = max_threads();
  {
    const ThreadLimit outer(5);
    EXPECT_EQ(max_threads(), 5);
    {
      const ThreadLimit inner(2);
      EXPECT_EQ(max_threads(), 2);
      const ThreadLimit keep(0);
      EXPECT_EQ(max_threads(), 2);
      const ThreadLimit negative(-8);
      EXPECT_EQ(max_threads(), 1);
    }
    EXPECT_EQ(max_threads(), 5);
  }
  EXPECT_EQ(max_threads(), before);
}

TEST(ThreadLimit, IsItselfLimited) {
  const ThreadLimit limit(1'000'000);
  const int most = std::max(64, 4 * static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_GE(max_threads(), 64);
  EXPECT_LE(max_threads(), most);
  EXPECT_LE(threads_of(1000, much_work).size(), static_cast<std::size_t>(most));
}

TEST(ThreadLimit, LeavesOtherThreadsAlone) {
  int without = 0, with = 0;
  std::thread([&] { without = max_threads(); }).join();
  const ThreadLimit limit(without + 3);
  std::thread([&] { with = max_threads(); }).join();
  EXPECT_EQ(with, without);
  EXPECT_EQ(max_threads(), without + 3);
}

TEST(Parallel, RegionsDoNotNest) {
  const ThreadLimit limit(4);
  std::atomic<int> wrong = 0;
  parallel_for(8, much_work, [&](Index) {
    if (max_threads() != 1) ++wrong;
    if (threads_of(4, much_work) != this_thread_only()) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(max_threads(), 4);
}

TEST(Parallel, RegionsOfSeveralHostThreadsDoNotMix) {
  std::vector<Index> sums(4, 0);
  std::vector<std::thread> hosts;
  for (std::size_t h = 0; h < sums.size(); ++h) {
    hosts.emplace_back([&, h] {
      const ThreadLimit limit(2);
      sums[h] = reduce_blocks(
          Blocks{10'000, 100}, much_work, Index{0},
          [h](Index begin, Index end) { return (end - begin) * Index(h + 1); },
          [](Index& total, Index partial) { total += partial; });
    });
  }
  for (std::thread& host : hosts) host.join();
  EXPECT_EQ(sums, (std::vector<Index>{10'000, 20'000, 30'000, 40'000}));
}

}  // namespace
}  // namespace espalier
