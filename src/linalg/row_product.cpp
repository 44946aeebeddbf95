// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/row_product.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "linalg/vectors.hpp"

namespace espalier::linalg {
namespace {

using detail::InstructionSet;

/// Numbers of a B that is read where it stands: what the second-level cache has room for.
constexpr Index most_numbers_in_place = Index{1} << 17;

/// Where a panel of some columns reads and adds: `depth` rows of B, and what its numbers begin at:
/// the bias (a stride of 0), C itself, or nothing (null).
template <class T>
struct Panel {
  Index depth;
  const T* a;
  Index a_row, a_step;
  const T* b;
  Index b_stride;
  const T* start;
  Index start_stride;
  T* c;
  Index c_stride;
  bool relu;
};

/// `rows` × `vectors` · `lanes` numbers of C, from row r on, which stay in registers.
template <class T, int lanes, int rows, int vectors>
[[gnu::always_inline]] inline void tile(const Panel<T>& p, Index r) {
  using V = VectorOf<T, lanes>;
  V sum[rows][vectors] = {};
  if (p.start != nullptr) {
    const T* start = p.start + r * p.start_stride;
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v)
        load<T, lanes>(start + i * p.start_stride + v * lanes, sum[i][v]);
  }
  const T* a = p.a + r * p.a_row;
  const T* b = p.b;
  const Index a_row = p.a_row, a_step = p.a_step, b_stride = p.b_stride;
  for (Index l = 0; l < p.depth; ++l, a += a_step, b += b_stride) {
    V row[vectors];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) load<T, lanes>(b + v * lanes, row[v]);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) sum[i][v] += row[v] * a[i * a_row];
  }
  if (p.relu) {
    const V zero{};
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) sum[i][v] = sum[i][v] < zero ? zero : sum[i][v];
  }
  T* c = p.c + r * p.c_stride;
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) store<T, lanes>(sum[i][v], c + i * p.c_stride + v * lanes);
}

template <class T, int lanes, int rows, int vectors>
[[gnu::always_inline]] inline void all_rows(const Panel<T>& p, Index begin, Index end) {
  Index r = begin;
  for (; r + rows <= end; r += rows) tile<T, lanes, rows, vectors>(p, r);
  if constexpr (rows > 1) all_rows<T, lanes, rows / 2, vectors>(p, r, end);
}

/// Rows of B that are copied at a time, and numbers of them: some 72 KiB.
constexpr Index packed_depth = 384;
template <class T>
constexpr Index packed_width = 192 / sizeof(T);

/// Some columns of all rows. What they need of a large B is copied together piece by piece: where its
/// rows are a power of two apart, they would fall on the same few lines of a cache.
template <class T, int lanes, int rows, int vectors>
[[gnu::always_inline]] inline void panel(const RowProduct<T>& p, Index begin, Index end,
                                         Index col) {
  Panel<T> part{p.depth,
                p.a,
                p.a_row,
                p.a_step,
                p.b + col,
                p.b_stride,
                p.bias != nullptr ? p.bias + col : nullptr,
                0,
                p.c + col,
                p.c_stride,
                p.relu};
  constexpr Index width = vectors * lanes;
  if constexpr (width <= packed_width<T> && rows > 1) {
    if (end - begin >= 2 * rows && p.depth * p.b_stride > most_numbers_in_place) {
      alignas(64) T packed[packed_depth * width];
      for (Index first = 0; first < p.depth; first += packed_depth) {
        part.depth = std::min(packed_depth, p.depth - first);
        part.relu = p.relu && first + part.depth == p.depth;
        for (Index l = 0; l < part.depth; ++l)
#pragma GCC unroll 3
          for (int v = 0; v < vectors; ++v) {
            VectorOf<T, lanes> numbers;
            load<T, lanes>(p.b + (first + l) * p.b_stride + col + v * lanes, numbers);
            store<T, lanes>(numbers, packed + l * width + v * lanes);
          }
        part.a = p.a + first * p.a_step;
        part.b = packed;
        part.b_stride = width;
        all_rows<T, lanes, rows, vectors>(part, begin, end);
        part.start = part.c;
        part.start_stride = part.c_stride;
      }
      return;
    }
  }
  all_rows<T, lanes, rows, vectors>(part, begin, end);
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
    p.c[r * p.c_stride] = p.relu && sum < T(0) ? T(0) : sum;
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
constexpr Index most_tasks = 64;
constexpr Index rows_of_task = 256;  // that share what they need of B
constexpr Index cols_of_task = 192;  // that are worth reading A for

/// n in about `parts` blocks of a multiple of `step`.
Blocks cut(Index n, Index parts, Index step) {
  const Index size = (n + parts - 1) / parts;
  return {n, std::max(step, (size + step - 1) / step * step)};
}

template <class T>
RowProduct<T> columns_of(RowProduct<T> p, Index begin, Index end) {
  p.b += begin;
  if (p.bias != nullptr) p.bias += begin;
  p.c += begin;
  p.cols = end - begin;
  return p;
}

}  // namespace

template <class T>
void multiply_rows(const RowProduct<T>& p, InstructionSet instructions) {
  if (p.rows == 0 || p.cols == 0) return;
  const BlockKernel<T> kernel = kernel_of<T>(instructions);
  const double flops = 2.0 * static_cast<double>(p.rows) * static_cast<double>(p.cols) *
                       static_cast<double>(p.depth);
  const Index tasks = std::clamp(static_cast<Index>(flops / flops_per_task), Index{1}, most_tasks);
  // Small products are cut finer than large ones, whose B does not stay in the cache.
  const bool is_small = p.depth * p.b_stride <= most_numbers_in_place;
  const Blocks rows = cut(p.rows, tasks, is_small ? 8 : rows_of_task);
  const Blocks cols = cut(p.cols, std::max<Index>(1, tasks / rows.count()), cols_of_task);
  parallel_for(rows.count() * cols.count(), flops / 16.0, [&](Index task) {
    const Index r = task % rows.count(), c = task / rows.count();
    kernel(columns_of(p, cols.begin(c), cols.end(c)), rows.begin(r), rows.end(r));
  });
}

template void multiply_rows(const RowProduct<float>&, InstructionSet);
template void multiply_rows(const RowProduct<double>&, InstructionSet);

}  // namespace espalier::linalg
