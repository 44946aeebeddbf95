// SPDX-License-Identifier: BSD-3-Clause
// Whole trainings against PyTorch, step by step from the same numbers on the same batches.
#include <gtest/gtest.h>

#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/adam.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/cross_entropy.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/layer_norm.hpp>
#include <espalier/neural_network/regression_losses.hpp>
#include <espalier/neural_network/residual.hpp>
#include <espalier/neural_network/rmsprop.hpp>
#include <espalier/neural_network/sgd.hpp>
#include <espalier/neural_network/trainer.hpp>

#include "neural_network/network_values.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

/// Errors of rounding grow from step to step.
constexpr double tolerance = 1e-11;

class TorchTraining {
 public:
  explicit TorchTraining(const char* name) : case_(golden("neural_network_training.json")[name]) {}

  Sequential<double> begin(Sequential<double> net) const {
    std::vector<Rows<double>> first;
    for (const nlohmann::json& numbers : case_["first"]) first.emplace_back(to_matrix(numbers));
    EXPECT_EQ(first.size(), learned(net).size());
    set_values(net, first);
    return net;
  }
  /// Trains, and compares losses, numbers and results.
  void expect_same(Sequential<double>& net, Trainer<double> trainer, const Target& y) const {
    const Matrix X = to_matrix(case_["X"]);
    DataLoaderOptions options{.batch_size = 8, .shuffle = false};
    if (case_.contains("weights")) options.sample_weight = to_vector(case_["weights"]);
    DataLoader<double> loader(X, y, options);
    trainer.options().epochs = static_cast<int>(case_["losses"].size());
    trainer.fit(loader);
    EXPECT_TRUE(near(trainer.history().training(), to_vector(case_["losses"]), tolerance));
    const std::vector<Rows<double>> values = values_of(net);
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_LT((Matrix(values[i]) - to_matrix(case_["last"][i])).cwiseAbs().maxCoeff(), tolerance)
          << learned(net)[i]->name << ", " << i;
    EXPECT_LT((Matrix(net.predict(X)) - to_matrix(case_["z"])).cwiseAbs().maxCoeff(), tolerance);
  }
  Matrix y() const { return to_matrix(case_["y"]); }

 private:
  const nlohmann::json& case_;
};

TEST(TorchTraining, AdamWithBatchNorm) {
  const TorchTraining torch("adam_batch_norm");
  Sequential<double> net =
      torch.begin(Sequential{Dense<double>(4, 8, {.bias = false}), BatchNorm<double>(8),
                             ReLU<double>(), Dense<double>(8, 3)});
  torch.expect_same(net,
                    Trainer(net, CrossEntropy<double>({.label_smoothing = 0.1}),
                            Adam<double>({.learning_rate = 0.02})),
                    Labels(torch.y().col(0).cast<int>()));
}

TEST(TorchTraining, MomentumAndWeightDecayWithLayerNorm) {
  const TorchTraining torch("sgd_layer_norm");
  Sequential<double> net = torch.begin(
      Sequential{Dense<double>(4, 7), LayerNorm<double>(7), Tanh<double>(), Dense<double>(7, 2)});
  torch.expect_same(
      net,
      Trainer(
          net, MSE<double>(),
          SGD<double>(
              {.learning_rate = 0.05, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01})),
      torch.y());
}

TEST(TorchTraining, RMSpropOnWeightedRowsWithAResidualBlock) {
  const TorchTraining torch("rmsprop_residual");
  Sequential<double> net = torch.begin(
      Sequential{Dense<double>(4, 6),
                 Residual(Sequential{Dense<double>(6, 6, {.bias = false}),
                                     BatchNorm<double>(6, {.momentum = 0.3}), SiLU<double>()}),
                 Dense<double>(6, 1)});
  torch.expect_same(
      net,
      Trainer(net, BinaryCrossEntropy<double>(),
              RMSprop<double>({.learning_rate = 0.01, .alpha = 0.9, .momentum = 0.5})),
      torch.y());
}

TEST(TorchTraining, AdamWWithClippingAndScheduleWithLayerNorm) {
  const TorchTraining torch("adamw_layer_norm");
  Sequential<double> net = torch.begin(
      Sequential{Dense<double>(4, 6), GELU<double>(), LayerNorm<double>(6), Dense<double>(6, 1)});
  torch.expect_same(
      net,
      Trainer(net, HuberLoss<double>(), AdamW<double>({.learning_rate = 0.03, .weight_decay = 0.1}),
              ExponentialSchedule({.gamma = 0.8}), {.clip_norm = 0.5}),
      torch.y());
}

}  // namespace
}  // namespace espalier::nn
