// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/trainer.hpp>

#include <cmath>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/progress_bar.hpp>
#include <espalier/datasets/make_classification.hpp>
#include <espalier/neural_network/activations.hpp>
#include <espalier/neural_network/adam.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/cross_entropy.hpp>
#include <espalier/neural_network/dense.hpp>
#include <espalier/neural_network/hinge.hpp>
#include <espalier/neural_network/regression_losses.hpp>
#include <espalier/neural_network/sgd.hpp>
#include <espalier/neural_network/train_lbfgs.hpp>

#include "neural_network/training_data.hpp"
#include "support/expect_error.hpp"
#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

template <class T>
std::vector<Rows<T>> weights_of(Sequential<T>& net) {
  std::vector<Rows<T>> weights;
  for (const Parameter<T>* p : net.parameters()) weights.push_back(p->value);
  return weights;
}

TEST(Trainer, ItsLoopIsTheOneWrittenByHand) {
  const ClassificationData data = two_moons(200);
  Sequential<double> net = small_network<double>(), by_hand = net;
  DataLoader<double> loader(data.X, data.y, {.batch_size = 30});
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>(), {.epochs = 4});
  trainer.fit(loader);

  const CrossEntropy<double> loss;
  Adam<double> optimizer;
  Rows<double> gradient;
  std::vector<double> losses;
  for (Index epoch = 0; epoch < 4; ++epoch) {
    double total = 0.0;
    for (const MiniBatch<double>& batch : loader.epoch(epoch)) {
      total +=
          static_cast<double>(batch.X.rows()) * loss(by_hand.forward(batch.X), batch.y, gradient);
      by_hand.backward(view(gradient));
      optimizer.step(by_hand.parameters());
    }
    losses.push_back(total / 200.0);
  }
  EXPECT_EQ(weights_of(net), weights_of(by_hand));
  ASSERT_EQ(trainer.history().size(), 4);
  for (Index i = 0; i < 4; ++i)
    EXPECT_DOUBLE_EQ(trainer.history()[i].loss, losses[static_cast<std::size_t>(i)]);
}

TEST(Trainer, PenaltiesClippingAndScheduleAreThoseOfTheParts) {
  const ClassificationData data = two_moons(64);
  Sequential<double> net = small_network<double>(), by_hand = net;
  DataLoader<double> loader(data.X, data.y, {.batch_size = 16, .shuffle = false});
  Trainer trainer(net, CrossEntropy<double>(), SGD<double>({.learning_rate = 0.5}),
                  StepSchedule({.step_size = 1, .gamma = 0.5}),
                  {.epochs = 2, .l1 = 0.01, .l2 = 0.1, .clip_norm = 0.3, .clip_value = 0.2});
  trainer.fit(loader);
  EXPECT_EQ(trainer.history()[0].learning_rate, 0.5);
  EXPECT_EQ(trainer.history()[1].learning_rate, 0.25);

  Rows<double> gradient;
  int clipped = 0;
  for (Index epoch = 0; epoch < 2; ++epoch)
    for (const MiniBatch<double>& batch : loader.epoch(epoch)) {
      CrossEntropy<double>()(by_hand.forward(batch.X), batch.y, gradient);
      by_hand.backward(view(gradient));
      double squares = 0.0;
      for (Parameter<double>* p : by_hand.parameters()) {
        if (p->penalised) p->gradient += 0.01 * p->value.cwiseSign() + 0.1 * p->value;
        p->gradient = p->gradient.cwiseMin(0.2).cwiseMax(-0.2);
        squares += p->gradient.squaredNorm();
      }
      const double shrink = std::min(1.0, 0.3 / std::sqrt(squares));
      clipped += shrink < 1.0;
      for (Parameter<double>* p : by_hand.parameters())
        p->value -= (epoch == 0 ? 0.5 : 0.25) * shrink * p->gradient;
    }
  EXPECT_GT(clipped, 0);
  const auto got = weights_of(net), expected = weights_of(by_hand);
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_TRUE(near(Matrix(got[i]), Matrix(expected[i]), 1e-12));
}

TEST(Trainer, RecordsMetricsOfTrainingAndValidationRows) {
  const ClassificationData data = two_moons(300), other = two_moons(100, 1);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y);
  const Metric rows("rows", [](const Matrix& predicted, const Matrix& y, const Vector&) {
    EXPECT_EQ(predicted.rows(), y.rows());
    EXPECT_LE((predicted.rowwise().sum().array() - 1.0).abs().maxCoeff(), 1e-12);
    return static_cast<double>(y.rows());
  });
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>({.learning_rate = 0.02}),
                  {.epochs = 30, .metrics = {"accuracy", rows}});
  trainer.fit(loader, {.validation = ValidationSet{other.X, other.y}});
  const EpochRecord& last = trainer.history().back();
  EXPECT_GT(last.metrics[0], 0.9);
  EXPECT_EQ(last.metrics[1], 300.0);
  EXPECT_EQ(last.validation_metrics[1], 100.0);

  DataLoader<double> validation(other.X, other.y, {.classes = loader.classes()});
  const Evaluation evaluation = trainer.evaluate(validation);
  EXPECT_EQ(evaluation.loss, last.validation_loss);
  EXPECT_EQ(evaluation.metrics, last.validation_metrics);
  const Rows<double> z = net.predict(other.X);
  int right = 0;
  for (Index i = 0; i < 100; ++i) right += (z(i, 1) > z(i, 0) ? 1 : 0) == other.y[i];
  EXPECT_DOUBLE_EQ(evaluation.metrics[0], right / 100.0);
}

TEST(Trainer, AccuracyOfOneColumnIsThatOfTheLosssThreshold) {
  const ClassificationData data = two_moons(200);
  const Vector sides = 2.0 * data.y.cast<double>().array() - 1.0;
  const auto expect_accuracy = [&](const Loss<double>& loss, const Target& y) {
    Sequential<double> net{Dense<double>(2, 8), Tanh<double>(), Dense<double>(8, 1)};
    net.initialize(1);
    DataLoader<double> loader(data.X, y);
    Trainer trainer(net, loss, Adam<double>(), {.epochs = 3, .metrics = {"accuracy"}});
    trainer.fit(loader);
    Rows<double> z = net.predict(data.X);
    loss.predict(mutable_view(z));
    int right = 0;
    for (Index i = 0; i < 200; ++i) right += (z(i, 0) > loss.threshold()) == (data.y[i] == 1);
    EXPECT_EQ(trainer.evaluate(loader).metrics[0], right / 200.0) << loss.name();
  };
  expect_accuracy(Hinge<double>(), data.y);
  expect_accuracy(Hinge<double>(), sides);
  expect_accuracy(BinaryCrossEntropy<double>(), data.y);
  EXPECT_EQ(Hinge<double>().threshold(), 0.0);
  EXPECT_EQ(BinaryCrossEntropy<double>().threshold(), 0.5);
}

TEST(Trainer, AccuracyIsOfClassNumbersOnly) {
  const Matrix one = Matrix::Ones(2, 1), two = Matrix::Ones(2, 2);
  const Metric accuracy("accuracy");
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        accuracy(one, Vector{{0.0, 0.7}});
      },
      {"accuracy", "from 0 to 1", "0.7", "row 1"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { accuracy(one, Vector{{2.0, 0.0}}); }, {"row 0"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { accuracy(two, Vector{{-1.0, 0.0}}); }, {"-1"}));
}

TEST(Trainer, RefusesLabelsWhereAmountsAreMeant) {
  const Matrix X = Matrix::Ones(4, 1);
  const Labels counts{{10, 20, 10, 30}}, numbers{{0, 1, 2, 1}};
  Sequential<double> net{Dense<double>(1, 1)};
  Trainer trainer(net, PoissonLoss<double>(), SGD<double>(), {.epochs = 1});
  DataLoader<double> labels(X, counts), amounts(X, Vector(counts.cast<double>()));
  const auto is_refused = [](auto call) {
    return throws<InvalidInput>(call, {"PoissonLoss", "labels", "0 for 10", "y.cast<double>()"});
  };
  EXPECT_TRUE(is_refused([&] { trainer.fit(labels); }));
  EXPECT_TRUE(is_refused([&] { trainer.evaluate(labels); }));
  EXPECT_TRUE(is_refused([&] { train_lbfgs(net, PoissonLoss<double>(), labels); }));
  EXPECT_EQ(trainer.fit(amounts).size(), 1);
  DataLoader<double> same(X, numbers);  // whose numbers are what they were
  EXPECT_GT(trainer.evaluate(same).loss, 0.0);
}

TEST(Trainer, WeightsCountInTheLossAndInTheMetrics) {
  const ClassificationData data = two_moons(60);
  Matrix X(120, 2);
  X << data.X, data.X;
  Labels y(120);
  y << data.y, data.y;
  Sequential<double> net = small_network<double>();
  const Trainer<double> trainer(net, CrossEntropy<double>(), Adam<double>(),
                                {.metrics = {"accuracy"}});
  Vector weight = Vector::Ones(60);
  weight.head(20).setConstant(3.0);
  Vector twice(120);
  twice << weight, 2.0 * weight;
  DataLoader<double> a(data.X, data.y, {.sample_weight = weight});
  DataLoader<double> b(X, y, {.sample_weight = twice}), plain(data.X, data.y);
  EXPECT_TRUE(near(trainer.evaluate(a).loss, trainer.evaluate(b).loss));
  EXPECT_TRUE(near(trainer.evaluate(a).metrics[0], trainer.evaluate(b).metrics[0]));
  EXPECT_NE(trainer.evaluate(a).loss, trainer.evaluate(plain).loss);
}

TEST(Trainer, StopsEarlyAndGoesBackToTheBestEpoch) {
  const ClassificationData data = two_moons(60, 0, 0.4), other = two_moons(200, 1, 0.4);
  Sequential<double> net = small_network<double>(64);
  DataLoader<double> loader(data.X, data.y, {.batch_size = 8});
  DataLoader<double> validation(other.X, other.y, {.classes = loader.classes()});
  std::vector<std::vector<Rows<double>>> after;
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>({.learning_rate = 0.05}),
                  {.epochs = 500,
                   .early_stopping = EarlyStopping{.patience = 7},
                   .callbacks = {.on_epoch_end = [&net, &after](const EpochRecord&) {
                     after.push_back(weights_of(net));
                     return true;
                   }}});
  trainer.fit(loader, validation);
  const Vector losses = trainer.history().validation();
  Index best = 0;
  losses.minCoeff(&best);
  EXPECT_EQ(trainer.best_epoch(), best + 1);
  EXPECT_EQ(losses.size(), best + 1 + 7);
  EXPECT_LT(losses.size(), 500);
  EXPECT_EQ(weights_of(net), after[static_cast<std::size_t>(best)]);
  EXPECT_NE(weights_of(net), after.back());
  trainer.fit(loader, validation);  // the patience is still at its end
  EXPECT_EQ(trainer.history().size(), losses.size());
}

TEST(Trainer, EarlyStoppingThatComesLaterBeginsWithTheLastEpoch) {
  const ClassificationData data = two_moons(100);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y);
  const std::vector<double> values{1.0, 5.0, 4.0, 3.0, 2.0};  // of epochs 1, 2, …
  std::size_t next = 0;
  const Metric metric("metric",
                      [&](const Matrix&, const Matrix&, const Vector&) { return values[next++]; });
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>(),
                  {.epochs = 2, .metrics = {metric}, .monitor = "metric"});
  trainer.fit(loader);
  EXPECT_EQ(trainer.best_epoch(), 1);
  const auto of_last = weights_of(net);

  trainer.options().epochs = 5;
  trainer.options().early_stopping = EarlyStopping{.patience = 2, .min_delta = 10.0};
  trainer.fit(loader);
  EXPECT_EQ(trainer.best_epoch(), 2);
  EXPECT_EQ(trainer.history().size(), 4);
  EXPECT_EQ(weights_of(net), of_last);
}

TEST(Trainer, AnotherMonitorComparesNoOldValues) {
  const ClassificationData data = two_moons(100);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y);
  const Metric thousand("thousand",
                        [](const Matrix&, const Matrix&, const Vector&) { return 1000.0; });
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>(),
                  {.epochs = 2, .metrics = {thousand}, .monitor = "loss"});
  trainer.fit(loader);
  ASSERT_EQ(trainer.best_epoch(), 2);
  trainer.options().epochs = 4;
  trainer.options().monitor = "thousand";
  trainer.fit(loader);
  EXPECT_EQ(trainer.best_epoch(), 2) << "the first that has this value";
  trainer.options().epochs = 6;
  trainer.options().monitor = "loss";
  trainer.fit(loader);
  EXPECT_EQ(trainer.best_epoch(), 6) << "1000 of the other is no loss to beat";
}

TEST(Trainer, WatchesAMetricWhoseGreaterValuesAreBetter) {
  const ClassificationData data = two_moons(100);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y);
  double value = 0.0;
  const Metric up(
      "up",
      [&value](const Matrix&, const Matrix&, const Vector&) {
        value += 1.0;
        return std::min(value, 5.0);
      },
      true);
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>(),
                  {.metrics = {up},
                   .monitor = "up",
                   .early_stopping = EarlyStopping{.patience = 3, .restore_best = false}});
  trainer.fit(loader);
  EXPECT_EQ(trainer.best_epoch(), 5);
  EXPECT_EQ(trainer.history().size(), 8);
}

TEST(Trainer, SmallImprovementsAreNone) {
  const EarlyStopping rule{.min_delta = 0.1};
  EXPECT_TRUE(rule.improves(0.85, 1.0, false));
  EXPECT_FALSE(rule.improves(0.95, 1.0, false));
  EXPECT_FALSE(rule.improves(1.05, 1.0, true));
  EXPECT_TRUE(rule.improves(1.15, 1.0, true));
  EXPECT_FALSE(rule.improves(std::nan(""), 1.0, false));
}

TEST(Trainer, CallbacksEndATraining) {
  const ClassificationData data = two_moons(100);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y, {.batch_size = 30});
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>());
  trainer.options().callbacks.on_epoch_end = [](const EpochRecord& e) { return e.epoch < 3; };
  EXPECT_EQ(trainer.fit(loader).size(), 3);

  std::vector<Index> batches;
  trainer.options().callbacks.on_batch_end = [&batches](const BatchRecord& b) {
    EXPECT_EQ(b.n_batches, 4);
    EXPECT_TRUE(std::isfinite(b.loss));
    batches.push_back(b.batch);
    return batches.size() < 6;
  };
  trainer.options().callbacks.on_epoch_end = {};
  EXPECT_EQ(trainer.fit(loader).size(), 4);  // the fifth is not complete
  EXPECT_EQ(batches, (std::vector<Index>{1, 2, 3, 4, 1, 2}));
}

TEST(Trainer, AnotherFitGoesOnToMoreEpochs) {
  const ClassificationData data = two_moons(100);
  DataLoader<float> loader(data.X, data.y);
  Sequential<float> net = small_network<float>(), in_two_parts = net;
  Trainer whole(net, CrossEntropy(), Adam(), {.epochs = 6});
  whole.fit(loader);
  Trainer parts(in_two_parts, CrossEntropy(), Adam(), {.epochs = 2});
  parts.fit(loader);
  parts.options().epochs = 6;
  EXPECT_EQ(parts.fit(loader).size(), 6);
  EXPECT_EQ(weights_of(net), weights_of(in_two_parts));
}

TEST(Trainer, TrainsTheLayersThatTheNetworkHasThen) {
  const ClassificationData data = two_moons(50);
  DataLoader<double> loader(data.X, data.y);
  Sequential<double> net{Dense<double>(2, 4)}, complete = small_network<double>(4);
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>(), {.epochs = 1});
  net = complete;
  trainer.fit(loader);
  const auto before = weights_of(complete), after = weights_of(net);
  ASSERT_EQ(after.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NE(after[i], before[i]) << i;

  net = Sequential<double>{Dense<double>(2, 2)};  // of which the optimiser remembers nothing
  trainer.options().epochs = 2;
  EXPECT_TRUE(throws<InvalidInput>([&] { trainer.fit(loader); }, {"Adam", "2 parameters", "4"}));
}

TEST(Trainer, TheNumberOfThreadsChangesNoBit) {
  const auto [X, y] = make_classification({.n_samples = 2000, .n_features = 60, .random_state = 0});
  std::vector<Rows<float>> expected;
  for (const int threads : {1, 2, 4, 7}) {
    Sequential net{Dense(60, 128), ReLU(), Dense(128, 2)};
    net.initialize(0);
    DataLoader loader(X, y, {.batch_size = 512});
    Trainer trainer(net, CrossEntropy(), Adam(), {.epochs = 2, .l2 = 1e-4, .clip_norm = 1.0});
    trainer.fit(loader, {.n_threads = threads});
    if (expected.empty()) expected = weights_of(net);
    EXPECT_EQ(weights_of(net), expected) << threads;
  }
}

TEST(Trainer, AFailedFitChangesNothing) {
  const ClassificationData data = two_moons(100);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y, {.batch_size = 10});
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>({.learning_rate = 0.05}),
                  {.epochs = 2, .early_stopping = EarlyStopping{}});
  trainer.fit(loader);
  const auto before = weights_of(net);
  const int best = trainer.best_epoch();

  std::stop_source stop;
  trainer.options().epochs = 10;
  EXPECT_THROW(trainer.fit(loader, {.callback =
                                        [&](const Progress& p) {
                                          if (p.iteration == 5) stop.request_stop();
                                        },
                                    .stop = stop.get_token()}),
               Cancelled);
  EXPECT_EQ(weights_of(net), before);
  EXPECT_EQ(trainer.history().size(), 2);
  EXPECT_EQ(trainer.best_epoch(), best);
  trainer.fit(loader);  // and goes on as if nothing had been

  Sequential<double> undisturbed = small_network<double>();
  Trainer straight(undisturbed, CrossEntropy<double>(), Adam<double>({.learning_rate = 0.05}),
                   {.epochs = 2, .early_stopping = EarlyStopping{}});
  straight.fit(loader);
  straight.options().epochs = 10;
  straight.fit(loader);
  EXPECT_EQ(weights_of(net), weights_of(undisturbed));
}

TEST(Trainer, ALossThatIsNoLongerFiniteIsAnErrorWithAdvice) {
  const ClassificationData data = two_moons(40);
  Sequential<double> net{Dense<double>(2, 8), Dense<double>(8, 1)};
  net.initialize(0);
  const auto before = weights_of(net);
  DataLoader<double> loader(1e3 * data.X, Vector(data.y.cast<double>()), {.batch_size = 10});
  Trainer trainer(net, MSE<double>(), SGD<double>({.learning_rate = 10.0}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { trainer.fit(loader); },
      {"Trainer", "MSE", "epoch ", "batch ", "learning rate", "StandardScaler"}));
  EXPECT_EQ(weights_of(net), before);
  EXPECT_TRUE(trainer.history().empty());
}

TEST(Trainer, ARunningStatisticThatIsNoLongerFiniteIsAnError) {
  Matrix X(4, 1);
  X << 1e30, -1e30, 1e30, -1e30;
  Sequential net{BatchNorm(1), Dense(1, 2)};
  DataLoader loader(X, Labels{{0, 1, 0, 1}});
  Trainer trainer(net, CrossEntropy(), SGD());
  EXPECT_TRUE(throws<InvalidInput>([&] { trainer.fit(loader); }, {"running_variance", "epoch 1"}));
  EXPECT_EQ(net.statistics()[1]->value(0, 0), 1.0F);
}

/// The loss of rows that nobody trains on is no number.
class NanWithoutGradient : public LossOf<NanWithoutGradient, double> {
 public:
  static constexpr std::string_view type_name = "NanWithoutGradient";
  double evaluate(ConstBatch<double> z, ConstBatch<double> y, std::span<const double> weights,
                  Batch<double> dz) const override {
    if (dz.size() == 0) return std::nan("");
    return MSE<double>().evaluate(z, y, weights, dz);
  }
};

TEST(Trainer, AValidationLossThatIsNoNumberIsAnError) {
  const ClassificationData data = two_moons(40);
  Sequential<double> net{Dense<double>(2, 1)};
  DataLoader<double> loader(data.X, Vector(data.y.cast<double>()));
  Trainer trainer(net, NanWithoutGradient(), SGD<double>());
  EXPECT_TRUE(throws<InvalidInput>([&] { trainer.fit(loader, loader); },
                                   {"validation loss is nan", "epoch 1"}));
  trainer.options().epochs = 2;
  EXPECT_EQ(trainer.fit(loader).size(), 2);
}

TEST(Trainer, ReportsItsProgress) {
  const ClassificationData data = two_moons(50);
  Sequential<double> net = small_network<double>();
  DataLoader<double> loader(data.X, data.y);
  std::vector<Progress> reports;
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>(), {.epochs = 3});
  trainer.fit(loader, {.validation = ValidationSet{data.X, data.y},
                       .callback = [&](const Progress& p) { reports.push_back(p); }});
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(reports[2].task, "Trainer");
  EXPECT_EQ(reports[2].iteration, 3);
  EXPECT_EQ(reports[2].total, 3);
  EXPECT_EQ(reports[2].loss, trainer.history().back().loss);
  EXPECT_EQ(reports[2].validation_score, -trainer.history().back().validation_loss);
}

TEST(Trainer, RefusesWhatDoesNotFit) {
  const ClassificationData data = two_moons(20);
  Sequential<double> net = small_network<double>();
  const auto make = [&](const TrainerOptions& options) {
    return
        [&net, options] { Trainer<double>(net, CrossEntropy<double>(), Adam<double>(), options); };
  };
  EXPECT_TRUE(throws<InvalidParameter>(make({.epochs = -1}), {"Trainer", "epochs", "-1"}));
  EXPECT_TRUE(throws<InvalidParameter>(make({.l2 = -1.0}), {"Trainer", "l2"}));
  EXPECT_TRUE(throws<InvalidParameter>(make({.clip_norm = 0.0}), {"Trainer", "clip_norm"}));
  EXPECT_TRUE(throws<InvalidParameter>(make({.monitor = "accuracy"}), {"monitor", "accuracy"}));
  EXPECT_TRUE(throws<InvalidParameter>(make({.metrics = {"r2", "r2"}}), {"'r2'", "another"}));
  const auto named = [](const char* name) {
    return Metric(name, [](const Matrix&, const Matrix&, const Vector&) { return 0.0; });
  };
  for (const char* const name : {"loss", "seconds", "validation_loss", "validation_r2"})
    EXPECT_TRUE(throws<InvalidParameter>(make({.metrics = {"r2", named(name)}}), {name})) << name;
  EXPECT_TRUE(throws<InvalidParameter>(make({.early_stopping = EarlyStopping{.patience = 0}}),
                                       {"EarlyStopping", "patience"}));
  EXPECT_TRUE(throws<InvalidParameter>(make({.checkpoints = Checkpoints{}}), {"path"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { Metric("acuracy"); }, {"acuracy", "accuracy", "r2"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { Metric("mine", nullptr); }, {"function"}));

  DataLoader<double> loader(data.X, data.y);
  Trainer trainer(net, CrossEntropy<double>(), Adam<double>());
  EXPECT_TRUE(throws<InvalidInput>(
      [&] { trainer.fit(loader, {.sample_weight = Vector::Ones(20)}); }, {"DataLoader"}));
  EXPECT_TRUE(
      throws<InvalidInput>([&] { trainer.fit(loader, {.groups = Labels::Ones(20)}); }, {"groups"}));
  const Labels shifted = data.y.array() + 1;
  DataLoader<double> validation(data.X, shifted), narrow(data.X.leftCols(1), data.y);
  EXPECT_TRUE(throws<InvalidInput>([&] { trainer.fit(loader, validation); }, {".classes"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { trainer.fit(loader, narrow); }, {"Dense", "2", "1"}));
  EXPECT_TRUE(throws<InvalidInput>([&] { trainer.fit(narrow); }, {"Dense", "2", "1"}));
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        trainer.fit(loader, loader, {.validation = ValidationSet{data.X, data.y}});
      },
      {"two validation sets"}));

  trainer.options().epochs = 1;
  trainer.fit(loader);
  trainer.options().metrics = {"accuracy"};
  EXPECT_TRUE(throws<InvalidParameter>([&] { trainer.fit(loader); }, {"metrics have changed"}));
}

TEST(Trainer, TrainsOnSparseRowsAsOnDenseOnes) {
  Matrix X = make_classification({.n_samples = 300, .n_features = 12, .random_state = 0}).X;
  X = (X.array().abs() > 0.7).select(X, 0.0);
  const SparseMatrix sparse = X.sparseView();
  const Labels y = (X.rowwise().sum().array() > 0.0).cast<int>();
  const auto train = [&](const Features& rows) {
    Sequential net{Dense(12, 8), ReLU(), Dense(8, 2)};
    net.initialize(0);
    DataLoader loader(rows, y);
    Trainer trainer(net, CrossEntropy(), Adam(), {.epochs = 3, .metrics = {"accuracy"}});
    trainer.fit(loader, {.validation = ValidationSet{rows, y}});
    return trainer.history().back().validation_loss;
  };
  EXPECT_EQ(train(sparse), train(X));
}

}  // namespace
}  // namespace espalier::nn
