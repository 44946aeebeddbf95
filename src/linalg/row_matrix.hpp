// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include <espalier/core/features.hpp>

namespace espalier::linalg {

/// A copy of a dense X by rows, for algorithms that go through it row by row, in `double` or
/// `float`: a row is contiguous, begins a cache line, and is filled up with zeros to a multiple of
/// a line, as the VectorKernels want it. O(np), by blocks on several threads.
template <class T>
class RowMatrixOf {
 public:
  using View = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>, Eigen::Unaligned,
                          Eigen::OuterStride<>>;
  explicit RowMatrixOf(View X);
  /// Zeros, to be filled in.
  RowMatrixOf(Index rows, Index cols);

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index stride() const { return stride_; }  ///< numbers a row takes, with its zeros
  const T* row(Index i) const { return data_.get() + i * stride_; }
  T* row(Index i) { return data_.get() + i * stride_; }
  /// Asks for the first lines of a row, which is needed soon.
  void prefetch(Index i) const {
    const T* const first = row(i);
    const Index end = stride_ < 8 * line ? stride_ : 8 * line;
    for (Index j = 0; j < end; j += line) __builtin_prefetch(first + j);
  }

  /// The same rounding for vectors that meet a row.
  static Index padded(Index cols) { return (cols + line - 1) / line * line; }

 private:
  static constexpr Index line = 64 / sizeof(T);  // numbers in a cache line
  struct Free {
    void operator()(T* data) const;
  };
  static T* allocate(Index numbers);

  Index rows_, cols_, stride_;
  std::unique_ptr<T[], Free> data_;
};
using RowMatrix = RowMatrixOf<double>;

extern template class RowMatrixOf<double>;
extern template class RowMatrixOf<float>;

}  // namespace espalier::linalg
