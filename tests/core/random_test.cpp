// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include <espalier/core/errors.hpp>

namespace espalier {
namespace {

using Indices = std::vector<Index>;

template <class Draw>
auto draw(int n, const Draw& one) {
  std::vector<decltype(one())> values;
  for (int i = 0; i < n; ++i) values.push_back(one());
  return values;
}

/// Σ (observed − expected)² / expected.
double chi_square(const std::vector<double>& observed, const std::vector<double>& expected) {
  double sum = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
  }
  return sum;
}

static_assert(std::uniform_random_bit_generator<Random>);

// The pinned values hold on every platform; one that changes breaks every reproducible result. The
// bits, integers and normals were computed a second time by an independent program in Python.
TEST(Random, PinsTheBits) {
  Random first(42);
  EXPECT_EQ(draw(4, [&] { return first(); }),
            (std::vector<std::uint64_t>{0x6791f0b5df92319fu, 0xda2345721ed438fbu,
                                        0x4652f282804f8fe9u, 0x963764bcbcf15eeau}));
  Random second(42, 7);
  EXPECT_EQ(draw(4, [&] { return second(); }),
            (std::vector<std::uint64_t>{0x59202d07d0e6a29au, 0x3fc0db6a90df7bc0u,
                                        0x94d4efeeebcfee61u, 0x56f6b15597e68429u}));
}

TEST(Random, PinsUniform) {
  Random random(42);
  EXPECT_EQ(draw(5, [&] { return random.uniform(); }),
            (std::vector<double>{0x1.9e47c2d77e48cp-2, 0x1.b4468ae43da87p-1, 0x1.194bca0a013e2p-2,
                                 0x1.2c6ec97979e2bp-1, 0x1.6c306150f8466p-1}));
  Random ranged(42);
  EXPECT_EQ(draw(5, [&] { return ranged.uniform(-3, 7); }),
            (std::vector<double>{0x1.0bb3671abbb6p+0, 0x1.61582d9d4d128p+2, -0x1.030a1b9bf393p-2,
                                 0x1.6f14f7afb0b6cp+1, 0x1.073c79a53658p+2}));
}

TEST(Random, PinsNormal) {
  Random random(42);
  EXPECT_EQ(draw(8, [&] { return random.normal(); }),
            (std::vector<double>{0x1.03b65d9fe9209p+0, 0x1.a4669c8b643c7p-3, -0x1.6307ee2ce554p-1,
                                 0x1.ecb52439bc0c2p-1, 0x1.408bfdd549715p-1, 0x1.c92ee0563c73cp+0,
                                 0x1.1ae7e8bc94cafp+1, 0x1.4934b3b44c26ep-1}));
}

TEST(Random, PinsAMillionNormals) {  // enough to meet the rare branch with the logarithm
  Random random(42);
  double sum = 0;
  for (int i = 0; i < 1'000'000; ++i) sum += random.normal();
  EXPECT_EQ(sum, 0x1.647e03f01a2dep+10);
}

TEST(Random, PinsIntegersAndOrders) {
  Random integers(42);
  EXPECT_EQ(draw(8, [&] { return integers.integer(1000); }),
            (Indices{404, 852, 274, 586, 711, 383, 719, 657}));
  EXPECT_EQ(Random(42).permutation(10), (Indices{3, 0, 5, 8, 1, 6, 9, 2, 7, 4}));
  EXPECT_EQ(Random(42).choice(1000, 6), (Indices{404, 852, 276, 588, 712, 386}));
  EXPECT_EQ(Random(42).choice(10, 6), (Indices{4, 8, 0, 7, 1, 6}));
  EXPECT_EQ(Random(42).choice(10, 6, true), (Indices{4, 8, 2, 5, 7, 3}));
  const std::vector<double> weights{1, 2, 0, 4, 8};
  EXPECT_EQ(Random(42).choice(weights, 8, true), (Indices{3, 4, 3, 4, 4, 3, 4, 4}));
  EXPECT_EQ(Random(42).choice(weights, 4), (Indices{4, 1, 3, 0}));
}

TEST(Random, UniformFillsTheUnitInterval) {
  Random random(1);
  std::vector<double> cells(100, 0);
  double low = 1, high = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double u = random.uniform();
    low = std::min(low, u);
    high = std::max(high, u);
    ++cells[static_cast<std::size_t>(u * 100)];
  }
  EXPECT_GE(low, 0);
  EXPECT_LT(high, 1);
  EXPECT_LT(chi_square(cells, std::vector<double>(100, 1000)), 148);  // 99.9 % of χ²(99)
}

TEST(Random, UniformStaysBelowItsEnd) {
  Random random(1);
  const double end = std::nextafter(1.0, 2.0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(random.uniform(1.0, end), 1.0);
  EXPECT_EQ(random.uniform(2.5, 2.5), 2.5);
}

TEST(Random, NormalHasTheMomentsOfTheNormal) {
  Random random(2);
  constexpr int n = 1'000'000;
  std::array<double, 5> moment{};
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    for (std::size_t k = 1; k <= 4; ++k) moment[k] += std::pow(x, k) / n;
  }
  EXPECT_NEAR(moment[1], 0, 4e-3);  // four standard errors each
  EXPECT_NEAR(moment[2], 1, 6e-3);
  EXPECT_NEAR(moment[3], 0, 16e-3);
  EXPECT_NEAR(moment[4], 3, 40e-3);
}

TEST(Random, NormalFollowsItsDistributionFunction) {
  Random random(3);
  constexpr int n = 200'000;
  std::vector<double> observed(50, 0), expected(50, 0);  // cells of 0.2 from −5 to 5
  const auto below = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  for (std::size_t i = 0; i < 50; ++i) {
    const double low = -5 + 0.2 * static_cast<double>(i);
    expected[i] = n * (below(low + 0.2) - below(low));
  }
  for (int i = 0; i < n; ++i) {
    const double cell = std::floor((random.normal() + 5) / 0.2);
    if (cell >= 0 && cell < 50) ++observed[static_cast<std::size_t>(cell)];
  }
  double sum = 0;
  for (std::size_t i = 5; i < 45; ++i) {  // the outer cells expect too few
    sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
  }
  EXPECT_LT(sum, 73.4);  // 99.9 % of χ²(40)
}

TEST(Random, NormalTakesMeanAndDeviation) {
  Random a(5), b(5);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.normal(3, 2), 3 + 2 * b.normal());
}

TEST(Random, IntegersAreEquallyLikely) {
  Random random(4);
  std::vector<double> counts(7, 0);
  for (int i = 0; i < 70'000; ++i) ++counts[static_cast<std::size_t>(random.integer(-3, 4) + 3)];
  EXPECT_LT(chi_square(counts, std::vector<double>(7, 10'000)), 22.5);  // 99.9 % of χ²(6)
}

TEST(Random,
     IntegersOfAHugeRangeAreUnbiased) {  // a plain product would favour the lower half 2 : 1
  Random random(4);
  const Index n = (Index{1} << 62) + (Index{1} << 61);
  double low = 0;
  for (int i = 0; i < 30'000; ++i) low += random.integer(n) < n / 2 ? 1 : 0;
  EXPECT_NEAR(low / 30'000, 0.5, 0.012);
}

TEST(Random, EveryOrderIsEquallyLikely) {
  Random random(6);
  std::map<Indices, double> counts;
  for (int i = 0; i < 24'000; ++i) ++counts[random.permutation(4)];
  std::vector<double> observed;
  for (const auto& [order, count] : counts) observed.push_back(count);
  ASSERT_EQ(observed.size(), 24u);
  EXPECT_LT(chi_square(observed, std::vector<double>(24, 1000)), 49.7);  // 99.9 % of χ²(23)
}

TEST(Random, ShuffleKeepsWhatItShuffles) {
  std::vector<std::string> words{"a", "b", "c", "d", "e"};
  Random(1).shuffle(std::span(words));
  EXPECT_NE(words, (std::vector<std::string>{"a", "b", "c", "d", "e"}));
  std::sort(words.begin(), words.end());
  EXPECT_EQ(words, (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST(Random, StreamsOfASeedAreIndependent) {
  constexpr int n = 100'000;
  for (const std::uint64_t other : {1u, 2u, 1000u}) {
    Random a(7, 0), b(7, other);
    double product = 0;
    int equal_bits = 0;
    for (int i = 0; i < n; ++i) {
      const std::uint64_t x = a(), y = b();
      equal_bits += std::popcount(~(x ^ y));
      product += (static_cast<double>(x >> 11) * 0x1p-53 - 0.5) *
                 (static_cast<double>(y >> 11) * 0x1p-53 - 0.5);
    }
    EXPECT_NEAR(product / n * 12, 0, 4 / std::sqrt(n)) << "correlation with stream " << other;
    EXPECT_NEAR(equal_bits / (64.0 * n), 0.5, 2 / std::sqrt(64.0 * n))
        << "bits of stream " << other;
  }
}

TEST(Random, FirstValuesOfSuccessiveStreamsAreUniform) {
  std::vector<double> by_stream(64, 0), by_seed(64, 0);
  for (std::uint64_t i = 0; i < 64'000; ++i) {
    ++by_stream[Random(0, i)() >> 58];
    ++by_seed[Random(i, 0)() >> 58];
  }
  EXPECT_LT(chi_square(by_stream, std::vector<double>(64, 1000)), 103.5);  // 99.9 % of χ²(63)
  EXPECT_LT(chi_square(by_seed, std::vector<double>(64, 1000)), 103.5);
}

TEST(Random, SeedAndStreamAreNotInterchangeable) { EXPECT_NE(Random(1, 2)(), Random(2, 1)()); }

TEST(Random, ChoiceTakesEachAtMostOnce) {
  for (const Index k : {0, 1, 3, 50, 99, 100}) {
    const Indices chosen = Random(8).choice(100, k);
    EXPECT_EQ(std::set<Index>(chosen.begin(), chosen.end()).size(), static_cast<std::size_t>(k));
  }
}

TEST(Random, ChoiceOfAFewIsTheStartOfAChoiceOfMany) {  // the sparse and the dense swaps agree
  const Indices few = Random(8).choice(10'000, 600);
  const Indices many = Random(8).choice(10'000, 700);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(Random, ChoiceOfAFewNeedsNoMemoryForAll) {
  EXPECT_EQ(Random(8).choice(std::numeric_limits<Index>::max(), 5).size(), 5u);
}

TEST(Random, WeightedChoiceWithReplacementFollowsTheWeights) {
  Random random(9);
  const std::vector<double> weights{0, 1, 2, 0, 3, 4, 0};
  std::vector<double> counts(weights.size(), 0);
  for (const Index i : random.choice(weights, 100'000, true)) ++counts[static_cast<std::size_t>(i)];
  EXPECT_EQ(counts[0] + counts[3] + counts[6], 0);
  EXPECT_LT(
      chi_square({counts[1], counts[2], counts[4], counts[5]}, {10'000, 20'000, 30'000, 40'000}),
      16.3);
}

TEST(Random, WeightedChoiceWithoutReplacementDrawsSuccessively) {
  Random random(10);
  const std::vector<double> weights{1, 2, 3, 0, 4};
  constexpr double n = 100'000;
  std::map<Indices, double> counts;
  for (int i = 0; i < static_cast<int>(n); ++i) ++counts[random.choice(weights, 2)];
  double sum = 0;
  for (const Index first : {0, 1, 2, 4}) {
    for (const Index second : {0, 1, 2, 4}) {
      if (first == second) continue;
      const double w1 = weights[static_cast<std::size_t>(first)],
                   w2 = weights[static_cast<std::size_t>(second)];
      const double expected = n * w1 / 10 * w2 / (10 - w1);
      const double observed = counts[{first, second}];
      sum += (observed - expected) * (observed - expected) / expected;
    }
  }
  EXPECT_EQ(counts.size(), 12u);
  EXPECT_LT(sum, 31.3);  // 99.9 % of χ²(11)
}

TEST(Random, WeightsOfAnyScaleDoNotOverflow) {
  const std::vector<double> huge{1e308, 1e308, 5e-324};
  const Indices all = Random(11).choice(huge, 3);
  EXPECT_EQ(std::set<Index>(all.begin(), all.end()).size(), 3u);
  for (const Index i : Random(11).choice(huge, 1000, true)) EXPECT_LT(i, 2);
  const std::vector<double> tiny{5e-324, 5e-324};
  EXPECT_EQ(Random(11).choice(tiny, 2).size(), 2u);
}

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const InvalidParameter& error) {
    return error.what();
  }
  return "no error";
}

TEST(Random, RefusesWhatCannotBeDrawn) {
  Random random(1);
  const auto weighted = [&](std::vector<double> weights, Index k, bool replace = false) {
    return message_of([&] { random.choice(weights, k, replace); });
  };
  EXPECT_EQ(message_of([&] { random.integer(0); }), "Random::integer: the range [0, 0) is empty.");
  EXPECT_NE(message_of([&] { random.integer(3, 3); }), "no error");
  EXPECT_NE(message_of([&] { random.integer(std::numeric_limits<Index>::min(), 5); }), "no error");
  EXPECT_NE(message_of([&] { random.uniform(1, 0); }), "no error");
  EXPECT_NE(message_of([&] { random.uniform(-1e308, 1e308); }), "no error");
  EXPECT_NE(message_of([&] { random.permutation(-1); }), "no error");
  EXPECT_EQ(message_of([&] { random.choice(3, 4); }),
            "Random::choice: cannot take 4 of 3 without replacement.");
  EXPECT_NE(message_of([&] { random.choice(3, -1); }), "no error");
  EXPECT_NE(message_of([&] { random.choice(0, 1, true); }), "no error");
  EXPECT_EQ(weighted({1, -2}, 1),
            "Random::choice: weights must be finite and ≥ 0; weight 1 is -2.");
  EXPECT_NE(weighted({1, std::nan("")}, 1), "no error");
  EXPECT_NE(weighted({1, INFINITY}, 1), "no error");
  EXPECT_NE(weighted({0, 0}, 1, true), "no error");
  EXPECT_NE(weighted({1, 0}, 2), "no error");
  EXPECT_EQ(weighted({0, 0}, 0), "no error");
}

}  // namespace
}  // namespace espalier
