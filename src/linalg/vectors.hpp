// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The vector types that g++ and clang share. The same text is compiled for the registers of each
/// instruction set: functions on them are inlined into ones that name their set.
#pragma once

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

#if defined(__x86_64__) && defined(__GNUC__)
#define ESPALIER_LINALG_X86
#define ESPALIER_LINALG_AVX2 __attribute__((target("avx2,fma")))
#define ESPALIER_LINALG_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl")))
#endif

}  // namespace espalier::linalg
