// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/sparse_columns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

namespace espalier::detail {
namespace {

/// Some numbers a row, columns at the end without any.
SparseMatrix random_rows(Index n, Index p, Index per_row) {
  Random random(3);
  std::vector<Eigen::Triplet<double>> numbers;
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < per_row; ++k)
      numbers.emplace_back(i, random.integer(p - p / 10), random.uniform());
  SparseMatrix X(n, p);
  X.setFromTriplets(numbers.begin(), numbers.end());
  return X;
}

void expect_the_same(const SparseMatrix& X) {
  const Eigen::SparseMatrix<double> expected = X;
  for (const int threads : {1, 2, 4, 7}) {
    const ThreadLimit limit(threads);
    const SparseColumns found = sparse_columns(X);
    ASSERT_EQ(found.rows(), expected.rows());
    ASSERT_EQ(found.cols(), expected.cols());
    ASSERT_EQ(found.nonZeros(), expected.nonZeros());
    const auto equal = [](const auto* a, const auto* b, Index n) {
      return std::equal(a, a + n, b);
    };
    EXPECT_TRUE(equal(found.outerIndexPtr(), expected.outerIndexPtr(), X.cols() + 1));
    EXPECT_TRUE(equal(found.innerIndexPtr(), expected.innerIndexPtr(), X.nonZeros()));
    EXPECT_TRUE(equal(found.valuePtr(), expected.valuePtr(), X.nonZeros()));
  }
}

TEST(SparseColumns, AreThoseOfTheRows) {
  expect_the_same(random_rows(40, 30, 5));
  expect_the_same(random_rows(30'000, 500, 120));  // several blocks of rows
  SparseMatrix empty(3, 4);
  empty.makeCompressed();
  expect_the_same(empty);
}

}  // namespace
}  // namespace espalier::detail
