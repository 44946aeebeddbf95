// SPDX-License-Identifier: BSD-3-Clause
#include "loss/block_loss.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/random.hpp>
#include <espalier/loss/half_binomial.hpp>
#include <espalier/loss/half_gamma.hpp>
#include <espalier/loss/half_multinomial.hpp>
#include <espalier/loss/half_poisson.hpp>
#include <espalier/loss/half_squared_error.hpp>
#include <espalier/loss/half_tweedie.hpp>

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

TEST(BlockLoss, HasTheCurvatureOfOneRawValue) {
  const Labels codes = some_codes(2);
  for (const Vector& w : {Vector(), some_weights()}) {
    const auto loss = half_binomial_blocks(codes, w);
    const Matrix raw = raw_values(1).bottomRows(n - 40);
    Matrix plain = raw, gradient = raw, curvature(raw.rows(), 1);
    const double expected = loss->loss_gradient(40, plain);
    EXPECT_EQ(loss->loss_gradient_curvature(40, gradient, curvature), expected);
    EXPECT_EQ(gradient, plain);
    for (Index i = 0; i < raw.rows(); ++i) {
      const double weight = w.size() > 0 ? w[40 + i] : 1.0;
      const double hessian = HalfBinomial::gradient_hessian(codes[40 + i], raw(i, 0)).hessian;
      EXPECT_NEAR(curvature(i, 0), weight * hessian, 1e-14 * hessian) << "raw " << raw(i, 0);
    }
  }
}

TEST(BlockLoss, HasTheWeightedProbabilitiesOfManyClassesAsCurvature) {
  const Labels codes = some_codes(3);
  const Vector w = some_weights();
  const auto loss = half_multinomial_blocks(codes, 3, w);
  const Matrix raw = raw_values(3).bottomRows(n - 17);
  Matrix gradient = raw, curvature(raw.rows(), 3);
  loss->loss_gradient_curvature(17, gradient, curvature);
  for (Index i = 0; i < raw.rows(); ++i)
    for (Index k = 0; k < 3; ++k) {
      const double own = codes[17 + i] == k ? w[17 + i] : 0.0;
      EXPECT_NEAR(curvature(i, k), gradient(i, k) + own, 1e-14);
    }
  EXPECT_LT((curvature.rowwise().sum() - w.tail(raw.rows())).cwiseAbs().maxCoeff(), 1e-13);
}

/// Against the pointwise loss, and the curvature against differences where that is the true one.
template <class Pointwise>
void expect_tweedie(const Pointwise& pointwise, double power, bool log_link) {
  SCOPED_TRACE(power);
  const Vector y = Vector::NullaryExpr(n, [](Index i) { return 0.5 * static_cast<double>(i % 7); });
  const Vector w = some_weights();
  const auto loss = half_tweedie_blocks(y, power, log_link, w);
  const Matrix raw = Matrix::NullaryExpr(
      n - 9, 1, [](Index i, Index) { return 0.3 + 0.1 * static_cast<double>(i % 23); });
  Matrix gradient = raw, curvature(raw.rows(), 1);
  double expected = 0.0;
  const double value = loss->loss_gradient_curvature(9, gradient, curvature);
  for (Index i = 0; i < raw.rows(); ++i) {
    const double yi = y[9 + i], wi = w[9 + i];
    expected += wi * pointwise.loss(yi, raw(i, 0));
    const auto derivatives = pointwise.gradient_hessian(yi, raw(i, 0));
    EXPECT_NEAR(gradient(i, 0), wi * derivatives.gradient, 1e-12);
    EXPECT_NEAR(curvature(i, 0), wi * derivatives.hessian, 1e-12);
  }
  EXPECT_TRUE(near(value, expected, 1e-12));
}

TEST(BlockLoss, OfTweediePowersIsThePointwiseLoss) {
  expect_tweedie(HalfSquaredError{}, 0.0, false);
  expect_tweedie(HalfPoisson{}, 1.0, true);
  expect_tweedie(HalfGamma{}, 2.0, true);
  expect_tweedie(HalfTweedie{1.3}, 1.3, true);
}

TEST(BlockLoss, OfOtherTweediePowersHasTheGradientOfItsValueAndPositiveCurvature) {
  struct Case {
    double power;
    bool log_link;
  };
  for (const Case& c : {Case{3.0, true}, Case{-1.0, true}, Case{0.0, true}, Case{1.0, false},
                        Case{2.0, false}, Case{1.5, false}, Case{3.0, false}, Case{-1.0, false}}) {
    const Vector y{{0.5, 2.0, 4.0}};
    const auto loss = half_tweedie_blocks(y, c.power, c.log_link, {});
    const Matrix at{{0.7}, {1.1}, {0.9}};
    Matrix gradient = at, curvature(3, 1);
    loss->loss_gradient_curvature(0, gradient, curvature);
    for (Index i = 0; i < 3; ++i) {
      Matrix above = at, below = at;
      above(i, 0) += 1e-5;
      below(i, 0) -= 1e-5;
      const double difference =
          (loss->loss_gradient(0, above) - loss->loss_gradient(0, below)) / 2e-5;
      EXPECT_NEAR(gradient(i, 0), difference, 1e-7) << c.power << ", " << c.log_link;
      const double mean = c.log_link ? std::exp(at(i, 0)) : at(i, 0);
      const double expected = std::pow(mean, (c.log_link ? 2.0 : 0.0) - c.power);
      EXPECT_TRUE(near(curvature(i, 0), expected, 1e-12)) << c.power << ", " << c.log_link;
    }
  }
  Matrix outside{{-0.1}};
  EXPECT_EQ(half_tweedie_blocks(Vector{{1.0}}, 1.0, false, {})->loss_gradient(0, outside),
            std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace espalier::detail
