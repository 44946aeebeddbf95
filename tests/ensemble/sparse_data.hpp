// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Data of all that sparse and one-hot-like columns may be, and trees compared bit by bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>
#include <espalier/core/types.hpp>
#include <espalier/ensemble/boosted_trees.hpp>

namespace espalier {

/// What its columns hold, by position; the target depends on all kinds of them.
struct SparseData {
  static constexpr Index indicators = 0;       ///< 25 of one categorical variable, 8 of another
  static constexpr Index rare_values = 33;     ///< 6 columns: one row in 20 has a normal number
  static constexpr Index rare_missing = 39;    ///< one row in 20 is missing, one holds −1, 1 or 2
  static constexpr Index mostly_missing = 40;  ///< nine rows in ten; others −1, 0, 1
  static constexpr Index mostly_five = 41;     ///< nine rows in ten; others 0 or normal numbers
  static constexpr Index full = 42;            ///< no zeros, some missing
  static constexpr Index empty = 43;           ///< zeros
  static constexpr Index counts = 44;          ///< half zeros, else 1 … 12
  static constexpr Index signs = 45;           ///< −2, 0 (one row in ten), 3 or missing
  static constexpr Index whole = 46;           ///< 1 … 6
  static constexpr Index cols = 47;

  Matrix X;
  Vector y;
  Vector weights;

  explicit SparseData(Index n, std::uint64_t seed = 1)
      : X(Matrix::Zero(n, cols)), y(n), weights(n) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    Random random(seed);
    const auto happens = [&](double probability) { return random.uniform() < probability; };
    for (Index i = 0; i < n; ++i) {
      const double u = random.uniform();
      const Index first = static_cast<Index>(25.0 * u * u);
      const Index second = static_cast<Index>(random.integer(9));  // 8: none of them
      X(i, indicators + first) = 1.0;
      if (second < 8) X(i, indicators + 25 + second) = 1.0;
      for (Index f = rare_values; f < rare_missing; ++f)
        if (happens(0.05)) X(i, f) = random.normal();
      if (happens(0.1))
        X(i, rare_missing) = happens(0.5) ? nan : random.normal() > 0.0 ? 2.0 : -1.0;
      X(i, mostly_missing) = happens(0.9) ? nan : static_cast<double>(random.integer(3)) - 1.0;
      X(i, mostly_five) = happens(0.9) ? 5.0 : happens(0.5) ? 0.0 : random.normal();
      X(i, full) = happens(0.05) ? nan : random.normal() + 10.0;
      if (happens(0.5)) X(i, counts) = 1.0 + static_cast<double>(random.integer(12));
      X(i, signs) = happens(0.1) ? 0.0 : happens(0.1) ? nan : happens(0.4) ? -2.0 : 3.0;
      y[i] = std::sin(static_cast<double>(first)) + 0.5 * static_cast<double>(second % 3) +
             2.0 * X.row(i).segment(rare_values, 6).sum() + 0.2 * random.normal();
      for (const Index f : {rare_missing, mostly_missing, mostly_five, full, signs})
        y[i] += std::isnan(X(i, f)) ? 0.7 : 0.3 * X(i, f);
      X(i, whole) = 1.0 + static_cast<double>(random.integer(6));
      y[i] += 0.1 * X(i, whole) + X(i, counts) * (first % 2 == 0 ? 0.1 : -0.1);
      weights[i] = 0.25 + random.uniform();
    }
  }

  SparseMatrix sparse() const { return X.sparseView(); }
  Labels classes(int n) const {
    return y.unaryExpr(
        [n](double v) { return std::clamp(static_cast<int>(std::floor(v - 1.0)), 0, n - 1); });
  }
};

/// The same trees, to the last bit, and what training knew of them.
inline void expect_same(const BoostedTrees& a, const BoostedTrees& b) {
  ASSERT_EQ(a.tree_begin, b.tree_begin);
  ASSERT_EQ(a.baseline, b.baseline);
  ASSERT_EQ(a.category_sets, b.category_sets);
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    const TreeNode& x = a.nodes[i];
    const TreeNode& y = b.nodes[i];
    ASSERT_EQ(x.feature, y.feature) << "node " << i;
    ASSERT_EQ(x.value, y.value) << "node " << i;
    ASSERT_EQ(x.right, y.right) << "node " << i;
    ASSERT_EQ(x.left_set, y.left_set) << "node " << i;
    ASSERT_EQ(x.missing_left, y.missing_left) << "node " << i;
    ASSERT_EQ(a.infos[i].gain, b.infos[i].gain) << "node " << i;
    ASSERT_EQ(a.infos[i].count, b.infos[i].count) << "node " << i;
  }
}

}  // namespace espalier
