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
void transpose(MatrixView X, Index begin, Index end, Index stride, double* out) {
  constexpr Index tile = 8;
  for (Index i = begin; i < end; i += tile) {
    const Index rows = std::min(tile, end - i);
    double* const block = out + i * stride;
    for (Index j = 0; j < X.cols(); ++j) {
      const double* const column = X.data() + j * X.outerStride() + i;
      for (Index r = 0; r < rows; ++r) block[r * stride + j] = column[r];
    }
    for (Index r = 0; r < rows; ++r)
      std::fill(block + r * stride + X.cols(), block + (r + 1) * stride, 0.0);
  }
}

}  // namespace

void RowMatrix::Free::operator()(double* data) const { ::operator delete[](data, cache_line); }

double* RowMatrix::allocate(Index numbers) {
  const std::size_t bytes = static_cast<std::size_t>(numbers) * sizeof(double);
  auto* const data = static_cast<double*>(::operator new[](bytes, cache_line));
  // Rows are met in random order: small pages would cost a look-up of the address for each.
  detail::advise_huge_pages(data, bytes);
  return data;
}

RowMatrix::RowMatrix(MatrixView X)
    : rows_(X.rows()),
      cols_(X.cols()),
      stride_(padded(X.cols())),
      data_(allocate(rows_ * stride_)) {
  parallel_for_blocks(
      {rows_, 2048}, static_cast<double>(rows_ * stride_),
      [&](Index begin, Index end) { transpose(X, begin, end, stride_, data_.get()); });
}

RowMatrix::RowMatrix(Index rows, Index cols)
    : rows_(rows), cols_(cols), stride_(padded(cols)), data_(allocate(rows_ * stride_)) {
  std::fill_n(data_.get(), rows_ * stride_, 0.0);
}

}  // namespace espalier::linalg
