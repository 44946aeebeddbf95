// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/row_product.hpp"

#include <gtest/gtest.h>

#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>

#include "support/instruction_sets.hpp"

namespace espalier::linalg {
namespace {

using testing_support::instruction_sets;

template <class T>
using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
Rows<T> random_rows(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  return Rows<T>::NullaryExpr(rows, cols, [&] { return static_cast<T>(random.normal()); });
}

/// Of a whole matrix A, or of the transpose of one.
template <class T>
Rows<T> product(const Rows<T>& a, bool transposed, const Rows<T>& b, const T* bias,
                detail::InstructionSet set = detail::best_instruction_set()) {
  const Index rows = transposed ? a.cols() : a.rows(), depth = b.rows();
  Rows<T> c = Rows<T>::Constant(rows, b.cols(), T(NAN));
  multiply_rows<T>({rows, b.cols(), depth, a.data(), transposed ? 1 : a.cols(),
                    transposed ? a.cols() : 1, b.data(), b.cols(), bias, c.data(), b.cols()},
                   set);
  return c;
}

template <class T>
class RowProductTest : public testing::Test {
 protected:
  static constexpr double tolerance = std::is_same_v<T, float> ? 2e-5 : 1e-13;
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(RowProductTest, Scalars);

TYPED_TEST(RowProductTest, IsTheProductForAllShapesAndInstructionSets) {
  using T = TypeParam;
  for (const Index rows : {1, 2, 3, 7, 8, 9, 29})
    for (const Index cols : {1, 2, 3, 5, 8, 10, 16, 17, 31, 48, 100, 129})
      for (const Index depth : {0, 1, 2, 16, 37}) {
        const Rows<T> b = random_rows<T>(depth, cols, 1), bias = random_rows<T>(1, cols, 2);
        for (const bool transposed : {false, true}) {
          const Rows<T> a =
              transposed ? random_rows<T>(depth, rows, 3) : random_rows<T>(rows, depth, 3);
          Matrix expected(rows, cols);
          for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < cols; ++j) {
              expected(i, j) = static_cast<double>(bias(0, j));
              for (Index l = 0; l < depth; ++l)
                expected(i, j) += static_cast<double>(transposed ? a(l, i) : a(i, l)) *
                                  static_cast<double>(b(l, j));
            }
          for (const auto set : instruction_sets()) {
            const Rows<T> c = product<T>(a, transposed, b, bias.data(), set);
            const double difference = (c.template cast<double>() - expected).cwiseAbs().maxCoeff();
            ASSERT_LE(difference, this->tolerance)
                << rows << " × " << depth << " × " << cols << (transposed ? " transposed" : "");
          }
        }
      }
}

TYPED_TEST(RowProductTest, WithoutABiasBeginsAtZero) {
  using T = TypeParam;
  const Rows<T> a = random_rows<T>(5, 4, 1), b = random_rows<T>(4, 20, 2);
  const Rows<T> zero = Rows<T>::Zero(1, 20);
  EXPECT_EQ(product<T>(a, false, b, nullptr), product<T>(a, false, b, zero.data()));
}

TYPED_TEST(RowProductTest, ReluMakesWhatIsNegativeZero) {
  using T = TypeParam;
  for (const Index cols : {1, 10, 150, 600})
    for (const Index depth : {3, 500}) {  // 600 × 500: B is copied in pieces
      const Rows<T> a = random_rows<T>(40, depth, 1), b = random_rows<T>(depth, cols, 2);
      for (const auto set : instruction_sets()) {
        Rows<T> c(40, cols);
        multiply_rows<T>(
            {40, cols, depth, a.data(), depth, 1, b.data(), cols, nullptr, c.data(), cols, true},
            set);
        EXPECT_EQ(c, Rows<T>(product<T>(a, false, b, nullptr, set).cwiseMax(T(0))));
      }
    }
}

TYPED_TEST(RowProductTest, ARowHasTheSameBitsAloneAndAmongOthers) {
  using T = TypeParam;
  for (const Index cols : {1, 3, 10, 64, 150}) {
    const Rows<T> a = random_rows<T>(45, 70, 1), b = random_rows<T>(70, cols, 2);
    const Rows<T> bias = random_rows<T>(1, cols, 3);
    for (const auto set : instruction_sets()) {
      const Rows<T> all = product<T>(a, false, b, bias.data(), set);
      for (Index i = 0; i < a.rows(); ++i) {
        const Rows<T> row = a.row(i);
        ASSERT_EQ(product<T>(row, false, b, bias.data(), set), Rows<T>(all.row(i))) << cols;
      }
    }
  }
}

TYPED_TEST(RowProductTest, HasTheSameBitsForAnyNumberOfThreads) {
  using T = TypeParam;
  const Rows<T> a = random_rows<T>(301, 200, 1), b = random_rows<T>(200, 150, 2);
  const ThreadLimit one(1);
  const Rows<T> expected = product<T>(a, false, b, nullptr);
  for (const int threads : {2, 4, 7}) {
    const ThreadLimit limit(threads);
    EXPECT_EQ(product<T>(a, false, b, nullptr), expected);
  }
}

}  // namespace
}  // namespace espalier::linalg
