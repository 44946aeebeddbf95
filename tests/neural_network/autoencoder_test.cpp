// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <algorithm>

#include <espalier/core/random.hpp>
#include <espalier/decomposition/pca.hpp>
#include <espalier/neural_network/autoencoder.hpp>

#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier {
namespace {

using testing_support::near;
using testing_support::throws;

/// Three columns near a plane through the origin.
Matrix plane(Index n) {
  Random random(1);
  Matrix X(n, 3);
  for (Index i = 0; i < n; ++i) {
    const double a = random.normal(), b = random.normal();
    X.row(i) << a, b, a - 0.5 * b + 0.05 * random.normal();
  }
  return X.rowwise() - X.colwise().mean();
}

TEST(Autoencoder, WithoutActivationRestoresAsMuchAsPCA) {
  const Matrix X = plane(200);
  Autoencoder model({.n_components = 2,
                     .hidden_layer_sizes = {},
                     .activation = nn::Activation::identity,
                     .solver = MLPSolver::lbfgs,
                     .alpha = 0.0,
                     .max_iter = 1000,
                     .random_state = 0,
                     .tol = 1e-8});
  model.fit(X);
  PCA pca({.n_components = 2});
  const Matrix restored = pca.inverse_transform(pca.fit_transform(X)).to_matrix();
  const double error = (X - restored).squaredNorm() / static_cast<double>(X.size());
  EXPECT_TRUE(near(model.reconstruction_error(X).mean(), error, 1e-3));
  EXPECT_TRUE(near(2.0 * model.loss(), error, 1e-3));
}

TEST(Autoencoder, DecodesWhatItEncodes) {
  const Matrix X = plane(60);
  for (const bool batch_norm : {false, true}) {
    Autoencoder model({.n_components = 2,
                       .hidden_layer_sizes = {7, 5},
                       .decoder_layer_sizes = {{6}},
                       .max_iter = 3,
                       .random_state = 0,
                       .batch_norm = batch_norm});
    const Features code = model.fit(X).transform(X);
    EXPECT_EQ(code.cols(), 2);
    EXPECT_EQ(model.get_feature_names_out()[1], "autoencoder1");
    ASSERT_EQ(model.coefs().size(), 5U);
    EXPECT_EQ(model.coefs()[3].cols(), 6);
    const Matrix restored = model.inverse_transform(code).to_matrix();
    const Vector error = (X - restored).rowwise().squaredNorm() / 3.0;
    EXPECT_TRUE(near(model.reconstruction_error(X), error, 1e-12));
    EXPECT_EQ(model.score_samples(X), -model.reconstruction_error(X));
  }
}

TEST(Autoencoder, WarmStartKeepsTheCodeInItsPlace) {
  const Matrix X = plane(60);
  Autoencoder model({.n_components = 2,
                     .hidden_layer_sizes = {4},
                     .max_iter = 2,
                     .random_state = 0,
                     .warm_start = true});
  model.fit(X);
  model.params().hidden_layer_sizes = {};
  model.params().n_components = 4;
  model.params().decoder_layer_sizes = {{2, 4}};  // as wide as before, layer by layer
  EXPECT_TRUE(
      throws<InvalidInput>([&] { model.fit(X); }, {"Autoencoder", "after layer 2", "not 1"}));
  EXPECT_EQ(model.transform(X).cols(), 2);
}

TEST(Autoencoder, RestoresStrangersBadly) {
  const Matrix X = plane(300);
  Autoencoder model({.n_components = 2,
                     .hidden_layer_sizes = {8},
                     .batch_size = 32,
                     .learning_rate_init = 0.01,
                     .max_iter = 60,
                     .random_state = 0});
  model.fit(X);
  Matrix strangers(2, 3);
  strangers << 1.0, 0.0, -1.5, 0.0, 1.0, 1.5;
  const double usual = model.reconstruction_error(X).mean();
  EXPECT_GT(model.reconstruction_error(strangers).minCoeff(), 10.0 * usual);
}

}  // namespace
}  // namespace espalier
