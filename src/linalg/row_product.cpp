// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/row_product.hpp"

#include "linalg/blocked_product.hpp"
#include "linalg/vectors.hpp"

namespace espalier::linalg {
namespace {

using Size = std::ptrdiff_t;

/// m vectors of columns. Each part of k is summed by itself, as in a product of matrices.
template <class T, int lanes, int m>
[[gnu::always_inline]] inline void multiply_columns(const T* x, Size k, const T* weight, Size n,
                                                    T* y) {
  using V = VectorOf<T, lanes>;
  for (Size begin = 0; begin < k; begin += packed_depth<T>) {
    const Size end = begin + packed_depth<T> < k ? begin + packed_depth<T> : k;
    V sum[m];
#pragma GCC unroll 8
    for (int i = 0; i < m; ++i) sum[i] = V{};
    for (Size l = begin; l < end; ++l) {
      if (x[l] == T(0)) continue;
      const T* row = weight + l * n;
#pragma GCC unroll 8
      for (int i = 0; i < m; ++i) {
        V w;
        load<T, lanes>(row + i * lanes, w);
        sum[i] += w * x[l];
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < m; ++i) {
      V before = V{};
      if (begin > 0) load<T, lanes>(y + i * lanes, before);
      store<T, lanes>(begin > 0 ? sum[i] + before : sum[i], y + i * lanes);
    }
  }
}

template <class T>
[[gnu::always_inline]] inline void multiply_column(const T* x, Size k, const T* weight, Size n,
                                                   T* y) {
  for (Size begin = 0; begin < k; begin += packed_depth<T>) {
    const Size end = begin + packed_depth<T> < k ? begin + packed_depth<T> : k;
    T sum = T(0);
    for (Size l = begin; l < end; ++l)
      if (x[l] != T(0)) sum += weight[l * n] * x[l];
    *y = begin > 0 ? sum + *y : sum;
  }
}

template <class T, int lanes>
[[gnu::always_inline]] inline void multiply_any(const T* x, Size k, const T* weight, Size n, T* y) {
  constexpr Size wide = 8 * lanes;
  Size j = 0;
  for (; j + wide <= n; j += wide) multiply_columns<T, lanes, 8>(x, k, weight + j, n, y + j);
  for (; j + lanes <= n; j += lanes) multiply_columns<T, lanes, 1>(x, k, weight + j, n, y + j);
  for (; j < n; ++j) multiply_column(x, k, weight + j, n, y + j);
}

template <class T>
void portable(const T* x, Size k, const T* weight, Size n, T* y) {
  multiply_any<T, 16 / sizeof(T)>(x, k, weight, n, y);
}
#ifdef ESPALIER_LINALG_X86
template <class T>
ESPALIER_LINALG_AVX2 void avx2(const T* x, Size k, const T* weight, Size n, T* y) {
  multiply_any<T, 32 / sizeof(T)>(x, k, weight, n, y);
}
template <class T>
ESPALIER_LINALG_AVX512 void avx512(const T* x, Size k, const T* weight, Size n, T* y) {
  multiply_any<T, 64 / sizeof(T)>(x, k, weight, n, y);
}
#endif

}  // namespace

template <class T>
void multiply_row(const T* x, Size k, const T* weight, Size n, T* y,
                  detail::InstructionSet instructions) {
#ifdef ESPALIER_LINALG_X86
  if (instructions == detail::InstructionSet::avx512) return avx512(x, k, weight, n, y);
  if (instructions == detail::InstructionSet::avx2) return avx2(x, k, weight, n, y);
#endif
  static_cast<void>(instructions);
  portable(x, k, weight, n, y);
}

template void multiply_row(const float*, Size, const float*, Size, float*, detail::InstructionSet);
template void multiply_row(const double*, Size, const double*, Size, double*,
                           detail::InstructionSet);

}  // namespace espalier::linalg
