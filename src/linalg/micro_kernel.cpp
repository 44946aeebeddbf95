// SPDX-License-Identifier: BSD-3-Clause
// Written with the vector types that g++ and clang share; each instruction set compiles the same
// text for the width of its registers. The scheme is that of BLIS (Van Zee & van de Geijn, ACM
// TOMS 41 (2015) 14).
#include "linalg/micro_kernel.hpp"

#include <type_traits>
#include "linalg/vectors.hpp"

namespace espalier::linalg {
namespace {

using Size = std::ptrdiff_t;

/// Columns that are contiguous along k become the lanes of a panel, n columns at a time.
template <class T, int n>
[[gnu::always_inline]] inline void pack_along_k(const Operand<T>& x, Size width, Size k,
                                                Size panel_width, T* panel) {
  for (Size first = 0; first < width; first += n) {
    const Size filled = width - first < n ? width - first : n;
    const T* column = x.data + first * x.stride;
    T centre[n] = {};
    if (x.centre != nullptr)
      for (Size i = 0; i < filled; ++i) centre[i] = x.centre[first + i];
    T* to = panel + first;
    Size l = 0;
    for (; l + n <= k; l += n, to += n * panel_width) {
      VectorOf<T, n> block[n];
#pragma GCC unroll 16
      for (Size i = 0; i < n; ++i) {
        if (i < filled) {
          load<T, n>(column + i * x.stride + l, block[i]);
          __builtin_prefetch(column + i * x.stride + l + k);  // the next call most likely goes on
        } else {
          block[i] = VectorOf<T, n>{};
        }
        block[i] -= centre[i];
      }
      if (x.weight != nullptr) {
        VectorOf<T, n> weight;
        load<T, n>(x.weight + l, weight);
#pragma GCC unroll 16
        for (Size i = 0; i < n; ++i) block[i] *= weight;
      }
      transpose<T, n>(block);
#pragma GCC unroll 16
      for (Size i = 0; i < n; ++i) store<T, n>(block[i], to + i * panel_width);
    }
    for (; l < k; ++l, to += panel_width)
      for (Size i = 0; i < n; ++i) {
        const T value = i < filled ? column[i * x.stride + l] - centre[i] : T(0);
        to[i] = x.weight != nullptr && i < filled ? value * x.weight[l] : value;
      }
  }
}

/// Rows that are contiguous across k are copied; all panels side by side, since each step of k may
/// be in another page of memory.
template <class T, int n>
[[gnu::always_inline]] inline void pack_across_k(const Operand<T>& x, Size width, Size k,
                                                 Size panel_width, T* panels) {
  const T* from = x.data;
  for (Size l = 0; l < k; ++l, from += x.stride) {
    const T centre = x.centre != nullptr ? x.centre[l] : T(0);
    for (Size first = 0; first < width; first += panel_width) {
      const Size filled = width - first < panel_width ? width - first : panel_width;
      const Size own_width = (filled + n - 1) / n * n;
      T* to = panels + first * k + l * own_width;
      Size i = 0;
      for (; i + n <= filled; i += n) {
        VectorOf<T, n> v;
        load<T, n>(from + first + i, v);
        __builtin_prefetch(from + 4 * x.stride + first + i);
        store<T, n>(v - centre, to + i);
      }
      for (; i < filled; ++i) to[i] = from[first + i] - centre;
      for (; i < own_width; ++i) to[i] = T(0);
    }
  }
}

template <class T, int n>
[[gnu::always_inline]] inline void pack(const Operand<T>& x, Size width, Size k, Size panel_width,
                                        T* panels) {
  if (!x.along_k) return pack_across_k<T, n>(x, width, k, panel_width, panels);
  Operand<T> part = x;
  for (Size first = 0; first < width; first += panel_width) {
    const Size filled = width - first < panel_width ? width - first : panel_width;
    part.data = x.data + first * x.stride;
    if (x.centre != nullptr) part.centre = x.centre + first;
    pack_along_k<T, n>(part, filled, k, (filled + n - 1) / n * n, panels + first * k);
  }
}

/// A tile of m vectors × n columns; `right` is packed in panels of `step` columns.
template <class T, class C, int lanes, int m, int n, int step>
[[gnu::always_inline]] inline void multiply_tile(Size k, const T* left, const T* right, int rows,
                                                 int cols, C alpha, C beta, C* c, Size stride) {
  using V = VectorOf<T, lanes>;
  V sum[n][m];
#pragma GCC unroll 8
  for (int j = 0; j < n; ++j)
#pragma GCC unroll 3
    for (int i = 0; i < m; ++i) sum[j][i] = V{};
  for (Size l = 0; l < k; ++l, left += m * lanes, right += step) {
    V a[m];
#pragma GCC unroll 3
    for (int i = 0; i < m; ++i) load<T, lanes>(left + i * lanes, a[i]);
#pragma GCC unroll 8
    for (int j = 0; j < n; ++j)
#pragma GCC unroll 3
      for (int i = 0; i < m; ++i) sum[j][i] += a[i] * right[j];
  }
  if constexpr (std::is_same_v<T, C>)
    if (rows == m * lanes && cols == n) {
#pragma GCC unroll 8
      for (int j = 0; j < n; ++j, c += stride)
#pragma GCC unroll 3
        for (int i = 0; i < m; ++i) {
          V result = sum[j][i] * alpha;
          if (beta != C(0)) {
            V before;
            load<T, lanes>(c + i * lanes, before);
            result += before * beta;
          }
          store<T, lanes>(result, c + i * lanes);
        }
      return;
    }
  T tile[n][m * lanes];
#pragma GCC unroll 8
  for (int j = 0; j < n; ++j)
#pragma GCC unroll 3
    for (int i = 0; i < m; ++i) store<T, lanes>(sum[j][i], tile[j] + i * lanes);
  for (int j = 0; j < cols; ++j, c += stride)
    for (int i = 0; i < rows; ++i) {
      const C result = alpha * static_cast<C>(tile[j][i]);
      c[i] = beta != C(0) ? result + beta * c[i] : result;
    }
}

template <class T, class C, int lanes, int m, int columns>
[[gnu::always_inline]] inline void multiply_panel(Size k, const T* left, const T* right, int rows,
                                                  int cols, C alpha, C beta, C* c, Size stride) {
  if (cols > columns / 2)
    multiply_tile<T, C, lanes, m, columns, columns>(k, left, right, rows, cols, alpha, beta, c,
                                                    stride);
  else
    multiply_tile<T, C, lanes, m, columns / 2, columns>(k, left, right, rows, cols, alpha, beta, c,
                                                        stride);
}

template <class T, class C, int lanes, int columns>
[[gnu::always_inline]] inline void multiply_panels(Size k, const T* left, const T* right, int rows,
                                                   int cols, C alpha, C beta, C* c, Size stride) {
  if (rows > 2 * lanes)
    multiply_panel<T, C, lanes, 3, columns>(k, left, right, rows, cols, alpha, beta, c, stride);
  else if (rows > lanes)
    multiply_panel<T, C, lanes, 2, columns>(k, left, right, rows, cols, alpha, beta, c, stride);
  else
    multiply_panel<T, C, lanes, 1, columns>(k, left, right, rows, cols, alpha, beta, c, stride);
}

#define ESPALIER_MICRO_KERNELS(Name, bytes, column_count, target)                                \
  template <class T, class C>                                                                    \
  struct Name {                                                                                  \
    static constexpr int lanes = bytes / static_cast<int>(sizeof(T));                            \
    static constexpr int columns = column_count;                                                 \
    target static void pack_left(const Operand<T>& x, Size width, Size k, T* panels) {           \
      pack<T, lanes>(x, width, k, MicroKernels<T, C>::vectors * lanes, panels);                  \
    }                                                                                            \
    target static void pack_right(const Operand<T>& x, Size width, Size k, T* panels) {          \
      pack<T, columns>(x, width, k, columns, panels);                                            \
    }                                                                                            \
    target static void multiply(Size k, const T* left, const T* right, int rows, int cols,       \
                                C alpha, C beta, C* c, Size stride) {                            \
      multiply_panels<T, C, lanes, columns>(k, left, right, rows, cols, alpha, beta, c, stride); \
    }                                                                                            \
    static constexpr MicroKernels<T, C> kernels{lanes, columns, &pack_left, &pack_right,         \
                                                &multiply};                                      \
  };

ESPALIER_MICRO_KERNELS(Portable, 16, 4, )
#ifdef ESPALIER_LINALG_X86
ESPALIER_MICRO_KERNELS(Avx2, 32, 4, ESPALIER_LINALG_AVX2)
ESPALIER_MICRO_KERNELS(Avx512, 64, 8, ESPALIER_LINALG_AVX512)
#endif

}  // namespace

template <class T, class C>
const MicroKernels<T, C>& micro_kernels(InstructionSet instructions) {
#ifdef ESPALIER_LINALG_X86
  if (instructions == InstructionSet::avx512) return Avx512<T, C>::kernels;
  if (instructions == InstructionSet::avx2) return Avx2<T, C>::kernels;
#endif
  static_cast<void>(instructions);
  return Portable<T, C>::kernels;
}

template const MicroKernels<double, double>& micro_kernels(InstructionSet);
template const MicroKernels<float, float>& micro_kernels(InstructionSet);
template const MicroKernels<float, double>& micro_kernels(InstructionSet);

}  // namespace espalier::linalg
