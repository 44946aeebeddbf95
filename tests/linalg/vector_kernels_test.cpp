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

std::vector<double> some_numbers(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> numbers(n);
  for (double& x : numbers) x = random.normal();
  return numbers;
}

TEST(VectorKernels, AgreeWithNaiveLoopsAndAmongEachOther) {
  for (std::size_t n = 0; n <= 72; n += 8) {
    const auto a = some_numbers(n, 1), b = some_numbers(n, 2);
    const double dot = vector_kernels(InstructionSet::portable).dot(a.data(), b.data(), n);
    EXPECT_TRUE(testing_support::near(dot + 100.0, reference::dot(a, b) + 100.0, 1e-14)) << n;
    std::vector<double> expected = b;
    const double squares = reference::add(0.3, a, expected);
    std::vector<double> portable = b;
    const double of_portable =
        vector_kernels(InstructionSet::portable).add(0.3, a.data(), portable.data(), n);
    EXPECT_TRUE(testing_support::near(of_portable, squares, 1e-14)) << n;
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(portable[i], expected[i], 1e-15);
    for (const InstructionSet set : instruction_sets()) {
      std::vector<double> c = b;
      EXPECT_EQ(vector_kernels(set).dot(a.data(), b.data(), n), dot) << n;
      EXPECT_EQ(vector_kernels(set).add(0.3, a.data(), c.data(), n), of_portable) << n;
      EXPECT_EQ(c, portable) << n;
    }
  }
}

}  // namespace
}  // namespace espalier::linalg
