// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/transpose.hpp"

#include <algorithm>

#include <espalier/core/parallel.hpp>

#include "core/instruction_set.hpp"
#include "linalg/vectors.hpp"

namespace espalier::linalg {
namespace {

/// Columns [begin, end), which become rows of `to`; n × n numbers at a time in registers.
template <class T, int n>
[[gnu::always_inline]] inline void transpose_columns(const T* from, Index rows, Index cols,
                                                     Index begin, Index end, T* to) {
  const Index whole_rows = rows / n * n, whole_end = begin + (end - begin) / n * n;
  for (Index i = 0; i < whole_rows; i += n)
    for (Index j = begin; j < whole_end; j += n) {
      VectorOf<T, n> tile[n];
#pragma GCC unroll 16
      for (Index r = 0; r < n; ++r) load<T, n>(from + (i + r) * cols + j, tile[r]);
      transpose<T, n>(tile);
#pragma GCC unroll 16
      for (Index r = 0; r < n; ++r) store<T, n>(tile[r], to + (j + r) * rows + i);
    }
  for (Index j = begin; j < end; ++j)
    for (Index i = j < whole_end ? whole_rows : 0; i < rows; ++i)
      to[j * rows + i] = from[i * cols + j];
}

template <class T>
using Kernel = void (*)(const T* from, Index rows, Index cols, Index begin, Index end, T* to);

template <class T>
void portable(const T* from, Index rows, Index cols, Index begin, Index end, T* to) {
  transpose_columns<T, 16 / sizeof(T)>(from, rows, cols, begin, end, to);
}

#ifdef ESPALIER_LINALG_X86
template <class T>
ESPALIER_LINALG_AVX2 void avx2(const T* from, Index rows, Index cols, Index begin, Index end,
                               T* to) {
  transpose_columns<T, 32 / sizeof(T)>(from, rows, cols, begin, end, to);
}
#endif

template <class T>
Kernel<T> kernel() {
#ifdef ESPALIER_LINALG_X86
  if (detail::best_instruction_set() >= detail::InstructionSet::avx2) return &avx2<T>;
#endif
  return &portable<T>;
}

}  // namespace

template <class T>
void transpose_rows(const T* from, Index rows, Index cols, T* to) {
  const Kernel<T> columns = kernel<T>();
  const double work = static_cast<double>(rows) * static_cast<double>(cols);
  parallel_for_blocks({cols, 64}, work,
                      [&](Index begin, Index end) { columns(from, rows, cols, begin, end, to); });
}

template void transpose_rows(const float*, Index, Index, float*);
template void transpose_rows(const double*, Index, Index, double*);

}  // namespace espalier::linalg
