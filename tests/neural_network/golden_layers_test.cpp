// SPDX-License-Identifier: BSD-3-Clause
// Layers against PyTorch: forward and back, by x and by the parameters.
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/embedding.hpp>
#include <espalier/neural_network/layer_norm.hpp>

#include "support/golden.hpp"
#include "support/layers.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using namespace testing_support;

constexpr double tolerance = 1e-11;

const nlohmann::json& cases() { return golden("neural_network_layers.json"); }

nn::Rows<double> rows(const nlohmann::json& values) { return to_matrix(values); }

/// Sets the parameters of the case, and compares what comes out and what goes back.
void expect_torch(nn::Layer<double>& layer, const nlohmann::json& expected) {
  for (nn::Parameter<double>* p : layer.parameters())
    p->value = rows(expected["parameters"].at(p->name));
  const nn::Rows<double> x = rows(expected["x"]), y = forward_training(layer, x);
  EXPECT_TRUE(near(Matrix(y), to_matrix(expected["y"]), tolerance)) << "y";
  const nn::Rows<double> dx = backward(layer, x, y, rows(expected["dy"]));
  EXPECT_LT((dx - rows(expected["dx"])).cwiseAbs().maxCoeff(), tolerance) << "dx";
  EXPECT_EQ(layer.parameters().size(), expected["gradients"].size());
  for (const nn::Parameter<double>* p : layer.parameters())
    EXPECT_LT((p->gradient - rows(expected["gradients"].at(p->name))).cwiseAbs().maxCoeff(),
              tolerance)
        << p->name;
}

TEST(Torch, Activations) {
  std::map<std::string, std::unique_ptr<nn::Layer<double>>> layers;
  layers["ReLU"] = nn::ReLU<double>().clone();
  layers["LeakyReLU"] = nn::LeakyReLU<double>().clone();
  layers["LeakyReLU_0.2"] = nn::LeakyReLU<double>(0.2).clone();
  layers["ELU"] = nn::ELU<double>().clone();
  layers["ELU_0.7"] = nn::ELU<double>(0.7).clone();
  layers["SELU"] = nn::SELU<double>().clone();
  layers["Sigmoid"] = nn::Sigmoid<double>().clone();
  layers["Tanh"] = nn::Tanh<double>().clone();
  layers["Softplus"] = nn::Softplus<double>().clone();
  layers["SiLU"] = nn::SiLU<double>().clone();
  layers["GELU"] = nn::GELU<double>().clone();
  layers["GELU_approximate"] = nn::GELU<double>({.approximate = true}).clone();
  layers["Softmax"] = nn::Softmax<double>().clone();
  for (const auto& [name, expected] : cases()["activations"].items()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(layers.contains(name));
    expect_torch(*layers[name], expected);
  }
}

void expect_torch_batch_norm(nn::BatchNorm<double> layer, const nlohmann::json& expected) {
  for (const auto& pass : expected["passes"]) expect_torch(layer, pass);
  EXPECT_TRUE(near(Matrix(layer.running_mean()), to_matrix(expected["running_mean"]), tolerance));
  EXPECT_TRUE(
      near(Matrix(layer.running_variance()), to_matrix(expected["running_variance"]), tolerance));
  const nn::Rows<double> y = forward(layer, rows(expected["eval"]["x"]));
  EXPECT_TRUE(near(Matrix(y), to_matrix(expected["eval"]["y"]), tolerance));
}

TEST(Torch, BatchNormInTrainingAndAfterIt) {
  expect_torch_batch_norm(nn::BatchNorm<double>(5), cases()["batch_norm"]);
  expect_torch_batch_norm(nn::BatchNorm<double>(5, {.epsilon = 0.1, .momentum = 0.3}),
                          cases()["batch_norm_options"]);
}

TEST(Torch, LayerNorm) {
  nn::LayerNorm<double> standard(5), smooth(5, {.epsilon = 0.1}), plain(5, {.affine = false});
  expect_torch(standard, cases()["layer_norm"]);
  expect_torch(smooth, cases()["layer_norm_epsilon"]);
  expect_torch(plain, cases()["layer_norm_plain"]);
}

TEST(Torch, Embedding) {
  nn::Embedding<double> embedding(4, {{.column = 3, .categories = 4, .dimension = 3},
                                      {.column = 1, .categories = 3, .dimension = 2}});
  expect_torch(embedding, cases()["embedding"]);
}

}  // namespace
}  // namespace espalier
