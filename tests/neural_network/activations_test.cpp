// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/activations.hpp>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/neural_network/gradient_check.hpp>

#include "support/expect_error.hpp"
#include "support/layers.hpp"

namespace espalier {
namespace {

using namespace testing_support;
using Real = long double;
using Function = std::function<Real(Real)>;

const Real pi = std::acos(Real(-1));

/// An activation with its formula and its derivative, by the functions of the standard library.
template <class T>
struct Known {
  std::unique_ptr<nn::Layer<T>> layer;
  Function value, slope;
};

Real sigmoid(Real x) { return 1 / (1 + std::exp(-x)); }
Real cdf(Real x) { return std::erfc(-x / std::sqrt(Real(2))) / 2; }
Real density(Real x) { return std::exp(-x * x / 2) / std::sqrt(2 * pi); }
Real gelu_tanh(Real x) { return std::tanh(std::sqrt(2 / pi) * (x + Real(0.044715) * x * x * x)); }
Function elu(Real scale, Real alpha) {
  return [=](Real x) { return x > 0 ? scale * x : scale * alpha * std::expm1(x); };
}
Function elu_slope(Real scale, Real alpha) {
  return [=](Real x) { return x > 0 ? scale : scale * alpha * std::exp(x); };
}

template <class T>
std::vector<Known<T>> known() {
  const Real scale = 1.0507009873554804934193349852946L, alpha = 1.6732632423543772848170429916717L;
  std::vector<Known<T>> all;
  const auto add = [&](auto layer, const Function& value, const Function& slope) {
    all.push_back({layer.clone(), value, slope});
  };
  add(
      nn::Identity<T>(), [](Real x) { return x; }, [](Real) { return 1; });
  add(
      nn::ReLU<T>(), [](Real x) { return std::max<Real>(0, x); }, [](Real x) { return x > 0; });
  add(
      nn::LeakyReLU<T>(0.25), [](Real x) { return x > 0 ? x : x / 4; },
      [](Real x) { return x > 0 ? 1 : Real(0.25); });
  add(nn::ELU<T>(1.5), elu(1, 1.5), elu_slope(1, 1.5));
  add(nn::SELU<T>(), elu(scale, alpha), elu_slope(scale, alpha));
  add(nn::Sigmoid<T>(), sigmoid, [](Real x) { return sigmoid(x) * sigmoid(-x); });
  add(
      nn::Tanh<T>(), [](Real x) { return std::tanh(x); },
      [](Real x) { return 1 / (std::cosh(x) * std::cosh(x)); });
  add(
      nn::Softplus<T>(),
      [](Real x) { return std::max<Real>(x, 0) + std::log1p(std::exp(-std::abs(x))); }, sigmoid);
  add(
      nn::SiLU<T>(), [](Real x) { return x * sigmoid(x); },
      [](Real x) { return sigmoid(x) * (1 + x * sigmoid(-x)); });
  add(
      nn::GELU<T>(), [](Real x) { return x * cdf(x); },
      [](Real x) { return cdf(x) + x * density(x); });
  add(
      nn::GELU<T>({.approximate = true}), [](Real x) { return x / 2 * (1 + gelu_tanh(x)); },
      [](Real x) {
        const Real t = gelu_tanh(x);
        return (1 + t) / 2 +
               x / 2 * (1 - t * t) * std::sqrt(2 / pi) * (1 + 3 * Real(0.044715) * x * x);
      });
  return all;
}

/// −30 … 30, densely.
template <class T>
nn::Rows<T> grid() {
  nn::Rows<T> x(1, 60'001);
  for (Index i = 0; i < x.size(); ++i)
    x(0, i) = static_cast<T>(static_cast<double>(i - 30'000) / 1e3);
  return x;
}

template <class T>
void expect_values_and_slopes(double tolerance) {
  const nn::Rows<T> x = grid<T>(), ones = nn::Rows<T>::Ones(1, x.cols());
  for (const Known<T>& k : known<T>()) {
    const nn::Rows<T> y = forward_training(*k.layer, x), dx = backward(*k.layer, x, y, ones);
    EXPECT_EQ(y, forward(*k.layer, x)) << k.layer->name();
    Real worst_value = 0, worst_slope = 0;
    for (Index i = 0; i < x.size(); ++i) {
      const auto v = static_cast<Real>(x(0, i));
      const Real scale = std::max<Real>(1, std::abs(k.value(v)));
      worst_value =
          std::max(worst_value, std::abs(static_cast<Real>(y(0, i)) - k.value(v)) / scale);
      worst_slope = std::max(worst_slope, std::abs(static_cast<Real>(dx(0, i)) - k.slope(v)));
    }
    EXPECT_LT(static_cast<double>(worst_value), tolerance) << k.layer->name();
    EXPECT_LT(static_cast<double>(worst_slope), tolerance) << k.layer->name();
  }
}

TEST(Activations, FloatsAreRightToSingleRounding) { expect_values_and_slopes<float>(1e-6); }

TEST(Activations, DoublesAreRightToDoubleRounding) { expect_values_and_slopes<double>(5e-15); }

TEST(Activations, SmallNumbersKeepTheirDigits) {
  for (const float v : {1e-3F, -1e-3F, 1e-6F, -1e-6F, 1e-20F, -1e-20F})
    for (const Known<float>& k : known<float>()) {
      const float y = forward(*k.layer, nn::Rows<float>{{v}})(0, 0);
      const auto expected = static_cast<double>(k.value(static_cast<Real>(v)));
      EXPECT_NEAR(y, expected, 2e-6 * std::abs(expected)) << k.layer->name() << " of " << v;
    }
}

template <class T>
void expect_no_overflow() {
  const T most = std::numeric_limits<T>::max();
  const nn::Rows<T> x{{T(-100), T(100), T(-1000), T(1000), T(-1e30), T(1e30), -most / 2, most / 2}};
  const nn::Rows<T> ones = nn::Rows<T>::Ones(1, x.cols());
  for (const Known<T>& k : known<T>()) {
    const nn::Rows<T> y = forward_training(*k.layer, x), dx = backward(*k.layer, x, y, ones);
    for (Index i = 0; i < x.size(); ++i) {
      const Real v = x(0, i), scale = std::max<Real>(1, std::abs(k.value(v)));
      EXPECT_NEAR(static_cast<double>(y(0, i) / scale), static_cast<double>(k.value(v) / scale),
                  1e-6)
          << k.layer->name() << " of " << x(0, i);
      EXPECT_NEAR(
          static_cast<double>(dx(0, i)),
          x(0, i) > 0 ? static_cast<double>(k.slope(100)) : static_cast<double>(k.slope(-100)),
          1e-6)
          << "slope of " << k.layer->name() << " at " << x(0, i);
    }
  }
}

TEST(Activations, LargeNumbersDoNotOverflow) {
  expect_no_overflow<float>();
  expect_no_overflow<double>();
}

template <class T>
void expect_nan_stays() {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const nn::Rows<T> x{{T(1), nan, T(-1)}};
  std::vector<Known<T>> all = known<T>();
  all.push_back({nn::Softmax<T>().clone(), {}, {}});
  for (const Known<T>& k : all) {
    const nn::Rows<T> y = forward(*k.layer, x);
    EXPECT_TRUE(std::isnan(y(0, 1))) << k.layer->name();
    if (k.value) {
      EXPECT_FALSE(std::isnan(y(0, 0)) || std::isnan(y(0, 2))) << k.layer->name();
    }
  }
}

TEST(Activations, NaNStaysNaN) {
  expect_nan_stays<float>();
  expect_nan_stays<double>();
}

template <class T>
void expect_same_bits_anywhere() {
  const nn::Rows<T> x = normal_rows<T>(1, 300, 1, 3.0);
  std::vector<T> from(400), to(400);
  for (const Known<T>& k : known<T>()) {
    const nn::Rows<T> expected = forward(*k.layer, x);
    for (const Index n : {Index{1}, Index{5}, Index{63}, Index{64}, Index{300}})
      for (Index shift = 0; shift < 9; ++shift) {
        std::copy_n(x.data() + 300 - n, n, from.data() + shift);
        k.layer->forward({from.data() + shift, 1, n}, {to.data() + 8 - shift, 1, n});
        ASSERT_EQ(std::memcmp(to.data() + 8 - shift, expected.data() + 300 - n,
                              static_cast<std::size_t>(n) * sizeof(T)),
                  0)
            << k.layer->name() << ", " << n << " numbers shifted by " << shift;
      }
  }
}

TEST(Activations, ANumberHasTheSameBitsWhereverItStands) {
  expect_same_bits_anywhere<float>();
  expect_same_bits_anywhere<double>();
}

TEST(Activations, SameBitsForAnyNumberOfThreads) {
  const nn::Rows<float> x = normal_rows<float>(300, 201), dy = normal_rows<float>(300, 201, 2);
  for (const Known<float>& k : known<float>()) {
    nn::Rows<float> y, dx;
    for (const int threads : {1, 2, 4, 7}) {
      const ThreadLimit limit(threads);
      const nn::Rows<float> z = forward_training(*k.layer, x), dz = backward(*k.layer, x, z, dy);
      if (threads == 1) {
        y = z;
        dx = dz;
      }
      EXPECT_EQ(z, y) << k.layer->name() << ", " << threads;
      EXPECT_EQ(dz, dx) << k.layer->name() << ", " << threads;
    }
  }
}

TEST(Activations, GradientsAreThoseOfDifferences) {
  const nn::Rows<double> x = normal_rows(4, 5, 3, 2.0);
  for (const Known<double>& k : known<double>())
    EXPECT_LT(nn::check_gradients(*k.layer, x), 1e-6) << k.layer->name();
  EXPECT_LT(nn::check_gradients(nn::Softmax<double>(), x), 1e-6);
}

TEST(Softmax, RowsAreDistributionsThatAShiftDoesNotChange) {
  const nn::Rows<float> x = normal_rows<float>(5, 70, 0, 4.0);
  const nn::Rows<float> y = forward(nn::Softmax<float>(), x);
  EXPECT_LT((y.rowwise().sum().array() - 1.0F).abs().maxCoeff(), 1e-6F);
  EXPECT_GT(y.minCoeff(), 0.0F);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index k = 1; k < x.cols(); ++k)
      EXPECT_NEAR(std::log(y(i, k) / y(i, 0)), x(i, k) - x(i, 0), 1e-5);
  const nn::Rows<float> large{{1e30F, 0.0F, 1e30F}, {-1e30F, -1e30F, -2e30F}};
  const nn::Rows<float> halves{{0.5F, 0.0F, 0.5F}, {0.5F, 0.5F, 0.0F}};
  EXPECT_LT((forward(nn::Softmax<float>(), large) - halves).cwiseAbs().maxCoeff(), 1e-30F);
}

TEST(Activations, AreMadeByName) {
  const auto names = names_of(nn::Activation{});
  const std::vector<std::string> layers{"Identity", "Sigmoid",  "Tanh", "ReLU", "LeakyReLU", "ELU",
                                        "SELU",     "Softplus", "SiLU", "GELU", "Softmax"};
  ASSERT_EQ(names.size(), layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto activation = static_cast<nn::Activation>(i);
    EXPECT_EQ(nn::make_activation<float>(activation)->name(), layers[i]) << names[i];
    EXPECT_EQ(nn::make_activation<double>(activation)->name(), layers[i]) << names[i];
  }
  EXPECT_TRUE(throws<InvalidParameter>(
      [] { nn::make_activation<float>(static_cast<nn::Activation>(200)); }, {"200"}));
}

TEST(Activations, RefuseParametersThatAreNoNumbers) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(throws<InvalidParameter>([&] { nn::LeakyReLU<float>{nan}; }, {"LeakyReLU", "nan"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { nn::ELU<float>{-1.0}; }, {"ELU", "alpha", "-1"}));
}

}  // namespace
}  // namespace espalier
