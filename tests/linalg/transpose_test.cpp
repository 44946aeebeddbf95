// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/transpose.hpp"

#include <gtest/gtest.h>

namespace espalier::linalg {
namespace {

template <class T>
using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
void expect_transpose(Index rows, Index cols) {
  const Rows<T> from = Rows<T>::Random(rows, cols);
  Rows<T> to = Rows<T>::Constant(cols, rows, T(NAN));
  transpose_rows(from.data(), rows, cols, to.data());
  EXPECT_EQ(to, Rows<T>(from.transpose())) << rows << " × " << cols;
}

TEST(TransposeRows, ChangesRowsForColumnsOfAnyShape) {
  for (const Index rows : {0, 1, 3, 4, 8, 13, 130})
    for (const Index cols : {0, 1, 2, 7, 8, 17, 64, 65, 200}) {
      expect_transpose<float>(rows, cols);
      expect_transpose<double>(rows, cols);
    }
}

}  // namespace
}  // namespace espalier::linalg
