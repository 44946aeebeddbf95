// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/pointwise.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_multinomial.hpp>
#include <espalier/loss/half_squared_error.hpp>

#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using testing_support::near;
using testing_support::throws;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

template <class Loss>
class LossOfOneValue : public testing::Test {};
using LossesOfOneValue = testing::Types<HalfSquaredError, HalfBinomial>;
TYPED_TEST_SUITE(LossOfOneValue, LossesOfOneValue);

TYPED_TEST(LossOfOneValue, DerivativesAreThoseOfTheLoss) {
  constexpr double h = 1e-5;
  for (const double y : {0.0, 0.3, 1.0}) {
    for (double raw = -6.0; raw <= 6.0; raw += 0.37) {
      const double up = TypeParam::loss(y, raw + h);
      const double down = TypeParam::loss(y, raw - h);
      const double slope = (up - down) / (2 * h);
      EXPECT_NEAR(TypeParam::gradient(y, raw), slope, 1e-9);
      const GradientHessian d = TypeParam::gradient_hessian(y, raw);
      EXPECT_NEAR(d.gradient, slope, 1e-9);
      EXPECT_NEAR(d.hessian, (up - 2 * TypeParam::loss(y, raw) + down) / (h * h), 1e-4);
      const LossGradient both = TypeParam::loss_gradient(y, raw);
      EXPECT_EQ(both.loss, TypeParam::loss(y, raw));
      EXPECT_EQ(both.gradient, TypeParam::gradient(y, raw));
    }
  }
}

TYPED_TEST(LossOfOneValue, InverseLinkUndoesLink) {
  for (const double mean : {0.001, 0.2, 0.5, 0.999}) {
    EXPECT_NEAR(TypeParam::inverse_link(TypeParam::link(mean)), mean, 4 * epsilon);
    EXPECT_NEAR(TypeParam::gradient(mean, TypeParam::link(mean)), 0.0, 4 * epsilon);
  }
}

TYPED_TEST(LossOfOneValue, BaselineIsTheBestConstant) {
  const std::vector<double> y{0, 1, 1, 0, 1, 1, 1};
  const std::vector<double> w{1, 2, 0.5, 3, 1, 1, 0};
  for (const auto& weights : {std::vector<double>{}, w}) {
    const double raw = TypeParam::baseline(y, weights);
    double gradient = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i)
      gradient += (weights.empty() ? 1.0 : weights[i]) * TypeParam::gradient(y[i], raw);
    EXPECT_NEAR(gradient, 0.0, 1e-14);
  }
}

TYPED_TEST(LossOfOneValue, BaselineRefusesWhatHasNoMean) {
  const std::vector<double> y{0, 1};
  const std::vector<double> short_weights{1};
  const std::vector<double> zero{0, 0};
  EXPECT_TRUE(throws<InvalidInput>([&] { TypeParam::baseline({}); }, {"no values"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { TypeParam::baseline(y, short_weights); },
                                   {"1 weights", "2 values"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { TypeParam::baseline(y, zero); }, {"zero"}));
}

TEST(HalfBinomial, IsExactFarOut) {
  EXPECT_EQ(HalfBinomial::loss(1.0, 800.0), 0.0);
  EXPECT_EQ(HalfBinomial::loss(0.0, 800.0), 800.0);
  EXPECT_EQ(HalfBinomial::loss(1.0, -800.0), 800.0);
  EXPECT_TRUE(near(HalfBinomial::gradient(0.0, -50.0), std::exp(-50.0), 1e-15));
  EXPECT_TRUE(near(HalfBinomial::gradient(1.0, 50.0), -std::exp(-50.0), 1e-15));
  EXPECT_EQ(HalfBinomial::gradient(1.0, -800.0), -1.0);
  EXPECT_EQ(HalfBinomial::gradient(0.0, 800.0), 1.0);
  EXPECT_TRUE(near(HalfBinomial::gradient_hessian(0.0, -50.0).hessian, std::exp(-50.0), 1e-15));
  EXPECT_GE(HalfBinomial::gradient_hessian(0.0, 800.0).hessian, 0.0);
  EXPECT_EQ(HalfBinomial::inverse_link(-800.0), 0.0);
  EXPECT_EQ(HalfBinomial::inverse_link(800.0), 1.0);
}

TEST(HalfBinomial, BaselineIsFiniteWithOneClass) {
  const std::vector<double> ones(5, 1.0);
  const std::vector<double> zeros(5, 0.0);
  EXPECT_NEAR(HalfBinomial::inverse_link(HalfBinomial::baseline(ones)), 1.0, 11 * epsilon);
  EXPECT_NEAR(HalfBinomial::inverse_link(HalfBinomial::baseline(zeros)), 0.0, 11 * epsilon);
}

TEST(HalfMultinomial, DerivativesAreThoseOfTheLoss) {
  constexpr double h = 1e-5;
  const std::vector<double> raw{0.3, -1.2, 2.0, 0.0};
  for (Index y = 0; y < 4; ++y) {
    std::vector<double> g(4), g2(4), h2(4), g3(4);
    HalfMultinomial::gradient(y, raw, g);
    HalfMultinomial::gradient_hessian(y, raw, g2, h2);
    EXPECT_TRUE(
        near(HalfMultinomial::loss_gradient(y, raw, g3), HalfMultinomial::loss(y, raw), 1e-14));
    EXPECT_EQ(g, g2);
    for (std::size_t k = 0; k < 4; ++k) {
      std::vector<double> up = raw;
      std::vector<double> down = raw;
      up[k] += h;
      down[k] -= h;
      const double above = HalfMultinomial::loss(y, up);
      const double below = HalfMultinomial::loss(y, down);
      EXPECT_NEAR(g[k], (above - below) / (2 * h), 1e-9);
      EXPECT_NEAR(g3[k], g[k], 1e-15);
      EXPECT_NEAR(h2[k], (above - 2 * HalfMultinomial::loss(y, raw) + below) / (h * h), 1e-4);
    }
  }
}

TEST(HalfMultinomial, IsHalfBinomialOfTheDifferenceForTwoClasses) {
  for (const double raw : {-30.0, -0.5, 0.0, 3.0, 40.0}) {
    const std::vector<double> both{1.5, 1.5 + raw};
    EXPECT_TRUE(near(HalfMultinomial::loss(1, both), HalfBinomial::loss(1.0, raw), 1e-9));
    std::vector<double> p(2);
    HalfMultinomial::inverse_link(both, p);
    EXPECT_TRUE(near(p[1], HalfBinomial::inverse_link(raw), 1e-14));
  }
}

TEST(HalfMultinomial, DoesNotOverflow) {
  std::vector<double> raw{1000.0, -1000.0, 999.0};
  EXPECT_EQ(HalfMultinomial::loss(1, raw), 2000.0 + std::log1p(std::exp(-1.0)));
  HalfMultinomial::inverse_link(raw, raw);  // in place
  EXPECT_NEAR(raw[0] + raw[2], 1.0, epsilon);
  EXPECT_EQ(raw[1], 0.0);
}

TEST(HalfMultinomial, BaselineIsTheCentredLogOfTheShares) {
  const std::vector<double> y{0, 1, 2, 2, 2, 1};
  const std::vector<double> w{1, 1, 1, 1, 2, 2};
  const Vector raw = HalfMultinomial::baseline(y, 3, w);
  EXPECT_NEAR(raw.sum(), 0.0, 1e-15);
  Vector p(3);
  HalfMultinomial::inverse_link({raw.data(), 3}, {p.data(), 3});
  EXPECT_TRUE(near(Matrix(p), Matrix(Vector{{1.0 / 8, 3.0 / 8, 4.0 / 8}}), 1e-14));
  EXPECT_TRUE(HalfMultinomial::baseline(y, 5).allFinite()) << "two classes are absent";
}

TEST(WeightedMean, HasTheSameBitsOnAnyNumberOfThreads) {
  std::vector<double> y(200'000);
  std::vector<double> w(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = std::sin(static_cast<double>(i));
    w[i] = 0.1 + static_cast<double>(i % 17);
  }
  double expected = 0.0;
  for (const int threads : {1, 2, 4, 7}) {
    const ThreadLimit limit(threads);
    const double mean = weighted_mean(y, w);
    if (threads == 1) expected = mean;
    EXPECT_EQ(mean, expected);
  }
}

}  // namespace
}  // namespace espalier
