// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include <espalier/core/features.hpp>

namespace espalier::linalg {

/// A copy of a dense X by rows, for algorithms that go through it row by row: a row is contiguous,
/// begins a cache line, and is filled up with zeros to a multiple of 8 numbers, as the
/// VectorKernels want it. O(np), by blocks on several threads.
class RowMatrix {
 public:
  explicit RowMatrix(MatrixView X);
  /// Zeros, to be filled in.
  RowMatrix(Index rows, Index cols);

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index stride() const { return stride_; }  ///< numbers a row takes, with its zeros
  const double* row(Index i) const { return data_.get() + i * stride_; }
  double* row(Index i) { return data_.get() + i * stride_; }

  /// The same rounding for vectors that meet a row.
  static Index padded(Index cols) { return (cols + 7) / 8 * 8; }

 private:
  struct Free {
    void operator()(double* data) const;
  };
  static double* allocate(Index numbers);

  Index rows_, cols_, stride_;
  std::unique_ptr<double[], Free> data_;
};

}  // namespace espalier::linalg
