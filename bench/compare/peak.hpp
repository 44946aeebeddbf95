// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The most floating-point operations a second that this machine does with floats.
#pragma once

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "ours.hpp"

namespace compare {

template <int bytes>
struct FloatVector {
  typedef float Type __attribute__((vector_size(bytes)));  // NOLINT: no `using` takes this
};

/// Chains of multiply-adds in registers, more than the units need to be busy.
template <int bytes, int chains>
[[gnu::always_inline]] inline float multiply_and_add(Index times) {
  using V = typename FloatVector<bytes>::Type;
  V sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = V{} + static_cast<float>(i);
  const V factor = V{} + 0.999F, summand = V{} + 0.001F;
  for (Index i = 0; i < times; ++i) {
#pragma GCC unroll 24
    for (V& sum : sums) sum = sum * factor + summand;
  }
  V total = sums[0];
  for (int i = 1; i < chains; ++i) total += sums[i];
  float result = 0.0F;
  for (std::size_t k = 0; k < bytes / sizeof(float); ++k) result += total[k];
  return result;
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) inline float chains_avx512(Index times) {
  return multiply_and_add<64, 24>(times);
}
__attribute__((target("avx2,fma"))) inline float chains_avx2(Index times) {
  return multiply_and_add<32, 12>(times);
}
#endif

/// Operations a second on `threads` threads; 0 where it is not known how to measure them.
inline double peak_of_floats(int threads) {
#if defined(__x86_64__)
  const bool wide = __builtin_cpu_supports("avx512f");
  if (!wide && !__builtin_cpu_supports("fma")) return 0.0;
  constexpr Index times = 2'000'000;
  const double operations = 2.0 * static_cast<double>(times) * (wide ? 24 * 16 : 12 * 8);
  double best = 0.0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    volatile float sink = 0.0F;
    const double seconds = seconds_of([&] {
      espalier::parallel_for(
          threads, 1e9, [&](Index) { sink = wide ? chains_avx512(times) : chains_avx2(times); });
    });
    best = std::max(best, operations * threads / seconds);
  }
  return best;
#else
  static_cast<void>(threads);
  return 0.0;
#endif
}

}  // namespace compare
