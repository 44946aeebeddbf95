// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/gradient_check.hpp>

#include <limits>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/dropout.hpp>

#include "support/expect_error.hpp"
#include "support/layers.hpp"

namespace espalier {
namespace {

using namespace testing_support;

/// y = w·x³ + b, whose pass back has a slip of choice.
class Cubic : public nn::LayerOf<Cubic, double> {
 public:
  enum class Slip { none, x, weight, bias_shape, not_finite, alone };
  static constexpr std::string_view type_name = "Cubic";
  explicit Cubic(Slip slip) : slip_(slip) {}
  std::vector<nn::Parameter<double>*> parameters() override { return {&weight_, &bias_}; }
  void forward(nn::ConstBatch<double> x, nn::Batch<double> y) const override {
    y = (weight_.value(0, 0) * x.array().cube() + bias_.value(0, 0)).matrix();
  }
  void backward(nn::ConstBatch<double> x, nn::ConstBatch<double> y, nn::ConstBatch<double> dy,
                nn::Batch<double> dx) override {
    backward_parameters(x, y, dy);
    weight_.gradient *= slip_ == Slip::weight ? 1.001 : 1.0;
    if (slip_ == Slip::alone) weight_.gradient /= 1.001;
    dx = (3.0 * weight_.value(0, 0) * x.array().square() * dy.array()).matrix();
    if (slip_ == Slip::x) dx(0, 0) *= 1.001;
    if (slip_ == Slip::not_finite) dx(0, 0) = std::numeric_limits<double>::quiet_NaN();
  }
  bool backward_parameters(nn::ConstBatch<double> x, nn::ConstBatch<double> /*y*/,
                           nn::ConstBatch<double> dy) override {
    weight_.gradient.setConstant(1, 1, (x.array().cube() * dy.array()).sum());
    if (slip_ == Slip::alone) weight_.gradient *= 1.001;
    bias_.gradient.setConstant(1, slip_ == Slip::bias_shape ? 2 : 1, dy.sum());
    return true;
  }

 private:
  Slip slip_;
  nn::Parameter<double> weight_{"weight", nn::Rows<double>::Constant(1, 1, 0.7)};
  nn::Parameter<double> bias_{"bias", nn::Rows<double>::Constant(1, 1, 0.2)};
};

TEST(CheckGradients, FindsTheSlipAndSaysWhere) {
  const nn::Rows<double> x = normal_rows(3, 4);
  using Slip = Cubic::Slip;
  EXPECT_LT(nn::check_gradients(Cubic(Slip::none), x), 1e-7);
  const auto by_x = nn::gradient_differences(Cubic(Slip::x), x);
  ASSERT_EQ(by_x.size(), 3U);
  EXPECT_EQ(by_x[0].by, "x");
  EXPECT_NEAR(by_x[0].relative, 1e-3, 1e-5);
  EXPECT_LT(by_x[1].relative, 1e-7);
  const auto by_weight = nn::gradient_differences(Cubic(Slip::weight), x);
  EXPECT_EQ(by_weight[1].by, "weight");
  EXPECT_NEAR(by_weight[1].relative, 1e-3, 1e-5);
  EXPECT_LT(by_weight[2].relative, 1e-7);
  EXPECT_NEAR(nn::check_gradients(Cubic(Slip::alone), x), 1e-3, 1e-5)
      << "backward_parameters is checked as well";
  EXPECT_EQ(nn::check_gradients(Cubic(Slip::not_finite), x),
            std::numeric_limits<double>::infinity());
  EXPECT_TRUE(throws<InvalidInput>([&] { nn::check_gradients(Cubic(Slip::bias_shape), x); },
                                   {"bias", "1 × 1", "1 × 2"}));
}

TEST(CheckGradients, OfAWholeNetworkWhichStaysAsItIs) {
  nn::Sequential<double> net{nn::Dense<double>(3, 5), nn::Tanh<double>(), nn::Dropout<double>(0.3),
                             nn::Dense<double>(5, 2)};
  net.initialize(0);
  const Value before = net.save();
  EXPECT_LT(nn::check_gradients(net, normal_rows(6, 3)), 1e-6);
  nn::Sequential<double> other = net;
  other.load(before);
  EXPECT_EQ(other.predict(normal_rows(4, 3)), net.predict(normal_rows(4, 3)));
  net.add(std::make_unique<Cubic>(Cubic::Slip::weight));
  EXPECT_GT(nn::check_gradients(net, normal_rows(6, 3)), 1e-4);
}

TEST(CheckGradients, ChecksItsStep) {
  EXPECT_TRUE(throws<InvalidParameter>(
      [] { nn::check_gradients(nn::Tanh<double>(), normal_rows(2, 2), {.step = 0.0}); }, {"step"}));
}

}  // namespace
}  // namespace espalier
