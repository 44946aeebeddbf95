// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier {

/// A portable random number generator: xoshiro256++ seeded by splitmix64, with distributions of our
/// own, because those of <random> differ between standard libraries. The same seed and stream give
/// the same values on every platform: the distributions use integers and + − × ÷ √ of doubles,
/// never the logarithm of the C library.
///
/// Streams are keyed by (seed, stream): a task takes the stream of its number, never of its thread,
/// so results do not depend on how tasks are spread over threads. Streams of different keys are
/// independent for all practical purposes: any two start at unrelated points of a cycle of
/// 2²⁵⁶ − 1.
///
///     Random random(seed, task);
///     const double x = random.normal();
///     const std::vector<Index> rows = random.choice(n, n / 2);
///
/// It is a `std::uniform_random_bit_generator`. A copy continues with the same values. Every
/// argument error is an InvalidParameter.
///
/// @see Blackman & Vigna, ACM TOMS 47 (2021) 36; splitmix64: Steele, Lea & Flood, OOPSLA (2014)
///      453–472
class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  /// 64 random bits.
  std::uint64_t operator()() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  /// In [0, 1), a multiple of 2⁻⁵³.
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  /// In [low, high); `low` when the two are equal.
  /// @throws InvalidParameter  low > high, or high − low is not finite
  double uniform(double low, double high);

  /// Mean 0, variance 1, by the ratio of uniforms with quadratic bounds: on average 2.74 uniforms a
  /// value and hardly ever a logarithm.
  /// @see Leva, ACM TOMS 18 (1992) 449–453
  double normal();
  double normal(double mean, double deviation);

  /// In [0, n), every value equally likely.
  /// @throws InvalidParameter  n < 1
  /// @see Lemire, TOMACS 29 (2019) 3
  Index integer(Index n);

  /// In [low, end), every value equally likely. @throws InvalidParameter  the range is empty
  Index integer(Index low, Index end);

  /// Puts `values` into a random order: Fisher–Yates, from the back.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[static_cast<std::size_t>(integer(static_cast<Index>(i)))]);
    }
  }

  /// 0 … n−1, shuffled.
  std::vector<Index> permutation(Index n);

  /// `k` of 0 … n−1, in random order; each at most once unless `replace`. Without replacement it is
  /// Fisher–Yates from the front, stopped after k swaps; time O(min(n, k)), or O(n) for k > n / 16.
  /// @throws InvalidParameter  n or k is negative, k > n without replacement, or n is 0 and k not
  std::vector<Index> choice(Index n, Index k, bool replace = false);

  /// The same with probabilities proportional to `weights` (n of them, finite, ≥ 0, not all zero).
  ///
  /// With replacement each draw is a binary search in the cumulative sums: O(n + k log n).
  /// Without replacement the draws are successive: each is proportional among those left. They are
  /// found at once as the k first to ring of n exponential clocks, −log(uᵢ) / wᵢ, in the order in
  /// which they ring: O(n + k log n).
  /// @throws InvalidParameter  weights are not usable, or fewer than k of them are positive
  /// @see Efraimidis & Spirakis, Inf. Process. Lett. 97 (2006) 181–185
  std::vector<Index> choice(std::span<const double> weights, Index k, bool replace = false);

 private:
  std::vector<Index> choice_with_replacement(std::span<const double> weights, Index k);
  std::vector<Index> choice_without_replacement(std::span<const double> weights, Index k);

  std::array<std::uint64_t, 4> state_;
};

}  // namespace espalier
