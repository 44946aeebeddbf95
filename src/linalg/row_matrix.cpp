// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/row_matrix.hpp"

#include <algorithm>
#include <new>

#include <espalier/core/parallel.hpp>

#include "core/huge_pages.hpp"

namespace espalier::linalg {
namespace {

constexpr std::align_val_t cache_line{64};

/// Rows [begin, end) from columns, in tiles that stay in the first-level cache.
template <class T>
void transpose(typename RowMatrixOf<T>::View X, Index begin, Index end, Index stride, T* out) {
  constexpr Index tile = 8;
  for (Index i = begin; i < end; i += tile) {
    const Index rows = std::min(tile, end - i);
    T* const block = out + i * stride;
    for (Index j = 0; j < X.cols(); ++j) {
      const T* const column = X.data() + j * X.outerStride() + i;
      for (Index r = 0; r < rows; ++r) block[r * stride + j] = column[r];
    }
    for (Index r = 0; r < rows; ++r)
      std::fill(block + r * stride + X.cols(), block + (r + 1) * stride, T{0});
  }
}

}  // namespace

template <class T>
void RowMatrixOf<T>::Free::operator()(T* data) const {
  ::operator delete[](data, cache_line);
}

template <class T>
T* RowMatrixOf<T>::allocate(Index numbers) {
  const std::size_t bytes = static_cast<std::size_t>(numbers) * sizeof(T);
  auto* const data = static_cast<T*>(::operator new[](bytes, cache_line));
  // Rows are met in random order: small pages would cost a look-up of the address for each.
  detail::advise_huge_pages(data, bytes);
  return data;
}

template <class T>
RowMatrixOf<T>::RowMatrixOf(View X)
    : rows_(X.rows()),
      cols_(X.cols()),
      stride_(padded(X.cols())),
      data_(allocate(rows_ * stride_)) {
  parallel_for_blocks(
      {rows_, 2048}, static_cast<double>(rows_ * stride_),
      [&](Index begin, Index end) { transpose<T>(X, begin, end, stride_, data_.get()); });
}

template <class T>
RowMatrixOf<T>::RowMatrixOf(Index rows, Index cols)
    : rows_(rows), cols_(cols), stride_(padded(cols)), data_(allocate(rows_ * stride_)) {
  std::fill_n(data_.get(), rows_ * stride_, T{0});
}

template class RowMatrixOf<double>;
template class RowMatrixOf<float>;

}  // namespace espalier::linalg
