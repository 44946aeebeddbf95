// SPDX-License-Identifier: BSD-3-Clause
#include "loss/block_loss.hpp"

#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>

#include "support/near.hpp"

namespace espalier::detail {
namespace {

using namespace testing_support;

constexpr Index n = 203;  // no multiple of a vector's width

/// Raw values of every size that a solver may try, ±750 among them.
Matrix raw_values(Index outputs) {
  Random random(5);
  return Matrix::NullaryExpr(
      n, outputs, [&](Index i, Index) { return random.normal() * (i % 3 == 0 ? 250.0 : 2.0); });
}

Labels some_codes(Index n_classes) {
  return Labels::NullaryExpr(
      n, [=](Index i) { return static_cast<int>((i * 7 + i / 3) % n_classes); });
}

Vector some_weights() {
  return Vector::NullaryExpr(n, [](Index i) { return 0.5 * static_cast<double>(i % 5); });
}

TEST(BlockLoss, OfTwoClassesIsHalfBinomial) {
  const Labels codes = some_codes(2);
  for (const Vector& w : {Vector(), some_weights()}) {
    const auto loss = half_binomial_blocks(codes, w);
    EXPECT_EQ(loss->outputs(), 1);
    const Index begin = 40;
    const Matrix raw = raw_values(1).bottomRows(n - begin);
    Matrix gradient = raw;
    double expected = 0.0;
    const double value = loss->loss_gradient(begin, gradient);
    for (Index i = 0; i < raw.rows(); ++i) {
      const double y = codes[begin + i], weight = w.size() > 0 ? w[begin + i] : 1.0;
      expected += weight * HalfBinomial::loss(y, raw(i, 0));
      EXPECT_TRUE(near(gradient(i, 0), weight * HalfBinomial::gradient(y, raw(i, 0)), 1e-14))
          << "raw " << raw(i, 0);
    }
    EXPECT_TRUE(near(value, expected, 1e-14));
  }
}

TEST(BlockLoss, OfManyClassesIsHalfMultinomial) {
  for (const Index k : {2, 3, 10}) {
    const Labels codes = some_codes(k);
    for (const Vector& w : {Vector(), some_weights()}) {
      const auto loss = half_multinomial_blocks(codes, k, w);
      EXPECT_EQ(loss->outputs(), k);
      const Index begin = 17;
      const Matrix raw = raw_values(k).bottomRows(n - begin);
      Matrix gradient = raw;
      double expected = 0.0;
      const double value = loss->loss_gradient(begin, gradient);
      for (Index i = 0; i < raw.rows(); ++i) {
        const double weight = w.size() > 0 ? w[begin + i] : 1.0;
        const Vector row = raw.row(i);
        const std::span<const double> values(row.data(), static_cast<std::size_t>(k));
        std::vector<double> one(static_cast<std::size_t>(k));
        expected += weight * HalfMultinomial::loss_gradient(codes[begin + i], values, one);
        for (Index c = 0; c < k; ++c)
          EXPECT_NEAR(gradient(i, c), weight * one[static_cast<std::size_t>(c)], 1e-14)
              << row.transpose();
      }
      EXPECT_TRUE(near(value, expected, 1e-14));
    }
  }
}

}  // namespace
}  // namespace espalier::detail
