// SPDX-License-Identifier: BSD-3-Clause
// Dropout, normalisation, residual blocks and embeddings.
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/dropout.hpp>
#include <espalier/neural_network/embedding.hpp>
#include <espalier/neural_network/gradient_check.hpp>
#include <espalier/neural_network/layer_norm.hpp>
#include <espalier/neural_network/residual.hpp>

#include "support/expect_error.hpp"
#include "support/layers.hpp"

namespace espalier {
namespace {

using namespace testing_support;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The layers of this file with values that are neither 0 nor 1, for rows of 4 numbers.
template <class T>
std::vector<std::unique_ptr<nn::Layer<T>>> all_layers() {
  std::vector<std::unique_ptr<nn::Layer<T>>> all;
  all.push_back(nn::Dense<T>(4, 6).clone());
  all.push_back(nn::Dropout<T>(0.3).clone());
  all.push_back(nn::BatchNorm<T>(4).clone());
  all.push_back(nn::BatchNorm<T>(4, {.affine = false}).clone());
  all.push_back(nn::LayerNorm<T>(4).clone());
  all.push_back(nn::LayerNorm<T>(4, {.affine = false}).clone());
  all.push_back(
      nn::Residual<T>(nn::Sequential<T>{nn::Dense<T>(4, 7), nn::Tanh<T>(), nn::BatchNorm<T>(7),
                                        nn::Dropout<T>(0.2), nn::Dense<T>(7, 4)})
          .clone());
  all.push_back(nn::Embedding<T>(4, {{2, 3, 2}, {0, 5, 3}}).clone());
  for (std::size_t i = 0; i < all.size(); ++i) {
    Random random(5, i);
    all[i]->initialize(random);
    for (nn::Parameter<T>* p : all[i]->parameters())
      p->value += normal_rows<T>(p->value.rows(), p->value.cols(), i, 0.3);
  }
  return all;
}

/// n × 4; columns 0 and 2 have codes, some of which are none.
template <class T = double>
nn::Rows<T> rows_with_codes(Index n) {
  nn::Rows<T> x = normal_rows<T>(n, 4, 9);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = static_cast<T>(i % 7 - 1);
    x(i, 2) = static_cast<T>(i % 3);
  }
  return x;
}

TEST(Layers, GradientsAreThoseOfDifferences) {
  for (const auto& layer : all_layers<double>())
    for (const nn::GradientDifference& d : nn::gradient_differences(*layer, rows_with_codes(6)))
      EXPECT_LT(d.relative, 1e-6) << layer->name() << " by " << d.by;
}

/// Everything that a layer computes, forward and back.
std::vector<nn::Rows<float>> all_results(nn::Layer<float>& layer, const nn::Rows<float>& x) {
  std::vector<nn::Rows<float>> results{forward_training(layer, x)};
  const nn::Rows<float> dy = normal_rows<float>(x.rows(), results[0].cols(), 4);
  results.push_back(backward(layer, x, results[0], dy));
  for (const nn::Parameter<float>* p : layer.parameters()) results.push_back(p->gradient);
  for (const nn::Parameter<float>* p : layer.statistics()) results.push_back(p->value);
  results.push_back(forward(layer, x));
  return results;
}

TEST(Layers, SameBitsForAnyNumberOfThreads) {
  const nn::Rows<float> narrow = rows_with_codes<float>(20'000),
                        wide = normal_rows<float>(700, 200);
  std::vector<std::unique_ptr<nn::Layer<float>>> layers = all_layers<float>();
  const std::size_t n_narrow = layers.size();
  layers.push_back(nn::BatchNorm<float>(200).clone());
  layers.push_back(nn::LayerNorm<float>(200).clone());
  layers.push_back(nn::Softmax<float>().clone());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const nn::Rows<float>& x = i < n_narrow ? narrow : wide;
    const auto with_threads = [&](int threads) {
      const ThreadLimit limit(threads);
      return all_results(*layers[i]->clone(), x);
    };
    const std::vector<nn::Rows<float>> expected = with_threads(1);
    for (const int threads : {2, 4, 7})
      EXPECT_TRUE(with_threads(threads) == expected) << layers[i]->name() << ", " << threads;
  }
}

TEST(Layers, RefuseRowsOfAnotherWidth) {
  for (const auto& layer : all_layers<float>())
    if (layer->name() != "Dropout") {
      EXPECT_TRUE(throws<InvalidInput>([&] { (void)layer->outputs(5); },
                                       {std::string(layer->name()), "4", "5"}));
    }
}

TEST(Dropout, ZeroesItsShareAndKeepsTheMean) {
  const Index n = 1'000'000;
  const nn::Rows<float> ones = nn::Rows<float>::Ones(1000, n / 1000);
  for (const double rate : {0.0, 0.1, 0.5, 0.9}) {
    nn::Dropout<float> dropout(rate);
    const nn::Rows<float> y = forward_training(dropout, ones);
    const double deviation = std::sqrt(rate * (1.0 - rate) / static_cast<double>(n));
    EXPECT_NEAR((y.array() == 0.0F).cast<double>().mean(), rate, 4.0 * deviation + 1e-5);
    EXPECT_NEAR(y.cast<double>().mean(), 1.0, 4.0 * deviation / (1.0 - rate) + 1e-6);
    EXPECT_NEAR(y.maxCoeff(), 1.0 / (1.0 - rate), 1e-3);
    EXPECT_EQ(forward(dropout, ones), ones);
  }
}

TEST(Dropout, MaskFollowsFromTheRandomNumbersAndIsTheSameOnTheWayBack) {
  nn::Dropout<double> dropout(0.4);
  const nn::Rows<double> ones = nn::Rows<double>::Ones(9, 13);
  const nn::Rows<double> y = forward_training(dropout, ones, 1);
  EXPECT_EQ(backward(dropout, ones, y, ones), y);
  EXPECT_EQ(backward(dropout, ones, y, ones), y) << "as often as one likes";
  EXPECT_EQ(forward_training(dropout, ones, 1), y);
  EXPECT_NE(forward_training(dropout, ones, 2), y);
}

/// Each place of a mask is independent of the other places of its draw.
TEST(Dropout, NeighboursAreIndependent) {
  nn::Dropout<double> dropout(0.5);
  const nn::Rows<double> ones = nn::Rows<double>::Ones(1, 400'000);
  const nn::Rows<double> y = forward_training(dropout, ones);
  for (Index lag = 1; lag <= 5; ++lag) {
    const Index n = y.cols() - lag;
    const double correlation =
        ((y.leftCols(n).array() - 1.0) * (y.rightCols(n).array() - 1.0)).mean();
    EXPECT_LT(std::abs(correlation), 4.0 / std::sqrt(static_cast<double>(n))) << lag;
  }
}

TEST(Dropout, ChecksItsRate) {
  for (const double rate : {-0.1, 1.0, nan})
    EXPECT_TRUE(throws<InvalidParameter>([&] { nn::Dropout<float>{rate}; }, {"Dropout", "[0, 1)"}));
}

TEST(BatchNorm, OneRowIsRefusedInTrainingAndChangesNothing) {
  nn::BatchNorm<double> layer(3);
  const nn::Rows<double> one = normal_rows(1, 3);
  EXPECT_TRUE(throws<InvalidInput>([&] { forward_training(layer, one); },
                                   {"BatchNorm", "one row", "batch_size", "drop_last"}));
  EXPECT_EQ(layer.running_mean(), nn::Rows<double>::Zero(1, 3));
  EXPECT_EQ(forward(layer, one).rows(), 1);
}

TEST(BatchNorm, ColumnsOfABatchGetMeanZeroAndVarianceOne) {
  nn::BatchNorm<float> layer(130);
  nn::Rows<float> x = normal_rows<float>(5000, 130, 0, 3.0);
  x.array() += 1000.0F;
  const Matrix y = forward_training(layer, x).cast<double>();
  EXPECT_LT(y.colwise().mean().cwiseAbs().maxCoeff(), 1e-3);
  EXPECT_LT((y.array().square().colwise().mean() - 1.0).abs().maxCoeff(), 1e-3);
}

TEST(BatchNorm, AfterManyBatchesItDoesAloneWhatItDidInTraining) {
  nn::BatchNorm<double> layer(3, {.momentum = 0.5});
  const nn::Rows<double> x = normal_rows(200, 3, 0, 2.0);
  nn::Rows<double> in_training;
  for (int i = 0; i < 60; ++i) in_training = forward_training(layer, x);
  EXPECT_LT((forward(layer, x) - in_training).cwiseAbs().maxCoeff(), 0.01);
  Random random(0);
  layer.initialize(random);
  EXPECT_EQ(layer.running_variance(), nn::Rows<double>::Ones(1, 3));
}

TEST(Normalisation, ChecksItsOptions) {
  EXPECT_TRUE(throws<InvalidParameter>([] { nn::BatchNorm<float>{0}; }, {"BatchNorm", "0"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { nn::LayerNorm<float>{0}; }, {"LayerNorm", "0"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        nn::BatchNorm<float>{2, {.epsilon = 0.0}};
      },
      {"BatchNorm", "epsilon"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        nn::LayerNorm<float>{2, {.epsilon = nan}};
      },
      {"LayerNorm", "epsilon"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        nn::BatchNorm<float>{2, {.momentum = 1.5}};
      },
      {"BatchNorm", "momentum", "1.5"}));
}

TEST(LayerNorm, TrainsAsItIsApplied) {
  nn::LayerNorm<float> layer(37);
  const nn::Rows<float> x = normal_rows<float>(50, 37, 0, 5.0);
  const nn::Rows<float> y = forward(layer, x);
  EXPECT_EQ(forward_training(layer, x), y);
  EXPECT_LT(y.rowwise().mean().cwiseAbs().maxCoeff(), 1e-6F);
  EXPECT_LT((y.array().square().rowwise().mean() - 1.0F).abs().maxCoeff(), 1e-4F);
}

TEST(Residual, AddsItsInput) {
  nn::Residual<double> block(
      nn::Sequential<double>{nn::Dense<double>(3, 8), nn::Tanh<double>(), nn::Dense<double>(8, 3)});
  Random random(1);
  block.initialize(random);
  const nn::Rows<double> x = normal_rows(10, 3);
  EXPECT_EQ(forward(block, x), x + block.inner().predict(x));
  EXPECT_LT((forward_training(block, x) - forward(block, x)).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_EQ(block.parameters().size(), 4U);
}

TEST(Residual, SaysWhyItsLayersDoNotFit) {
  EXPECT_TRUE(throws<InvalidParameter>([] { nn::Residual{nn::Sequential<float>()}; },
                                       {"Residual", "no inner layers"}));
  const nn::Residual wider{nn::Sequential{nn::Dense(4, 5)}};
  EXPECT_TRUE(throws<InvalidInput>([&] { (void)wider.outputs(4); }, {"Residual", "4", "5"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { (void)wider.outputs(3); }, {"Residual", "Dense", "4", "3"}));
}

TEST(Embedding, PutsNumbersFirstAndThenVectors) {
  nn::Embedding<float> layer(4, {{.column = 2, .categories = 3, .dimension = 2},
                                 {.column = 0, .categories = 2, .dimension = 1}});
  Random random(0);
  layer.initialize(random);
  EXPECT_EQ(layer.outputs(4), 5);
  const nn::Rows<float> y = forward(layer, nn::Rows<float>{{1.0F, 7.0F, 2.0F, 8.0F}});
  EXPECT_EQ(y, (nn::Rows<float>{{7.0F, 8.0F, layer.table(0)(2, 0), layer.table(0)(2, 1),
                                 layer.table(1)(1, 0)}}));
  EXPECT_NE(layer.table(0)(2, 0), 0.0F);
}

TEST(Embedding, WhatIsNoCodeSharesARowThatBeginsAtZero) {
  nn::Embedding<double> layer(1, {{.column = 0, .categories = 3, .dimension = 2}});
  Random random(0);
  layer.initialize(random);
  const double infinity = std::numeric_limits<double>::infinity();
  const nn::Rows<double> strange{{nan}, {-1.0}, {3.0}, {0.5}, {1e300}, {infinity}, {-infinity}};
  EXPECT_EQ(forward(layer, strange), nn::Rows<double>::Zero(7, 2));
  layer.parameters()[0]->value.row(3) << 4.0, 5.0;
  EXPECT_EQ(forward(layer, strange), (nn::Rows<double>{{4.0, 5.0}}.replicate(7, 1)));
}

TEST(Embedding, GradientTouchesTheRowsThatOccur) {
  nn::Embedding<double> layer(2, {{.column = 1, .categories = 4, .dimension = 1}});
  const nn::Rows<double> x{{10.0, 2.0}, {20.0, 0.0}, {30.0, 2.0}, {40.0, nan}};
  const nn::Rows<double> dy{{1.0, 0.1}, {2.0, 0.2}, {3.0, 0.4}, {4.0, 0.8}};
  const nn::Rows<double> dx = backward(layer, x, forward_training(layer, x), dy);
  EXPECT_EQ(dx, (nn::Rows<double>{{1.0, 0.0}, {2.0, 0.0}, {3.0, 0.0}, {4.0, 0.0}}));
  EXPECT_EQ(layer.parameters()[0]->gradient, (nn::Rows<double>{{0.2}, {0.0}, {0.5}, {0.0}, {0.8}}));
}

TEST(Embedding, ChecksItsColumns) {
  const auto refuses = [](std::vector<nn::EmbeddedColumn> columns,
                          std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>([&] { nn::Embedding<float>(3, columns); }, parts);
  };
  EXPECT_TRUE(refuses({}, {"Embedding", "no columns"}));
  EXPECT_TRUE(refuses({{3, 2, 2}}, {"column 3", "3 inputs"}));
  EXPECT_TRUE(refuses({{-1, 2, 2}}, {"column -1"}));
  EXPECT_TRUE(refuses({{1, 2, 2}, {1, 4, 1}}, {"column 1", "twice"}));
  EXPECT_TRUE(refuses({{1, 0, 2}}, {"column 1", "categories", "0"}));
  EXPECT_TRUE(refuses({{1, 2, 0}}, {"column 1", "dimension", "0"}));
  EXPECT_TRUE(refuses({{1, (Index{1} << 24) + 1, 1}}, {"column 1", "16777216"}));
}

}  // namespace
}  // namespace espalier
