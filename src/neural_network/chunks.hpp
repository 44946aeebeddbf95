// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Pieces of a row to which formulas with Eigen's vectorised exp, log and tanh are applied. Eigen
/// takes other functions for what is left over before the first aligned and after the last whole
/// vector, so that bits would depend on where a number stands in memory; a chunk has a fixed size
/// and alignment.
#pragma once

#include <algorithm>

#include <espalier/neural_network/batch.hpp>

namespace espalier::nn {

template <class T>
inline constexpr Index chunk_size = 256 / sizeof(T);

template <class T>
using Chunk = Eigen::Array<T, static_cast<int>(chunk_size<T>), 1>;

/// The next numbers, and zeros when there are less than a chunk.
template <class T>
void load(const T* from, Index n, Chunk<T>& to) {
  if (n < chunk_size<T>) {
    to.setZero();
    std::copy_n(from, n, to.data());
  } else {
    std::copy_n(from, chunk_size<T>, to.data());
  }
}

template <class T>
void store(const Chunk<T>& from, T* to, Index n) {
  if (n < chunk_size<T>)
    std::copy_n(from.data(), n, to);
  else
    std::copy_n(from.data(), chunk_size<T>, to);
}

/// y = f(x) for n numbers; f maps chunks.
template <class T, class F>
void map_chunks(const T* x, Index n, T* y, const F& f) {
  Chunk<T> in;
  for (Index i = 0; i < n; i += chunk_size<T>) {
    load(x + i, n - i, in);
    store<T>(f(in), y + i, n - i);
  }
}

}  // namespace espalier::nn
