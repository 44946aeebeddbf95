// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/blocked_product.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include <espalier/core/parallel.hpp>

namespace espalier::linalg {
namespace {

// Numbers of the left operand that are packed at a time: rows × k. They stay in the second-level
// cache while the panels of the right one, which stay in the first-level cache, pass by. Not a power
// of two, so that the panels do not all fall on the same lines of a cache.
constexpr Index packed_rows = 192;
template <class T>
constexpr Index packed_depth = 1984 / sizeof(T);

constexpr Index largest_tile = 384;
constexpr Index smallest_tile = 64;

/// Work of a task that is worth its packing and the waking of a thread.
constexpr double flops_per_task = 4e6;
constexpr Index most_tasks = 128;

constexpr Index depth_per_task = 2048;  // of k, where it is cut
constexpr Index most_numbers_of_parts = 8 << 20;

Index rounded_up(Index n, Index step) { return (n + step - 1) / step * step; }

template <class T>
class Buffer {
 public:
  explicit Buffer(Index n)
      : data_(static_cast<T*>(::operator new(static_cast<std::size_t>(n) * sizeof(T), alignment))) {
  }
  ~Buffer() { ::operator delete(data_, alignment); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  T* get() { return data_; }

 private:
  static constexpr std::align_val_t alignment{64};
  T* data_;
};

template <class T>
Operand<T> part_of(const Operand<T>& x, Index index, Index k) {
  Operand<T> part = x;
  part.data += x.along_k ? index * x.stride + k : k * x.stride + index;
  if (x.centre != nullptr) part.centre += x.along_k ? index : k;
  if (x.weight != nullptr) part.weight += x.along_k ? k : index;
  return part;
}

/// How C and k are cut.
struct Grid {
  Blocks rows, cols, depth;
};

/// Enough tasks, if the work is worth them: first by cutting k, then by smaller tiles.
template <class T, class C>
Grid grid_of(const Product<T, C>& p, const MicroKernels<T, C>& kernels) {
  const double flops = 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) *
                       static_cast<double>(p.k) * (p.lower_triangle ? 0.5 : 1.0);
  const Index wanted = std::clamp(static_cast<Index>(flops / flops_per_task), Index{1}, most_tasks);
  const auto evenly = [](Index n, Index parts, Index step) {
    return Blocks{n, std::max(step, rounded_up((n + parts - 1) / parts, step))};
  };
  const auto blocks = [](Index n, Index size) { return std::max<Index>(1, (n + size - 1) / size); };
  Index rows = blocks(p.m, largest_tile), cols = blocks(p.n, largest_tile);
  const Index most_depth = std::min(p.k / depth_per_task, most_numbers_of_parts / (p.m * p.n));
  const Index depth =
      std::clamp(blocks(wanted, rows * cols), Index{1}, std::max<Index>(1, most_depth));
  while (rows * cols * depth < wanted) {
    const bool by_rows = p.m / rows > p.n / cols;
    if ((by_rows ? p.m / rows : p.n / cols) < 2 * smallest_tile) break;
    ++(by_rows ? rows : cols);
  }
  return {evenly(p.m, rows, kernels.panel_rows()), evenly(p.n, cols, kernels.columns),
          evenly(p.k, depth, packed_depth<T>)};
}

/// One tile of C, rows [row, row_end) by columns [col, col_end), over [begin, end) of k.
template <class T, class C>
class Tile {
 public:
  Tile(const Product<T, C>& product, const MicroKernels<T, C>& kernels, Index rows, Index cols,
       Index depth)
      : p_(product),
        kernels_(kernels),
        depth_(std::min(depth, packed_depth<T>)),
        left_(rounded_up(std::min(rows, packed_rows), kernels.panel_rows()) * depth_),
        right_(rounded_up(cols, kernels.columns) * depth_) {}

  void compute(Index row, Index row_end, Index col, Index col_end, Index begin, Index end) {
    const Index step = packed_rows / kernels_.panel_rows() * kernels_.panel_rows();
    for (Index k = begin; k < end; k += depth_) {
      const Index depth = std::min(depth_, end - k);
      kernels_.pack_right(part_of(p_.right, col, k), col_end - col, depth, right_.get());
      for (Index i = row; i < row_end; i += step)
        add_rows(i, std::min(i + step, row_end), col, col_end, k, depth,
                 k == begin ? p_.beta : C(1));
    }
  }

 private:
  static int width(Index from, Index end, int most) {
    return static_cast<int>(std::min<Index>(end - from, most));
  }

  void add_rows(Index row, Index row_end, Index col, Index col_end, Index k, Index depth, C beta) {
    const int panel = kernels_.panel_rows();
    kernels_.pack_left(part_of(p_.left, row, k), row_end - row, depth, left_.get());
    for (Index j = col; j < col_end; j += kernels_.columns)
      for (Index i = row; i < row_end; i += panel) {
        const int rows = width(i, row_end, panel);
        if (p_.lower_triangle && i + rows <= j) continue;
        kernels_.multiply(depth, left_.get() + (i - row) * depth, right_.get() + (j - col) * depth,
                          rows, width(j, col_end, kernels_.columns), p_.alpha, beta,
                          p_.c + j * p_.stride + i, p_.stride);
      }
  }

  const Product<T, C>& p_;
  const MicroKernels<T, C>& kernels_;
  Index depth_;
  Buffer<T> left_, right_;
};

template <class T, class C>
void scale(const Product<T, C>& p) {
  for (Index j = 0; j < p.n; ++j)
    for (Index i = 0; i < p.m; ++i) {
      C& c = p.c[j * p.stride + i];
      c = p.beta == C(0) ? C(0) : p.beta * c;
    }
}

template <class T, class C>
void multiply_tiles(const Product<T, C>& p, const MicroKernels<T, C>& kernels, const Grid& grid,
                    C* parts) {
  struct Place {
    Index row, col;
  };
  std::vector<Place> places;
  for (Index j = 0; j < grid.cols.count(); ++j)
    for (Index i = 0; i < grid.rows.count(); ++i)
      if (!p.lower_triangle || grid.rows.end(i) > grid.cols.begin(j)) places.push_back({i, j});
  const Index depth = grid.depth.count();
  const double work = static_cast<double>(p.m) * static_cast<double>(p.n) *
                      static_cast<double>(p.k) / static_cast<double>(kernels.lanes);
  parallel_for(static_cast<Index>(places.size()) * depth, work, [&](Index task) {
    const Place place = places[static_cast<std::size_t>(task / depth)];
    const Index part = task % depth;
    Product<T, C> own = p;
    if (parts != nullptr) {
      own.c = parts + part * p.m * p.n;
      own.stride = p.m;
      own.beta = C(0);
    }
    Tile<T, C> tile(own, kernels, grid.rows.size, grid.cols.size, grid.depth.size);
    tile.compute(grid.rows.begin(place.row), grid.rows.end(place.row), grid.cols.begin(place.col),
                 grid.cols.end(place.col), grid.depth.begin(part), grid.depth.end(part));
  });
}

/// c = β · c + the sum of the parts, in order.
template <class T, class C>
void add_parts(const Product<T, C>& p, const C* parts, Index count) {
  const Index size = p.m * p.n;
  parallel_for(p.n, static_cast<double>(size * count), [&](Index j) {
    C* c = p.c + j * p.stride;
    const Index first = p.lower_triangle ? std::min(j, p.m) : 0;
    for (Index part = 0; part < count; ++part) {
      const C* from = parts + part * size + j * p.m;
      if (part > 0)
        for (Index i = first; i < p.m; ++i) c[i] += from[i];
      else if (p.beta == C(0))
        for (Index i = first; i < p.m; ++i) c[i] = from[i];
      else
        for (Index i = first; i < p.m; ++i) c[i] = p.beta * c[i] + from[i];
    }
  });
}

}  // namespace

template <class T, class C>
void multiply(const Product<T, C>& p, InstructionSet instructions) {
  if (p.m == 0 || p.n == 0) return;
  if (p.k == 0) return scale(p);
  const MicroKernels<T, C>& kernels = micro_kernels<T, C>(instructions);
  const Grid grid = grid_of(p, kernels);
  if (grid.depth.count() == 1) return multiply_tiles<T, C>(p, kernels, grid, nullptr);
  Buffer<C> parts(p.m * p.n * grid.depth.count());
  multiply_tiles(p, kernels, grid, parts.get());
  add_parts(p, parts.get(), grid.depth.count());
}

template void multiply(const Product<double, double>&, InstructionSet);
template void multiply(const Product<float, float>&, InstructionSet);
template void multiply(const Product<float, double>&, InstructionSet);

}  // namespace espalier::linalg
