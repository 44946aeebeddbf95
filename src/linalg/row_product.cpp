// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/row_product.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "linalg/vectors.hpp"

namespace espalier::linalg {
namespace {

using detail::InstructionSet;

/// `rows` × `vectors` · `lanes` numbers of C, which stay in registers.
template <class T, int lanes, int rows, int vectors>
[[gnu::always_inline]] inline void tile(const RowProduct<T>& p, const T* a, Index col, T* c) {
  using V = VectorOf<T, lanes>;
  V sum[rows][vectors];
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) {
    V first{};
    if (p.bias != nullptr) load<T, lanes>(p.bias + col + v * lanes, first);
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) sum[r][v] = first;
  }
  const T* b = p.b + col;
  for (Index l = 0; l < p.depth; ++l, a += p.a_step, b += p.b_stride) {
    V row[vectors];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) load<T, lanes>(b + v * lanes, row[v]);
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) sum[r][v] += row[v] * a[r * p.a_row];
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v)
      store<T, lanes>(sum[r][v], c + r * p.c_stride + col + v * lanes);
}

/// Some columns of all rows: what they need of B stays in the cache while the rows pass.
template <class T, int lanes, int rows, int vectors>
[[gnu::always_inline]] inline void panel(const RowProduct<T>& p, Index begin, Index end,
                                         Index col) {
  Index r = begin;
  for (; r + rows <= end; r += rows)
    tile<T, lanes, rows, vectors>(p, p.a + r * p.a_row, col, p.c + r * p.c_stride);
  if constexpr (rows > 1) panel<T, lanes, rows / 2, vectors>(p, r, end, col);
}

/// As many panels of `vectors` · `lanes` columns as there is room for; the first column left.
template <class T, int lanes, int rows, int vectors>
[[gnu::always_inline]] inline Index panels(const RowProduct<T>& p, Index begin, Index end,
                                           Index col) {
  for (; col + vectors * lanes <= p.cols; col += vectors * lanes)
    panel<T, lanes, rows, vectors>(p, begin, end, col);
  return col;
}

/// The last columns, fewer than `lanes`, are taken with some before them once more where there are
/// any, or else by shorter vectors.
template <class T, int lanes, int rows, int most>
[[gnu::always_inline]] inline void all_columns(const RowProduct<T>& p, Index begin, Index end) {
  if constexpr (lanes > 1) {
    if (p.cols < lanes) return all_columns<T, lanes / 2, rows, 1>(p, begin, end);
  }
  Index col = panels<T, lanes, rows, most>(p, begin, end, 0);
  if constexpr (most > 4) col = panels<T, lanes, rows, 4>(p, begin, end, col);
  if constexpr (most > 2) col = panels<T, lanes, rows, 2>(p, begin, end, col);
  if constexpr (most > 1) col = panels<T, lanes, rows, 1>(p, begin, end, col);
  if (col < p.cols) panel<T, lanes, rows, 1>(p, begin, end, p.cols - lanes);
}

/// A single column: dot products, `lanes` numbers at a time.
template <class T, int lanes>
[[gnu::always_inline]] inline void one_column(const RowProduct<T>& p, Index begin, Index end) {
  using V = VectorOf<T, lanes>;
  for (Index r = begin; r < end; ++r) {
    const T* a = p.a + r * p.a_row;
    V sums{};
    Index l = 0;
    for (; l + lanes <= p.depth; l += lanes) {
      V x, y;
      load<T, lanes>(a + l, x);
      load<T, lanes>(p.b + l, y);
      sums += x * y;
    }
    T sum = p.bias != nullptr ? *p.bias : T(0);
    for (; l < p.depth; ++l) sum += a[l] * p.b[l];
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) sum += sums[i];
    p.c[r * p.c_stride] = sum;
  }
}

template <class T, int lanes, int rows>
[[gnu::always_inline]] inline void block(const RowProduct<T>& p, Index begin, Index end) {
  if (p.cols == 1 && p.a_step == 1 && p.b_stride == 1)
    one_column<T, lanes>(p, begin, end);
  else if (end - begin == 1)
    all_columns<T, lanes, 1, 8>(p, begin, end);
  else
    all_columns<T, lanes, rows, 3>(p, begin, end);
}

template <class T>
using BlockKernel = void (*)(const RowProduct<T>& p, Index begin, Index end);

template <class T>
void portable(const RowProduct<T>& p, Index begin, Index end) {
  block<T, 16 / sizeof(T), 4>(p, begin, end);
}

#ifdef ESPALIER_LINALG_X86
template <class T>
ESPALIER_LINALG_AVX2 void avx2(const RowProduct<T>& p, Index begin, Index end) {
  block<T, 32 / sizeof(T), 4>(p, begin, end);
}

template <class T>
ESPALIER_LINALG_AVX512 void avx512(const RowProduct<T>& p, Index begin, Index end) {
  block<T, 64 / sizeof(T), 8>(p, begin, end);
}
#endif

template <class T>
BlockKernel<T> kernel_of(InstructionSet instructions) {
#ifdef ESPALIER_LINALG_X86
  if (instructions == InstructionSet::avx512) return &avx512<T>;
  if (instructions == InstructionSet::avx2) return &avx2<T>;
#endif
  static_cast<void>(instructions);
  return &portable<T>;
}

constexpr double flops_per_task = 1e6;

}  // namespace

template <class T>
void multiply_rows(const RowProduct<T>& p, InstructionSet instructions) {
  const BlockKernel<T> kernel = kernel_of<T>(instructions);
  const double flops = 2.0 * static_cast<double>(p.rows) * static_cast<double>(p.cols) *
                       static_cast<double>(p.depth);
  const Index tasks = std::clamp(static_cast<Index>(flops / flops_per_task), Index{1}, Index{32});
  const Index size = std::max<Index>(8, ((p.rows + tasks - 1) / tasks + 7) / 8 * 8);
  parallel_for_blocks({p.rows, size}, flops / 16.0,
                      [&](Index begin, Index end) { kernel(p, begin, end); });
}

template void multiply_rows(const RowProduct<float>&, InstructionSet);
template void multiply_rows(const RowProduct<double>&, InstructionSet);

}  // namespace espalier::linalg
