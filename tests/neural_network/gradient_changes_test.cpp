// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/random.hpp>
#include <espalier/neural_network/gradient_clipping.hpp>
#include <espalier/neural_network/penalty.hpp>

#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

template <class T>
struct Parameters {
  Parameter<T> weight, bias;
  std::vector<Parameter<T>*> all{&weight, &bias};

  Parameters(Index rows, Index cols) {
    Random random(2);
    const auto draw = [&] { return static_cast<T>(random.normal()); };
    weight = {"weight", Rows<T>::NullaryExpr(rows, cols, draw),
              Rows<T>::NullaryExpr(rows, cols, draw), true};
    bias = {"bias", Rows<T>::NullaryExpr(1, cols, draw), Rows<T>::NullaryExpr(1, cols, draw)};
  }
  Parameters(const Parameters&) = delete;
  double norm() const {
    return std::sqrt(weight.gradient.template cast<double>().squaredNorm() +
                     bias.gradient.template cast<double>().squaredNorm());
  }
};

template <class T>
class GradientChanges : public testing::Test {
 public:
  static constexpr double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-13;
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(GradientChanges, Scalars);

TYPED_TEST(GradientChanges, ALongGradientIsShortenedAsAWhole) {
  Parameters<TypeParam> p(13, 7);
  const Rows<TypeParam> weight = p.weight.gradient, bias = p.bias.gradient;
  const double norm = p.norm();
  EXPECT_TRUE(near(clip_by_norm<TypeParam>(p.all, 0.5), norm, 1e-13));
  EXPECT_TRUE(near(p.norm(), 0.5, this->tolerance));
  const auto factor = static_cast<TypeParam>(0.5 / norm);
  EXPECT_TRUE(p.weight.gradient == factor * weight);
  EXPECT_TRUE(p.bias.gradient == factor * bias);
}

TYPED_TEST(GradientChanges, AShortGradientStays) {
  Parameters<TypeParam> p(13, 7);
  const Rows<TypeParam> weight = p.weight.gradient;
  EXPECT_GT(clip_by_norm<TypeParam>(p.all, 1e3), 1.0);
  EXPECT_TRUE(p.weight.gradient == weight);
}

TYPED_TEST(GradientChanges, AGradientThatIsNotFiniteStaysAndIsSeen) {
  Parameters<TypeParam> p(3, 2);
  p.bias.gradient(0, 1) = std::numeric_limits<TypeParam>::infinity();
  const Rows<TypeParam> weight = p.weight.gradient;
  EXPECT_TRUE(std::isinf(clip_by_norm<TypeParam>(p.all, 0.1)));
  EXPECT_TRUE(p.weight.gradient == weight);
  p.bias.gradient(0, 1) = std::numeric_limits<TypeParam>::quiet_NaN();
  EXPECT_TRUE(std::isnan(clip_by_norm<TypeParam>(p.all, 0.1)));
  EXPECT_TRUE(p.weight.gradient == weight);
}

TYPED_TEST(GradientChanges, NumbersAreBroughtWithinALimit) {
  Parameters<TypeParam> p(13, 7);
  p.bias.gradient(0, 0) = std::numeric_limits<TypeParam>::quiet_NaN();
  const Rows<TypeParam> weight = p.weight.gradient;
  clip_by_value<TypeParam>(p.all, 0.25);
  EXPECT_TRUE(p.weight.gradient == weight.cwiseMax(TypeParam(-0.25)).cwiseMin(TypeParam(0.25)));
  EXPECT_TRUE(std::isnan(p.bias.gradient(0, 0)));
}

TYPED_TEST(GradientChanges, APenaltyIsForPenalisedParametersOnly) {
  Parameters<TypeParam> p(13, 7);
  p.weight.value(2, 3) = TypeParam(0);
  const Matrix w = p.weight.value.template cast<double>();
  const Matrix expected =
      p.weight.gradient.template cast<double>() + 0.3 * w + 0.1 * w.unaryExpr([](double x) {
        return x > 0 ? 1.0 : x < 0 ? -1.0 : 0;
      });
  const Rows<TypeParam> bias = p.bias.gradient;
  const double penalty = add_penalty<TypeParam>(p.all, 0.1, 0.3);
  EXPECT_TRUE(near(penalty, 0.1 * w.cwiseAbs().sum() + 0.15 * w.squaredNorm(), 1e-13));
  EXPECT_LT((p.weight.gradient.template cast<double>() - expected).cwiseAbs().maxCoeff(),
            this->tolerance);
  EXPECT_TRUE(p.bias.gradient == bias);
}

TYPED_TEST(GradientChanges, NoPenaltyChangesNothing) {
  Parameters<TypeParam> p(5, 3);
  const Rows<TypeParam> weight = p.weight.gradient;
  EXPECT_EQ(add_penalty<TypeParam>(p.all, 0.0, 0.0), 0.0);
  EXPECT_TRUE(p.weight.gradient == weight);
}

TYPED_TEST(GradientChanges, SameBitsForAnyNumberOfThreads) {
  double norm = 0.0, penalty = 0.0;
  Rows<TypeParam> first;
  for (const int threads : {1, 2, 4, 7}) {
    const ThreadLimit limit(threads);
    Parameters<TypeParam> p(700, 300);
    const double got_penalty = add_penalty<TypeParam>(p.all, 0.1, 0.3);
    const double got_norm = clip_by_norm<TypeParam>(p.all, 3.0);
    clip_by_value<TypeParam>(p.all, 0.01);
    if (threads == 1) {
      norm = got_norm;
      penalty = got_penalty;
      first = p.weight.gradient;
    }
    EXPECT_EQ(got_norm, norm);
    EXPECT_EQ(got_penalty, penalty);
    EXPECT_TRUE(p.weight.gradient == first);
  }
}

TYPED_TEST(GradientChanges, RefuseNumbersOutOfRange) {
  Parameters<TypeParam> p(2, 2);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bound : {0.0, -1.0, nan}) {
    EXPECT_TRUE(throws<InvalidParameter>([&] { clip_by_norm<TypeParam>(p.all, bound); },
                                         {"clip_by_norm", "max_norm"}));
    EXPECT_TRUE(throws<InvalidParameter>([&] { clip_by_value<TypeParam>(p.all, bound); },
                                         {"clip_by_value", "limit"}));
  }
  EXPECT_TRUE(throws<InvalidParameter>([&] { add_penalty<TypeParam>(p.all, -1.0, 0.0); },
                                       {"add_penalty", "-1"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { add_penalty<TypeParam>(p.all, 0.0, nan); },
                                       {"add_penalty", "nan"}));
  p.weight.gradient.resize(0, 0);
  EXPECT_TRUE(throws<InvalidInput>([&] { add_penalty<TypeParam>(p.all, 0.0, 1.0); },
                                   {"add_penalty", "weight", "4 values", "gradient of 0"}));
}

}  // namespace
}  // namespace espalier::nn
