// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/cut_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>

#include "support/instruction_sets.hpp"

namespace espalier::hgb {
namespace {

struct Cuts {
  FixedPoint fixed_point;
  std::vector<Cell> passed;
  CutNode node;

  Cuts(int n, bool constant_hessian) : fixed_point(n, 2.0, 1.0, constant_hessian) {
    Random random(static_cast<std::uint64_t>(n));
    Cell sum{};
    for (int i = 0; i < n; ++i) {
      const Cell word = fixed_point.word({static_cast<float>(4.0 * random.uniform() - 2.0),
                                          static_cast<float>(0.01 + 0.99 * random.uniform())});
      sum.gradient += word.gradient;
      sum.hessian_count += word.hessian_count;
      passed.push_back(sum);
    }
    const Sums all = fixed_point.sums(sum);
    node.gradient = all.gradient;
    node.hessian = all.hessian;
    node.count = all.count;
    node.min_samples_leaf = n > 20 ? 5.0 : 0.0;
    node.min_hessian = n > 20 ? 4.0 : 0.0;
    node.l2_regularization = 0.5;
    node.loss = node.gradient * node_value(node.gradient, node.hessian, 0.5);
  }

  /// By the definition, in higher precision.
  double gain(int i) const {
    const Sums sums = fixed_point.sums(passed[static_cast<std::size_t>(i)]);
    const auto loss = [&](long double gradient, long double hessian) {
      long double value = -gradient / (hessian + 0.5L);
      if (node.bounded) value = std::clamp<long double>(value, node.lowest, node.highest);
      return std::pair(value, gradient * value);
    };
    const auto [value, left] = loss(sums.gradient, sums.hessian);
    const auto [other_value, right] = loss(static_cast<long double>(node.gradient) - sums.gradient,
                                           static_cast<long double>(node.hessian) - sums.hessian);
    if (node.bounded && node.sign * value > node.sign * other_value) return 0.0;
    if (std::min<double>(sums.count, node.count - sums.count) < node.min_samples_leaf) return 0.0;
    if (std::min(sums.hessian, node.hessian - sums.hessian) < node.min_hessian) return 0.0;
    const long double gain = node.loss - left - right;
    return static_cast<double>(gain > 1e-12L * (std::abs(left) + std::abs(right)) ? gain : 0.0L);
  }
};

TEST(CutKernel, FindsTheGainsOnEveryInstructionSet) {
  for (const InstructionSet instructions : testing_support::instruction_sets())
    for (const int n : {1, 2, 7, 31, 255, 256})
      for (const bool constant_hessian : {false, true})
        for (const double sign : {-1.0, 0.0, 1.0, 2.0}) {  // 2: no bounds
          Cuts cuts(n, constant_hessian);
          cuts.node.bounded = sign != 2.0;
          cuts.node.sign = sign;
          cuts.node.lowest = -0.05;
          cuts.node.highest = 0.02;
          std::vector<double> gains(static_cast<std::size_t>(n), -1.0);
          const double largest = cut_gains(cuts.node, cuts.fixed_point, cuts.passed.data(), n,
                                           gains.data(), instructions);
          EXPECT_EQ(largest, *std::max_element(gains.begin(), gains.end()));
          std::vector<double> portable(gains.size());
          cut_gains(cuts.node, cuts.fixed_point, cuts.passed.data(), n, portable.data(),
                    InstructionSet::portable);
          EXPECT_EQ(gains, portable);
          const double scale = std::abs(cuts.node.gradient) + 1.0;
          for (int i = 0; i < n; ++i)
            ASSERT_NEAR(gains[static_cast<std::size_t>(i)], cuts.gain(i), 1e-12 * scale)
                << n << " " << i << " " << sign;
        }
}

TEST(CutKernel, TakesWhatRoundingLeavesForNothing) {
  // The same derivative in all rows: no cut gains anything.
  const FixedPoint fixed_point(100, 0.1, 0.3, false);
  std::vector<Cell> passed;
  Cell sum{};
  for (int i = 0; i < 100; ++i) {
    const Cell word = fixed_point.word({0.1F, 0.3F});
    sum.gradient += word.gradient;
    sum.hessian_count += word.hessian_count;
    passed.push_back(sum);
  }
  const Sums all = fixed_point.sums(sum);
  const double value = node_value(all.gradient, all.hessian, 0.0);
  const CutNode node{.gradient = all.gradient,
                     .hessian = all.hessian,
                     .count = 100.0,
                     .loss = all.gradient * value};
  for (const InstructionSet instructions : testing_support::instruction_sets()) {
    std::vector<double> gains(99);
    EXPECT_EQ(cut_gains(node, fixed_point, passed.data(), 99, gains.data(), instructions), 0.0);
  }
}

}  // namespace
}  // namespace espalier::hgb
