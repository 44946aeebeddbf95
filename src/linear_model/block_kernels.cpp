// SPDX-License-Identifier: BSD-3-Clause
// One body for all instruction sets, in vectors of 16, 32 or 64 bytes; the functions with a target
// around it differ in how many products they keep in registers at a time.
#include "linear_model/block_kernels.hpp"

#include <cstring>

namespace espalier::detail {
namespace {

using Index = std::ptrdiff_t;

template <class T, int bytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(bytes)));
  static constexpr Index length = bytes / static_cast<int>(sizeof(T));
};

/// Products of `rows` columns of a with `cols` columns of b at a time.
template <class T, int bytes_, int rows_, int cols_>
struct Tile {
  using Number = T;
  using V = typename VectorOf<T, bytes_>::type;
  static constexpr Index length = VectorOf<T, bytes_>::length;
  static constexpr int rows = rows_;
  static constexpr int cols = cols_;
};

#define ESPALIER_INLINE [[gnu::always_inline]] inline

template <class K>
ESPALIER_INLINE void center_body(const typename K::Number* X, Index X_stride, Index n, Index p,
                                 const typename K::Number* shift, typename K::Number* out,
                                 Index stride) {
  using V = typename K::V;
  for (Index j = 0; j < p; ++j) {
    const auto* const x = X + j * X_stride;
    auto* const to = out + j * stride;
    const auto offset = shift[j];
    Index i = 0;
    for (; i + K::length <= n; i += K::length) {
      V v;
      std::memcpy(&v, x + i, sizeof(V));
      v -= offset;
      std::memcpy(to + i, &v, sizeof(V));
    }
    for (; i < n; ++i) to[i] = x[i] - offset;
    for (; i < stride; ++i) to[i] = 0;
  }
}

template <class K>
ESPALIER_INLINE void multiply_body(const typename K::Number* block, Index stride, Index p,
                                   const typename K::Number* coef, typename K::Number intercept,
                                   typename K::Number* raw) {
  using V = typename K::V;
  constexpr Index width = 2;  // vectors side by side, to hide the latency of an addition
  static_assert(block_padding % (width * K::length) == 0);
  for (Index i = 0; i < stride; i += width * K::length) {
    V sum[width];
    for (Index w = 0; w < width; ++w) sum[w] = V{} + intercept;
    for (Index j = 0; j < p; ++j)
      for (Index w = 0; w < width; ++w) {
        V v;
        std::memcpy(&v, block + j * stride + i + w * K::length, sizeof(V));
        sum[w] += v * coef[j];
      }
    for (Index w = 0; w < width; ++w) std::memcpy(raw + i + w * K::length, &sum[w], sizeof(V));
  }
}

template <class K>
ESPALIER_INLINE void scale_body(const typename K::Number* block, Index stride, Index p,
                                const typename K::Number* weights, typename K::Number* out) {
  using V = typename K::V;
  for (Index j = 0; j < p; ++j)
    for (Index i = 0; i < stride; i += K::length) {
      V v, w;
      std::memcpy(&v, block + j * stride + i, sizeof(V));
      std::memcpy(&w, weights + i, sizeof(V));
      v *= w;
      std::memcpy(out + j * stride + i, &v, sizeof(V));
    }
}

template <class K, int rows, int cols>
ESPALIER_INLINE void add_tile(const typename K::Number* a, const typename K::Number* b,
                              Index stride, double* sums, Index sums_stride) {
  using V = typename K::V;
  V sum[rows][cols] = {};
  for (Index k = 0; k < stride; k += K::length) {
    V right[cols];
    for (int j = 0; j < cols; ++j) std::memcpy(&right[j], b + j * stride + k, sizeof(V));
    for (int i = 0; i < rows; ++i) {
      V left;
      std::memcpy(&left, a + i * stride + k, sizeof(V));
      for (int j = 0; j < cols; ++j) sum[i][j] += left * right[j];
    }
  }
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j) {
      double lanes[K::length];
      for (Index l = 0; l < K::length; ++l) lanes[l] = static_cast<double>(sum[i][j][l]);
      for (Index half = K::length / 2; half > 0; half /= 2)
        for (Index l = 0; l < half; ++l) lanes[l] += lanes[l + half];
      sums[i + j * sums_stride] += lanes[0];
    }
}

/// A tile of rows of the result; the columns that do not fill a tile one by one.
template <class K, int rows>
ESPALIER_INLINE void add_rows(const typename K::Number* a, const typename K::Number* b, Index q,
                              Index stride, double* sums, Index sums_stride) {
  Index j = 0;
  for (; j + K::cols <= q; j += K::cols)
    add_tile<K, rows, K::cols>(a, b + j * stride, stride, sums + j * sums_stride, sums_stride);
  for (; j < q; ++j)
    add_tile<K, rows, 1>(a, b + j * stride, stride, sums + j * sums_stride, sums_stride);
}

template <class K>
ESPALIER_INLINE void add_products_body(const typename K::Number* a, Index p,
                                       const typename K::Number* b, Index q, Index stride,
                                       bool lower, double* sums, Index sums_stride) {
  const auto columns = [&](Index end) { return lower && end < q ? end : q; };
  Index i = 0;
  for (; i + K::rows <= p; i += K::rows)
    add_rows<K, K::rows>(a + i * stride, b, columns(i + K::rows), stride, sums + i, sums_stride);
  for (; i < p; ++i)
    add_rows<K, 1>(a + i * stride, b, columns(i + 1), stride, sums + i, sums_stride);
}

#define ESPALIER_KERNELS(name, target, K)                                                      \
  target void center_##name(const K::Number* X, Index X_stride, Index n, Index p,              \
                            const K::Number* shift, K::Number* out, Index stride) {            \
    center_body<K>(X, X_stride, n, p, shift, out, stride);                                     \
  }                                                                                            \
  target void multiply_##name(const K::Number* block, Index stride, Index p,                   \
                              const K::Number* coef, K::Number intercept, K::Number* raw) {    \
    multiply_body<K>(block, stride, p, coef, intercept, raw);                                  \
  }                                                                                            \
  target void scale_##name(const K::Number* block, Index stride, Index p,                      \
                           const K::Number* weights, K::Number* out) {                         \
    scale_body<K>(block, stride, p, weights, out);                                             \
  }                                                                                            \
  target void add_products_##name(const K::Number* a, Index p, const K::Number* b, Index q,    \
                                  Index stride, bool lower, double* sums, Index sums_stride) { \
    add_products_body<K>(a, p, b, q, stride, lower, sums, sums_stride);                        \
  }                                                                                            \
  constexpr BlockKernels<K::Number> kernels_##name = {center_##name, multiply_##name,          \
                                                      scale_##name, add_products_##name};

using PortableDouble = Tile<double, 16, 4, 2>;
using PortableFloat = Tile<float, 16, 4, 2>;
ESPALIER_KERNELS(portable_double, , PortableDouble)
ESPALIER_KERNELS(portable_float, , PortableFloat)

#if defined(__x86_64__) && defined(__GNUC__)
using Avx2Double = Tile<double, 32, 4, 2>;
using Avx2Float = Tile<float, 32, 4, 2>;
using Avx512Double = Tile<double, 64, 4, 4>;
using Avx512Float = Tile<float, 64, 4, 4>;
#define ESPALIER_AVX2 __attribute__((target("avx2,fma")))
#define ESPALIER_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
ESPALIER_KERNELS(avx2_double, ESPALIER_AVX2, Avx2Double)
ESPALIER_KERNELS(avx2_float, ESPALIER_AVX2, Avx2Float)
ESPALIER_KERNELS(avx512_double, ESPALIER_AVX512, Avx512Double)
ESPALIER_KERNELS(avx512_float, ESPALIER_AVX512, Avx512Float)
#endif

#if defined(__x86_64__) && defined(__GNUC__)
bool has_fma() { return __builtin_cpu_supports("fma"); }
#endif

}  // namespace

#if defined(__x86_64__) && defined(__GNUC__)
template <>
const BlockKernels<double>& block_kernels<double>(InstructionSet instructions) {
  if (instructions == InstructionSet::avx512) return kernels_avx512_double;
  const bool is_avx2 = instructions == InstructionSet::avx2 && has_fma();
  return is_avx2 ? kernels_avx2_double : kernels_portable_double;
}
template <>
const BlockKernels<float>& block_kernels<float>(InstructionSet instructions) {
  if (instructions == InstructionSet::avx512) return kernels_avx512_float;
  const bool is_avx2 = instructions == InstructionSet::avx2 && has_fma();
  return is_avx2 ? kernels_avx2_float : kernels_portable_float;
}
#else
template <>
const BlockKernels<double>& block_kernels<double>(InstructionSet) {
  return kernels_portable_double;
}
template <>
const BlockKernels<float>& block_kernels<float>(InstructionSet) {
  return kernels_portable_float;
}
#endif

}  // namespace espalier::detail
