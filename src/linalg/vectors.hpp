// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The vector types that g++ and clang share. The same text is compiled for the registers of each
/// instruction set: functions on them are inlined into ones that name their set.
#pragma once

#include <utility>

namespace espalier::linalg {

template <class T, int n>
struct Vectors {
  typedef T Vector __attribute__((vector_size(n * sizeof(T))));  // NOLINT: no `using` takes this
  typedef T Unaligned                                            // NOLINT
      __attribute__((vector_size(n * sizeof(T)), aligned(sizeof(T)), may_alias));
};

template <class T, int n>
using VectorOf = typename Vectors<T, n>::Vector;

template <class T, int n>
[[gnu::always_inline]] inline void load(const T* from, VectorOf<T, n>& to) {
  to = *reinterpret_cast<const typename Vectors<T, n>::Unaligned*>(from);
}

template <class T, int n>
[[gnu::always_inline]] inline void store(const VectorOf<T, n>& from, T* to) {
  *reinterpret_cast<typename Vectors<T, n>::Unaligned*>(to) = from;
}

/// One riffle of the n · n numbers in `rows`, as of a deck of cards.
template <class T, int n, int... i>
[[gnu::always_inline]] inline void riffle(VectorOf<T, n>* rows, std::integer_sequence<int, i...>) {
  VectorOf<T, n> mixed[n];
#pragma GCC unroll 8
  for (int r = 0; r < n / 2; ++r) {
    mixed[2 * r] = __builtin_shufflevector(rows[r], rows[r + n / 2], (i / 2 + i % 2 * n)...);
    mixed[2 * r + 1] =
        __builtin_shufflevector(rows[r], rows[r + n / 2], (n / 2 + i / 2 + i % 2 * n)...);
  }
#pragma GCC unroll 16
  for (int r = 0; r < n; ++r) rows[r] = mixed[r];
}

/// A riffle turns the bits of an index by one, so log₂ n of them change rows for columns.
template <class T, int n>
[[gnu::always_inline]] inline void transpose(VectorOf<T, n>* rows) {
#pragma GCC unroll 4
  for (int done = 1; done < n; done *= 2) riffle<T, n>(rows, std::make_integer_sequence<int, n>());
}

#if defined(__x86_64__) && defined(__GNUC__)
#define ESPALIER_LINALG_X86
#define ESPALIER_LINALG_AVX2 __attribute__((target("avx2,fma")))
#define ESPALIER_LINALG_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl")))
#endif

}  // namespace espalier::linalg
