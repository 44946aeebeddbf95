// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>

#include <gtest/gtest.h>

#include <espalier/neural_network/initializer.hpp>

#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

constexpr Index fan_in = 300, fan_out = 200;

Rows<double> drawn(Init init, Index in = fan_in, Index out = fan_out, std::uint64_t seed = 1) {
  Rows<double> weights(in, out);
  Random random(seed);
  initialize(weights, init, random);
  return weights;
}

/// Of 60,000 numbers: mean 0 and the variance of the family, each to five standard errors. The
/// fourth moment is 9/5 of the squared variance for a uniform distribution and 3 for a normal one.
TEST(Initializer, MomentsAreThoseOfTheFamily) {
  const double n = static_cast<double>(fan_in * fan_out);
  const double glorot = 2.0 / (fan_in + fan_out), he = 2.0 / fan_in, lecun = 1.0 / fan_in;
  const struct {
    Init init;
    double variance, kurtosis;
  } families[] = {{Init::glorot_uniform, glorot, 1.8}, {Init::glorot_normal, glorot, 3.0},
                  {Init::he_uniform, he, 1.8},         {Init::he_normal, he, 3.0},
                  {Init::lecun_uniform, lecun, 1.8},   {Init::lecun_normal, lecun, 3.0}};
  for (const auto& f : families) {
    SCOPED_TRACE(static_cast<int>(f.init));
    const Rows<double> w = drawn(f.init);
    EXPECT_LT(std::abs(w.mean()), 5.0 * std::sqrt(f.variance / n));
    const double square = w.squaredNorm() / n;
    EXPECT_LT(std::abs(square / f.variance - 1.0), 5.0 * std::sqrt((f.kurtosis - 1.0) / n));
    EXPECT_NEAR(w.array().pow(4).mean() / (square * square), f.kurtosis, 0.1);
    const double bound = std::sqrt(3.0 * f.variance);
    if (f.kurtosis < 2.0) {
      EXPECT_LE(w.cwiseAbs().maxCoeff(), bound);
      EXPECT_GT(w.cwiseAbs().maxCoeff(), 0.999 * bound);
    } else {
      EXPECT_GT(w.cwiseAbs().maxCoeff(), 2.0 * bound);
    }
  }
}

TEST(Initializer, OrthogonalRowsOrColumns) {
  const Matrix tall = drawn(Init::orthogonal, 40, 25);
  EXPECT_LT((tall.transpose() * tall - Matrix::Identity(25, 25)).cwiseAbs().maxCoeff(), 1e-14);
  const Matrix wide = drawn(Init::orthogonal, 25, 40);
  EXPECT_LT((wide * wide.transpose() - Matrix::Identity(25, 25)).cwiseAbs().maxCoeff(), 1e-14);
}

/// Householder's Q alone has a first column that never points the same way as the matrix it is of.
TEST(Initializer, OrthogonalHasNoPreferredSign) {
  int positive = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    positive += drawn(Init::orthogonal, 1, 1, seed)(0, 0) > 0.0;
  EXPECT_NEAR(positive, 100, 35);
  double trace = 0.0;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    trace += drawn(Init::orthogonal, 3, 3, seed).trace() / 400.0;
  EXPECT_LT(std::abs(trace), 0.25)
      << "of a uniformly drawn rotation or reflection it is 0 on average";
}

TEST(Initializer, ConstantIsTheValue) {
  Rows<float> weights(4, 3);
  Random random(1), untouched(1);
  initialize(weights, Init::constant, random, 0.25);
  EXPECT_TRUE((weights.array() == 0.25F).all());
  EXPECT_EQ(random(), untouched()) << "nothing is drawn";
}

TEST(Initializer, FollowsFromTheSeedAlone) {
  for (std::size_t i = 0; i + 1 < names_of(Init{}).size(); ++i) {
    const auto init = static_cast<Init>(i);
    EXPECT_TRUE(drawn(init, 20, 30, 4) == drawn(init, 20, 30, 4));
    EXPECT_FALSE(drawn(init, 20, 30, 4) == drawn(init, 20, 30, 5)) << names_of(init)[i];
    Rows<float> single(20, 30);
    Random random(4);
    initialize(single, init, random);
    EXPECT_TRUE(single == drawn(init, 20, 30, 4).cast<float>()) << names_of(init)[i];
  }
}

}  // namespace
}  // namespace espalier::nn
