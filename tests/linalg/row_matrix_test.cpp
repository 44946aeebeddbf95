// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/row_matrix.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace espalier::linalg {
namespace {

/// Columns of a larger matrix, whose numbers are all different and not zero.
template <class T>
void expect_rows(Index n, Index p) {
  using M = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  const M larger =
      M::NullaryExpr(n + 3, p, [&](Index i, Index j) { return static_cast<T>(1 + i * p + j); });
  const typename RowMatrixOf<T>::View X(larger.data() + 2, n, p, Eigen::OuterStride<>(n + 3));
  const RowMatrixOf<T> rows(X);
  ASSERT_EQ(rows.rows(), n);
  ASSERT_EQ(rows.cols(), p);
  ASSERT_EQ(rows.stride(), RowMatrixOf<T>::padded(p));
  for (Index i = 0; i < n; ++i) {
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(rows.row(i)) % 64, 0U);
    for (Index j = 0; j < rows.stride(); ++j)
      ASSERT_EQ(rows.row(i)[j], j < p ? X(i, j) : T{0})
          << i << ", " << j << " of " << n << "×" << p;
  }
}

TEST(RowMatrix, HasTheRowsOfAColumnMajorMatrixFilledUpToCacheLines) {
  for (const Index n : {1, 7, 8, 9, 40, 2048, 4103})
    for (const Index p : {1, 8, 13, 16, 70}) {
      expect_rows<double>(n, p);
      expect_rows<float>(n, p);
    }
}

}  // namespace
}  // namespace espalier::linalg
