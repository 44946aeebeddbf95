// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/vector_kernels.hpp"

#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "reference/vector_kernels_naive.hpp"
#include "support/near.hpp"

namespace espalier::linalg {
namespace {

using detail::InstructionSet;

/// All that this processor has.
std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets{InstructionSet::portable};
  for (const auto set : {InstructionSet::avx2, InstructionSet::avx512})
    if (set <= detail::best_instruction_set()) sets.push_back(set);
  return sets;
}

template <class T>
std::vector<T> some_numbers(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<T> numbers(n);
  for (T& x : numbers) x = static_cast<T>(random.normal());
  return numbers;
}

/// Rows of T against naive loops, and the instruction sets among each other to the bit.
template <class T>
void expect_naive(std::size_t n) {
  SCOPED_TRACE(n);
  const std::vector<T> a = some_numbers<T>(n, 1);
  const auto b = some_numbers<double>(n, 2);
  const std::vector<double> naive(a.begin(), a.end());
  const auto& portable = vector_kernels<T>(InstructionSet::portable);
  const double dot = portable.dot(a.data(), b.data(), n);
  const double square = portable.squared_norm(a.data(), n);
  EXPECT_TRUE(testing_support::near(dot + 100.0, reference::dot(naive, b) + 100.0, 1e-14));
  EXPECT_TRUE(testing_support::near(square, reference::dot(naive, naive), 1e-14));
  std::vector<double> expected = b;
  const double squares = reference::add(0.3, naive, expected);
  std::vector<double> sum = b;
  const double of_sum = portable.add(0.3, a.data(), sum.data(), n);
  EXPECT_TRUE(testing_support::near(of_sum, squares, 1e-14));
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(sum[i], expected[i], 1e-15);
  for (const InstructionSet set : instruction_sets()) {
    std::vector<double> c = b;
    EXPECT_EQ(vector_kernels<T>(set).dot(a.data(), b.data(), n), dot);
    EXPECT_EQ(vector_kernels<T>(set).squared_norm(a.data(), n), square);
    EXPECT_EQ(vector_kernels<T>(set).add(0.3, a.data(), c.data(), n), of_sum);
    EXPECT_EQ(c, sum);
  }
}

TEST(VectorKernels, AgreeWithNaiveLoopsAndAmongEachOther) {
  for (std::size_t n = 0; n <= 72; n += 8) {
    expect_naive<double>(n);
    expect_naive<float>(n);
  }
}

}  // namespace
}  // namespace espalier::linalg
