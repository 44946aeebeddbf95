// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/pointwise.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/loss/absolute_error.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_gamma.hpp>
#include <espalier/loss/half_multinomial.hpp>
#include <espalier/loss/half_poisson.hpp>
#include <espalier/loss/half_squared_error.hpp>
#include <espalier/loss/half_tweedie.hpp>
#include <espalier/loss/huber_loss.hpp>
#include <espalier/loss/pinball_loss.hpp>

#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using testing_support::near;
using testing_support::throws;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

struct Pinball80 : PinballLoss {
  Pinball80() : PinballLoss{0.8} {}
};
struct Huber03 : HuberLoss {
  Huber03() : HuberLoss{0.3} {}
};
struct Tweedie12 : HalfTweedie {
  Tweedie12() : HalfTweedie{1.2} {}
};

template <class Loss>
class LossOfOneValue : public testing::Test {};
using LossesOfOneValue =
    testing::Types<HalfSquaredError, HalfBinomial, AbsoluteError, PinballLoss, Pinball80, HuberLoss,
                   Huber03, HalfPoisson, HalfGamma, HalfTweedie, Tweedie12>;
TYPED_TEST_SUITE(LossOfOneValue, LossesOfOneValue);

TYPED_TEST(LossOfOneValue, DerivativesAreThoseOfTheLoss) {
  const TypeParam loss;
  constexpr double h = 1e-5;
  for (const double y : {0.0, 0.3, 1.0}) {
    for (double raw = -6.0; raw <= 6.0; raw += 0.37) {
      SCOPED_TRACE(testing::Message() << "y = " << y << ", raw = " << raw);
      const double up = loss.loss(y, raw + h);
      const double down = loss.loss(y, raw - h);
      const double slope = (up - down) / (2 * h);
      const double tolerance = 1e-9 * (1.0 + std::abs(slope));
      EXPECT_NEAR(loss.gradient(y, raw), slope, tolerance);
      const GradientHessian d = loss.gradient_hessian(y, raw);
      EXPECT_NEAR(d.gradient, slope, tolerance);
      if (is_smooth<TypeParam>()) {
        const double curvature = (up - 2 * loss.loss(y, raw) + down) / (h * h);
        EXPECT_NEAR(d.hessian, curvature, 1e-4 * (1.0 + std::abs(curvature)));
      } else {
        EXPECT_EQ(d.hessian, 1.0);
      }
      if (TypeParam::constant_hessian) {
        EXPECT_EQ(d.hessian, 1.0);
      }
      const LossGradient both = loss.loss_gradient(y, raw);
      EXPECT_DOUBLE_EQ(both.loss, loss.loss(y, raw));
      EXPECT_DOUBLE_EQ(both.gradient, loss.gradient(y, raw));
    }
  }
}

TYPED_TEST(LossOfOneValue, InverseLinkUndoesLink) {
  const TypeParam loss;
  for (const double mean : {0.001, 0.2, 0.5, 0.999}) {
    EXPECT_NEAR(loss.inverse_link(loss.link(mean)), mean, 4 * epsilon);
    if (is_smooth<TypeParam>()) {
      EXPECT_NEAR(loss.gradient(mean, loss.link(mean)), 0.0, 40 * epsilon);
    }
  }
}

TYPED_TEST(LossOfOneValue, BaselineIsTheBestConstant) {
  if (std::is_same_v<TypeParam, Huber03>) GTEST_SKIP() << "one step from the median, see below";
  const TypeParam loss;
  const std::vector<double> y{0, 1, 1, 0, 1, 1, 1};
  const std::vector<double> w{1, 2, 0.5, 3, 1, 1, 0};
  for (const auto& weights : {std::vector<double>{}, w}) {
    const auto total = [&](double raw) {
      double sum = 0.0;
      for (std::size_t i = 0; i < y.size(); ++i)
        sum += (weights.empty() ? 1.0 : weights[i]) * loss.loss(y[i], raw);
      return sum;
    };
    const double raw = loss.baseline(y, weights);
    const double least = total(raw);
    for (double step = 1e-3; step < 2.0; step *= 3.0)
      for (const double other : {raw - step, raw + step}) EXPECT_GE(total(other), least - 1e-12);
  }
}

TYPED_TEST(LossOfOneValue, BaselineRefusesWhatHasNoMean) {
  const TypeParam loss;
  const std::vector<double> y{0, 1};
  const std::vector<double> short_weights{1};
  const std::vector<double> zero{0, 0};
  EXPECT_TRUE(throws<InvalidInput>([&] { loss.baseline({}); }, {"no values"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { loss.baseline(y, short_weights); }, {"1 weights", "2 values"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { loss.baseline(y, zero); }, {"zero"}));
}

TEST(LossesWithAKink, HaveTheSlopeBelowAtTheKink) {
  EXPECT_EQ(AbsoluteError::gradient(2.0, 2.0), -1.0);
  EXPECT_EQ(PinballLoss{0.8}.gradient(2.0, 2.0), -0.8);
  EXPECT_EQ(HuberLoss{0.5}.gradient(2.0, 2.5), 0.5);
}

TEST(PinballLoss, IsHalfTheAbsoluteErrorInTheMiddle) {
  for (const double raw : {-3.0, 0.5, 4.0})
    EXPECT_EQ(2.0 * PinballLoss{0.5}.loss(1.0, raw), AbsoluteError::loss(1.0, raw));
}

TEST(HuberLoss, IsTheSquaredErrorNearAndTheAbsoluteErrorFar) {
  EXPECT_EQ(HuberLoss{1e9}.loss(1.0, 3.5), HalfSquaredError::loss(1.0, 3.5));
  EXPECT_NEAR((HuberLoss{1e-9}.loss(1.0, 3.5)) / 1e-9, AbsoluteError::loss(1.0, 3.5), 1e-8);
}

TEST(HuberLoss, BaselineIsFriedmansStepFromTheMedian) {
  const std::vector<double> y{1, 2, 3, 100};  // median 2.5
  EXPECT_NEAR(HuberLoss{10.0}.baseline(y), 2.5 + (-1.5 - 0.5 + 0.5 + 10.0) / 4, 1e-14);
  const std::vector<double> w{1, 1, 1, 2};  // median 3
  EXPECT_NEAR(HuberLoss{10.0}.baseline(y, w), 3.0 + (-2.0 - 1.0 + 0.0 + 20.0) / 5, 1e-14);
}

TEST(HalfTweedie, LiesBetweenPoissonAndGamma) {
  for (const double raw : {-1.0, 0.0, 2.0}) {
    EXPECT_NEAR(HalfTweedie{1.0 + 1e-9}.gradient(3.0, raw), HalfPoisson::gradient(3.0, raw), 1e-6);
    EXPECT_NEAR(HalfTweedie{2.0 - 1e-9}.gradient(3.0, raw), HalfGamma::gradient(3.0, raw), 1e-6);
  }
}

template <class Loss>
class LossWithLogLink : public testing::Test {};
using LossesWithLogLink = testing::Types<HalfPoisson, HalfGamma, HalfTweedie>;
TYPED_TEST_SUITE(LossWithLogLink, LossesWithLogLink);

TYPED_TEST(LossWithLogLink, IsFiniteFarOut) {
  const TypeParam loss;
  for (const double raw : {-700.0, -100.0, 100.0, 700.0}) {
    EXPECT_TRUE(std::isfinite(loss.loss(1.0, raw)));
    const GradientHessian d = loss.gradient_hessian(1.0, raw);
    EXPECT_TRUE(std::isfinite(d.gradient));
    EXPECT_GE(d.hessian, 0.0);
  }
  EXPECT_EQ(TypeParam::inverse_link(-800.0), 0.0);
}

TYPED_TEST(LossWithLogLink, BaselineIsFiniteWithZerosAlone) {
  const std::vector<double> y(5, 0.0);
  EXPECT_NEAR(TypeParam::baseline(y), std::log(10.0 * epsilon), 1e-12);
}

TEST(WeightedQuantile, InterpolatesWithoutWeights) {
  const std::vector<double> y{4, 1, 3, 2};
  EXPECT_EQ(weighted_quantile(y, 0.0), 1.0);
  EXPECT_EQ(weighted_quantile(y, 0.5), 2.5);
  EXPECT_NEAR(weighted_quantile(y, 0.9), 3.7, 1e-15);
  EXPECT_EQ(weighted_quantile(y, 1.0), 4.0);
  EXPECT_EQ(weighted_quantile(std::vector<double>{7.0}, 0.3), 7.0);
}

TEST(WeightedQuantile, IsAValueWithWeights) {
  const std::vector<double> y{4, 1, 3, 2};
  const std::vector<double> ones(4, 1.0);
  EXPECT_EQ(weighted_quantile(y, 0.5, ones), 2.0) << "the share is reached exactly";
  EXPECT_EQ(weighted_quantile(y, 0.51, ones), 3.0);
  const std::vector<double> w{0.0, 1.0, 2.0, 1.0};  // 1, 2, 3, 3
  EXPECT_EQ(weighted_quantile(y, 0.5, w), 2.0);
  EXPECT_EQ(weighted_quantile(y, 0.6, w), 3.0);
  EXPECT_EQ(weighted_quantile(y, 1.0, w), 3.0) << "4 weighs nothing";
  EXPECT_EQ(weighted_quantile(y, 0.0, w), 1.0);
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

TEST(WeightedQuantile, IsThatOfTheSortedValues) {
  for (const std::size_t n : {31U, 33U, 1000U, 4097U}) {
    std::vector<double> y(n);
    std::vector<double> w(n);
    std::vector<double> copies;
    for (std::size_t i = 0; i < n; ++i) {
      y[i] = std::round(50.0 * std::sin(static_cast<double>(7 * i)));  // many are equal
      w[i] = static_cast<double>(i % 4);
      copies.insert(copies.end(), i % 4, y[i]);
    }
    std::sort(copies.begin(), copies.end());
    for (const double q : {0.0, 0.01, 0.25, 0.5, 0.75, 0.999, 1.0}) {
      const double place = std::ceil(q * static_cast<double>(copies.size()));
      const auto at = static_cast<std::size_t>(std::max(place, 1.0)) - 1;
      EXPECT_EQ(weighted_quantile(y, q, w), copies[at]) << n << " values, q = " << q;
    }
  }
}

}  // namespace
}  // namespace espalier
