// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/sequential.hpp>

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/dropout.hpp>
#include <espalier/neural_network/embedding.hpp>
#include <espalier/neural_network/layer_norm.hpp>
#include <espalier/neural_network/residual.hpp>

#include "support/count_allocations.hpp"
#include "support/expect_error.hpp"
#include "support/layers.hpp"

namespace espalier {
namespace {

using namespace testing_support;

/// Every kind of layer, 6 → 3; column 1 holds codes.
template <class T>
nn::Sequential<T> everything(double dropout = 0.0) {
  return nn::Sequential<T>{
      nn::Embedding<T>(6, {{.column = 1, .categories = 4, .dimension = 3}}),
      nn::Dense<T>(8, 16),
      nn::BatchNorm<T>(16),
      nn::GELU<T>(),
      nn::Residual<T>(
          nn::Sequential<T>{nn::Dense<T>(16, 24), nn::SELU<T>(), nn::Dropout<T>(dropout),
                            nn::Residual<T>(nn::Sequential<T>{nn::Dense<T>(24, 24), nn::Tanh<T>()}),
                            nn::Dense<T>(24, 16)}),
      nn::LayerNorm<T>(16),
      nn::Softplus<T>(),
      nn::Dropout<T>(dropout),
      nn::Dense<T>(16, 3),
      nn::Softmax<T>()};
}

template <class T>
nn::Rows<T> rows_with_codes(Index n) {
  nn::Rows<T> x = normal_rows<T>(n, 6, 1);
  for (Index i = 0; i < n; ++i) x(i, 1) = static_cast<T>(i % 5);
  return x;
}

template <class T>
nn::Sequential<T> drawn(nn::Sequential<T> net, std::uint64_t seed) {
  net.initialize(seed);
  return net;
}

/// With running statistics and other numbers that a training would leave.
template <class T>
nn::Sequential<T> passed(nn::Sequential<T> net, std::uint64_t seed) {
  net.initialize(seed);
  for (std::uint64_t step = 0; step < 3; ++step)
    net.forward(nn::view(rows_with_codes<T>(50)), seed, step);
  return net;
}

TEST(Sequential, SavesAndLoadsEverythingThatItKnows) {
  const nn::Sequential<float> net = passed(everything<float>(), 3);
  nn::Sequential<float> other = drawn(everything<float>(), 4);
  const nn::Rows<float> x = rows_with_codes<float>(20);
  ASSERT_NE(other.predict(x), net.predict(x));
  other.load(net.save());
  EXPECT_EQ(other.predict(x), net.predict(x));
  EXPECT_EQ(other.statistics().size(), 2U);
  EXPECT_NE(other.statistics()[0]->value, nn::Rows<float>::Zero(1, 16));
  EXPECT_EQ(other.save().to_text(), net.save().to_text());
}

TEST(Sequential, ALoadThatFailsChangesNothing) {
  nn::Sequential<float> net =
      drawn(nn::Sequential{nn::Dense(3, 4), nn::ReLU(), nn::Dense(4, 2)}, 0);
  const nn::Rows<float> x = normal_rows<float>(5, 3), before = net.predict(x);
  const auto refuses = [&](nn::Sequential<float> other,
                           std::initializer_list<std::string_view> parts) {
    other.initialize(1);
    const Value saved = other.save();
    return throws<FormatError>([&] { net.load(saved); }, parts);
  };
  EXPECT_TRUE(refuses(nn::Sequential{nn::Dense(3, 4), nn::ReLU()}, {"2 layers", "3"}));
  EXPECT_TRUE(
      refuses(nn::Sequential{nn::Dense(3, 4), nn::ReLU(), nn::Dense(4, 3)}, {"4 × 2", "4 × 3"}));
  EXPECT_TRUE(refuses(nn::Sequential{nn::Dense(3, 4), nn::Tanh(), nn::Dense(4, 2)},
                      {"layer 1", "ReLU", "Tanh"}));
  EXPECT_TRUE(refuses(nn::Sequential{nn::Dense(3, 4), nn::ReLU(), nn::Dense(4, 2, {.bias = false})},
                      {"layer 2", "1 parameters"}));
  EXPECT_EQ(net.predict(x), before);
}

TEST(Sequential, ACopyIsIndependent) {
  nn::Sequential<float> net = passed(everything<float>(), 0);
  const nn::Sequential<float> copy = net;
  const nn::Rows<float> x = rows_with_codes<float>(4), before = net.predict(x);
  EXPECT_EQ(copy.predict(x), before);
  net.initialize(9);
  EXPECT_NE(net.predict(x), before);
  EXPECT_EQ(copy.predict(x), before);
}

TEST(Sequential, SaysWhichLayerDoesNotFit) {
  nn::Sequential<float> net{nn::Dense(3, 4), nn::ReLU(), nn::Dense(5, 2)};
  const nn::Rows<float> x = normal_rows<float>(5, 3);
  EXPECT_TRUE(throws<InvalidInput>([&] { net.forward(nn::view(x)); }, {"layer 2", "5", "4"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { net.predict(x); }, {"layer 2", "5", "4"}));
  nn::Sequential<float> empty;
  EXPECT_TRUE(throws<InvalidInput>([&] { empty.forward(nn::view(x)); }, {"no layers"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { empty.predict(x); }, {"no layers"}));
  EXPECT_TRUE(throws<InvalidParameter>([&] { net.add(nullptr); }, {"null"}));
}

TEST(Sequential, ChecksTheGradientThatIsHandedBack) {
  nn::Sequential<float> net = drawn(nn::Sequential{nn::Dense(3, 2)}, 0);
  const nn::Rows<float> x = normal_rows<float>(5, 3), dy = normal_rows<float>(5, 2);
  const nn::Rows<float> short_dy = normal_rows<float>(4, 2);
  nn::Rows<float> dx(5, 3), narrow_dx(5, 2);
  EXPECT_TRUE(throws<InvalidInput>([&] { net.backward(nn::view(dy)); }, {"before forward"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { net.backward(nn::view(dy), nn::mutable_view(dx)); },
                                   {"before forward"}));
  net.forward(nn::view(x));
  EXPECT_TRUE(throws<InvalidInput>([&] { net.backward(nn::view(short_dy)); },
                                   {"result", "5 × 2", "4 × 2"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { net.backward(nn::view(dy), nn::mutable_view(narrow_dx)); },
                                   {"input", "5 × 3", "5 × 2"}));
}

TEST(Sequential, GoesBackOnlyWhereItCameForward) {
  nn::Sequential<float> net{nn::Dense(3, 4), nn::BatchNorm(4), nn::Dense(4, 2)};
  net.initialize(0);
  const nn::Rows<float> x = normal_rows<float>(5, 3), dy = normal_rows<float>(5, 2);
  const auto backward_is_refused = [&] {
    return throws<InvalidInput>([&] { net.backward(nn::view(dy)); }, {"before forward"});
  };
  net.forward(nn::view(x));
  EXPECT_THROW(net.forward({x.data(), 1, 3}),
               InvalidInput);  // of one row, in the middle of the way
  EXPECT_TRUE(backward_is_refused());
  net.forward(nn::view(x));
  net.add(nn::Dense(2, 2));
  EXPECT_TRUE(backward_is_refused());
}

TEST(Sequential, GradientByTheInputComesBesideThoseByTheParameters) {
  nn::Sequential<double> net = drawn(
      nn::Sequential{nn::Dense<double>(3, 4), nn::Tanh<double>(), nn::Dense<double>(4, 2)}, 0);
  const nn::Rows<double> x = normal_rows(5, 3), dy = normal_rows(5, 2, 1);
  net.forward(nn::view(x));
  net.backward(nn::view(dy));
  std::vector<nn::Rows<double>> alone;
  for (const nn::Parameter<double>* p : net.parameters()) alone.push_back(p->gradient);
  nn::Rows<double> dx(5, 3);
  net.backward(nn::view(dy), nn::mutable_view(dx));
  for (std::size_t p = 0; p < alone.size(); ++p) EXPECT_EQ(net.parameters()[p]->gradient, alone[p]);
  const nn::Rows<double>& w = static_cast<const nn::Dense<double>&>(net.layer(0)).weight();
  const nn::Rows<double> hidden = (x * w).array().tanh();
  const nn::Rows<double> back =
      dy * static_cast<const nn::Dense<double>&>(net.layer(2)).weight().transpose();
  const nn::Rows<double> expected =
      (back.array() * (1.0 - hidden.array().square())).matrix() * w.transpose();
  EXPECT_LT((dx - expected).cwiseAbs().maxCoeff(), 1e-14);
}

template <class T>
void expect_predict_equals_forward(double tolerance) {
  nn::Sequential<T> net{
      nn::Dense<T>(6, 20),  nn::SiLU<T>(),
      nn::LayerNorm<T>(20), nn::Residual<T>(nn::Sequential<T>{nn::Dense<T>(20, 20), nn::ELU<T>()}),
      nn::Dropout<T>(0.0),  nn::Dense<T>(20, 2)};
  net.initialize(0);
  const nn::Rows<T> x = normal_rows<T>(300, 6);
  const nn::Rows<T> y = net.forward(nn::view(x));
  EXPECT_LT(static_cast<double>((net.predict(x) - y).cwiseAbs().maxCoeff()), tolerance);
}

TEST(Sequential, PredictEqualsForwardWhereNothingIsDropped) {
  expect_predict_equals_forward<float>(1e-5);
  expect_predict_equals_forward<double>(1e-14);
}

TEST(Sequential, ManyRowsArePredictedAsEachAlone) {
  const nn::Sequential<double> net = passed(everything<double>(0.3), 1);
  const nn::Rows<double> x = rows_with_codes<double>(333), y = net.predict(x);
  for (Index i = 0; i < x.rows(); ++i)
    ASSERT_LT((net.predict(x.row(i)) - y.row(i)).cwiseAbs().maxCoeff(), 1e-14) << i;
  EXPECT_EQ(net.predict(x.topRows(192)), y.topRows(192)) << "whole blocks have the same bits";
  EXPECT_EQ(net.predict(nn::Rows<double>(0, 6)).rows(), 0);
}

TEST(Sequential, SameBitsForAnyNumberOfThreads) {
  const nn::Rows<float> x = rows_with_codes<float>(3000), dy = normal_rows<float>(3000, 3);
  const auto with_threads = [&](int threads) {
    const ThreadLimit limit(threads);
    nn::Sequential<float> net = drawn(everything<float>(0.3), 2);
    std::vector<nn::Rows<float>> results{net.forward(nn::view(x), 5, 6)};
    net.backward(nn::view(dy));
    for (const nn::Parameter<float>* p : net.parameters()) results.push_back(p->gradient);
    results.push_back(net.predict(x));
    return results;
  };
  const std::vector<nn::Rows<float>> expected = with_threads(1);
  for (const int threads : {2, 4, 7}) EXPECT_TRUE(with_threads(threads) == expected) << threads;
}

TEST(Sequential, EachStepDrawsOtherNumbersAndTheSameStepTheSame) {
  nn::Sequential<float> net = drawn(everything<float>(0.3), 2);
  const nn::Rows<float> x = rows_with_codes<float>(30);
  const nn::Rows<float> first = net.forward(nn::view(x), 5, 0);
  EXPECT_NE(net.forward(nn::view(x), 5, 1), first);
  EXPECT_NE(net.forward(nn::view(x), 6, 0), first);
  EXPECT_EQ(net.forward(nn::view(x), 5, 0), first);
}

TEST(Sequential, PredictionAllocatesNothing) {
#if ESPALIER_COUNTS_ALLOCATIONS
  const nn::Sequential<float> net = passed(everything<float>(0.3), 1);
  std::vector<std::unique_ptr<nn::Layer<float>>> layers;
  for (std::size_t i = 0; i < names_of(nn::Activation{}).size(); ++i)
    layers.push_back(nn::make_activation<float>(static_cast<nn::Activation>(i)));
  layers.push_back(nn::GELU<float>({.approximate = true}).clone());
  layers.push_back(nn::Dropout<float>().clone());
  layers.push_back(nn::BatchNorm<float>(6).clone());
  layers.push_back(nn::LayerNorm<float>(6).clone());
  layers.push_back(nn::Embedding<float>(6, {{1, 3, 1}}).clone());
  const nn::Rows<float> x = rows_with_codes<float>(100);
  nn::Rows<float> y(100, 6), z(1, 3);
  std::vector<float> scratch(static_cast<std::size_t>(net.scratch_size(1, 6)));
  const long before = n_allocations;
  for (const auto& layer : layers) layer->forward(nn::view(x), nn::mutable_view(y));
  EXPECT_EQ(n_allocations, before) << "layers on 100 rows";
  for (int i = 0; i < 3; ++i)
    net.predict({x.data() + 6 * i, 1, 6}, nn::mutable_view(z), scratch.data());
  EXPECT_EQ(n_allocations, before) << "a network on one row";
  EXPECT_EQ(z, net.predict(x.row(2)));
  EXPECT_GT(n_allocations, before) << "the count works";
#else
  GTEST_SKIP() << "the sanitizers have a malloc of their own";
#endif
}

}  // namespace
}  // namespace espalier
