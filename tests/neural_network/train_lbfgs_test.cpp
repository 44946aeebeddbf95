// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/train_lbfgs.hpp>

#include <limits>
#include <stop_token>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/cross_entropy.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/dropout.hpp>
#include <espalier/neural_network/regression_losses.hpp>
#include <espalier/neural_network/residual.hpp>

#include "neural_network/training_data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

TEST(TrainLbfgs, OfOneLayerIsLogisticRegression) {
  const ClassificationData data = make_classification(
      {.n_samples = 400, .n_features = 6, .n_informative = 4, .n_classes = 3, .random_state = 1});
  const LogisticRegression model =
      LogisticRegression({.C = 0.5, .tol = 1e-10, .max_iter = 1000}).fit(data.X, data.y);

  Sequential<double> net{Dense<double>(6, 3)};
  net.initialize(0);
  DataLoader<double> loader(data.X, data.y);
  const OptimResult result = train_lbfgs(net, CrossEntropy<double>(), loader,
                                         {.l2 = 1.0 / (0.5 * 400.0), .solver = {.gtol = 1e-9}});
  EXPECT_TRUE(result.converged);
  Rows<double> p = net.predict(data.X);
  CrossEntropy<double>().predict(mutable_view(p));
  EXPECT_LE((Matrix(p) - model.predict_proba(data.X)).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(TrainLbfgs, WithWeightsAndManyRowsIsRidge) {
  const Index n = 20'000;  // three blocks
  Random random(0);
  Matrix X(n, 4);
  for (double& x : X.reshaped()) x = random.normal();
  Vector y = X * Vector{{1.0, -2.0, 0.5, 3.0}}, weight(n);
  for (Index i = 0; i < n; ++i) {
    y[i] += 0.3 * random.normal() + 5.0;
    weight[i] = random.uniform(0.5, 2.0);
  }
  const double alpha = 700.0;
  const Ridge ridge = Ridge({.alpha = alpha}).fit(X, y, {.sample_weight = weight});
  for (const bool sparse : {false, true}) {
    Sequential<double> net{Dense<double>(4, 1)};
    net.initialize(0);
    const SparseMatrix entries = X.sparseView();
    DataLoader<double> loader(sparse ? Features(entries) : Features(X), y,
                              {.sample_weight = weight});
    // Ridge: Σ w·e² + α‖W‖²; here Σ w·e² / Σ w + ½·l2·‖W‖².
    train_lbfgs(net, MSE<double>(), loader,
                {.l2 = 2.0 * alpha / weight.sum(), .solver = {.gtol = 1e-10}});
    EXPECT_LE((net.predict(X) - ridge.predict(X)).cwiseAbs().maxCoeff(), 1e-7);
  }
}

TEST(TrainLbfgs, LearnsWhatNoLineDividesInFloatAsInDouble) {
  const ClassificationData data = two_moons(300);
  const auto train = [&]<class T>(T /*scalar*/) {
    Sequential<T> net{Dense<T>(2, 10), ReLU<T>(), Dense<T>(10, 2)};
    net.initialize(1);
    DataLoader<T> loader(data.X, data.y);
    const double value =
        train_lbfgs(net, CrossEntropy<T>(), loader, {.l2 = 1e-4, .solver = {.max_iter = 300}})
            .value;
    const Rows<T> z = net.predict(data.X);
    int right = 0;
    for (Index i = 0; i < 300; ++i) right += (z(i, 1) > z(i, 0) ? 1 : 0) == data.y[i];
    EXPECT_GE(right, 297);
    return value;
  };
  EXPECT_LT(train(1.0), 0.05);
  EXPECT_LT(train(1.0F), 0.05);
}

TEST(TrainLbfgs, TheNumberOfThreadsChangesNoBit) {
  const ClassificationData data = two_moons(9000);
  Vector expected;
  for (const int threads : {1, 2, 4, 7}) {
    Sequential<float> net = small_network<float>();
    DataLoader<float> loader(data.X, data.y);
    const OptimResult result = train_lbfgs(net, CrossEntropy(), loader, {.solver = {.max_iter = 5}},
                                           {.n_threads = threads});
    if (expected.size() == 0) expected = result.x;
    EXPECT_EQ(result.x, expected) << threads;
  }
}

TEST(TrainLbfgs, ReportsAndStopsAndLeavesTheNetworkAsItWas) {
  const ClassificationData data = two_moons(100);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y);
  const Rows<double> before = net.predict(data.X);
  std::stop_source stop;
  int reports = 0;
  const FitContext context{.callback =
                               [&](const Progress& p) {
                                 EXPECT_EQ(p.iteration, ++reports);
                                 if (reports == 3) stop.request_stop();
                               },
                           .stop = stop.get_token()};
  EXPECT_THROW(train_lbfgs(net, CrossEntropy<double>(), loader, {}, context), Cancelled);
  EXPECT_EQ(reports, 3);
  EXPECT_EQ(net.predict(data.X), before);
}

TEST(TrainLbfgs, RefusesWhatItCannotMinimise) {
  const ClassificationData data = two_moons(50);
  DataLoader<double> loader(data.X, data.y);
  Sequential<double> dropout{Dense<double>(2, 16), Dropout<double>(0.5), Dense<double>(16, 2)};
  Sequential<double> seldom{Dense<double>(2, 2),
                            Residual<double>(Sequential<double>{Dropout<double>(1e-4)})};
  Sequential<double> normalised{Dense<double>(2, 16), BatchNorm<double>(16), Dense<double>(16, 2)};
  for (Sequential<double>* net : {&dropout, &seldom, &normalised}) {
    net->initialize(0);
    EXPECT_TRUE(throws<NotSupported>([&] { train_lbfgs(*net, CrossEntropy<double>(), loader); },
                                     {"dropout", "Trainer"}));
  }
  Sequential<double> net = small_network<double>();
  EXPECT_TRUE(throws<InvalidParameter>(
      [&] { train_lbfgs(net, CrossEntropy<double>(), loader, {.l2 = -1.0}); }, {"l2", "-1"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        train_lbfgs(net, CrossEntropy<double>(), loader, {}, {.sample_weight = Vector::Ones(50)});
      },
      {"train_lbfgs", "DataLoader"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        train_lbfgs(net, CrossEntropy<double>(), loader, {},
                    {.validation = ValidationSet{data.X, data.y}});
      },
      {"validation"}));
}

}  // namespace
}  // namespace espalier::nn
