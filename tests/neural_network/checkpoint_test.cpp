// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/checkpoint.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/neural_network/adam.hpp>
#include <espalier/neural_network/batch_norm.hpp>
#include <espalier/neural_network/cross_entropy.hpp>
#include <espalier/neural_network/dropout.hpp>
#include <espalier/neural_network/reduce_on_plateau.hpp>
#include <espalier/neural_network/regression_losses.hpp>
#include <espalier/neural_network/rmsprop.hpp>
#include <espalier/neural_network/sgd.hpp>
#include <espalier/neural_network/trainer.hpp>

#include "neural_network/training_data.hpp"
#include "support/expect_error.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;
namespace fs = std::filesystem;

/// A file in the temporary folder that is not there before and after.
struct TemporaryFile {
  fs::path path;
  explicit TemporaryFile(const std::string& name)
      : path(fs::path(testing::TempDir()) / ("espalier_" + name)) {
    fs::remove(path);
  }
  ~TemporaryFile() { fs::remove(path); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

/// A training with all that there is to remember, made anew as another process would.
template <class T>
struct Session {
  ClassificationData data = two_moons(150, 0, 0.3), other = two_moons(80, 1, 0.3);
  Sequential<T> net{Dense<T>(2, 12), BatchNorm<T>(12), ReLU<T>(), Dropout<T>(0.2), Dense<T>(12, 2)};
  DataLoader<T> loader{data.X, data.y, {.batch_size = 20, .random_state = 5}};
  DataLoader<T> validation{other.X, other.y, {.classes = loader.classes()}};
  Trainer<T> trainer;

  explicit Session(const TrainerOptions& options)
      : trainer(net, CrossEntropy<T>(), SGD<T>({.learning_rate = 0.3, .momentum = 0.9}),
                ReduceOnPlateau({.gamma = 0.5, .patience = 0}), options) {
    net.initialize(3);
  }
  /// Everything that a later epoch depends on, as text: but the times, which are never the same.
  std::string memory() {
    std::ostringstream out;
    out.precision(17);
    out << trainer.best_epoch() << '\n';
    for (const auto& numbers : {net.parameters(), net.statistics()})
      for (const Parameter<T>* p : numbers) out << p->value << '\n';
    for (const EpochRecord& e : trainer.history()) {
      out << e.epoch << ' ' << e.loss << ' ' << e.validation_loss << ' ' << e.learning_rate;
      for (const auto* metrics : {&e.metrics, &e.validation_metrics})
        for (const double value : *metrics) out << ' ' << value;
    }
    return out.str();
  }
};

template <class T>
class Resumed : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Resumed, Scalars);

TYPED_TEST(Resumed, ATrainingGoesOnBitForBit) {
  for (const char* const name : {"resume.ckpt", "resume.json"}) {
    const TemporaryFile file(name);
    TrainerOptions options{.epochs = 10,
                           .l2 = 1e-3,
                           .metrics = {"accuracy"},
                           .early_stopping = EarlyStopping{.patience = 100, .restore_best = false},
                           .random_state = 9};
    Session<TypeParam> whole(options);
    whole.trainer.fit(whole.loader, whole.validation);

    options.epochs = 5;
    Session<TypeParam> first(options);
    first.trainer.fit(first.loader, first.validation);
    first.trainer.save(file.path);

    options.epochs = 10;
    Session<TypeParam> second(options);
    second.net.initialize(77);  // whatever it was
    second.trainer.resume(file.path);
    EXPECT_EQ(second.memory(), first.memory());
    second.trainer.fit(second.loader, second.validation);
    EXPECT_EQ(second.memory(), whole.memory());
    EXPECT_NE(second.memory(), first.memory());
    EXPECT_LT(whole.trainer.history().back().learning_rate, 0.3);  // the plateau was reached
  }
}

TYPED_TEST(Resumed, TheBestWeightsComeBackToo) {
  const TemporaryFile file("best.ckpt");
  TrainerOptions options{.epochs = 40,
                         .metrics = {"accuracy"},
                         .monitor = "accuracy",
                         .early_stopping = EarlyStopping{.patience = 6}};
  Session<TypeParam> whole(options);
  whole.trainer.fit(whole.loader, whole.validation);
  const Index stopped = whole.trainer.history().size();
  ASSERT_LT(stopped, 40);
  ASSERT_LT(whole.trainer.best_epoch(), stopped);

  // Interrupted after the best epoch: its weights are only in the file.
  options.checkpoints = Checkpoints{.path = file.path};
  options.callbacks.on_epoch_end = [&](const EpochRecord& e) { return e.epoch < stopped - 1; };
  Session<TypeParam> first(options);
  first.trainer.fit(first.loader, first.validation);
  options.callbacks = {};
  Session<TypeParam> second(options);
  second.trainer.resume(file.path);
  EXPECT_EQ(second.trainer.history().size(), stopped - 1);
  second.trainer.fit(second.loader, second.validation);
  EXPECT_EQ(second.memory(), whole.memory());

  Session<TypeParam> third(
      options);  // from the file of the last epoch there is nothing left to train
  third.trainer.resume(file.path);
  third.trainer.fit(third.loader, third.validation);
  EXPECT_EQ(third.memory(), whole.memory());
}

TEST(Checkpoints, AreWrittenEveryKEpochsAndOnImprovement) {
  const TemporaryFile file("every.ckpt");
  const auto epochs_with_a_file = [&](const Checkpoints& when) {
    std::vector<int> epochs;
    TrainerOptions options{.epochs = 12, .metrics = {"accuracy"}, .checkpoints = when};
    options.callbacks.on_epoch_end = [&](const EpochRecord& e) {
      if (fs::remove(file.path)) epochs.push_back(e.epoch);
      return true;
    };
    Session<double> run(options);
    run.trainer.fit(run.loader, run.validation);
    std::vector<int> improved;
    double best = infinity;
    for (const EpochRecord& e : run.trainer.history())
      if (e.validation_loss < best) {
        best = e.validation_loss;
        improved.push_back(e.epoch);
      }
    return std::pair(epochs, improved);
  };
  EXPECT_EQ(epochs_with_a_file({.path = file.path, .every = 4}).first,
            (std::vector<int>{4, 8, 12}));
  const auto improving =
      epochs_with_a_file({.path = file.path, .every = 0, .on_improvement = true});
  EXPECT_EQ(improving.first, improving.second);
  EXPECT_LT(improving.first.size(), 12U);
}

TEST(Checkpoints, OfAnotherTrainingAreRefusedAndNothingIsChanged) {
  const TemporaryFile file("other.ckpt");
  const TrainerOptions options{.epochs = 2, .metrics = {"accuracy"}};
  Session<float> run(options);
  run.trainer.fit(run.loader);
  run.trainer.save(file.path);
  const std::string before = run.memory();

  const auto refuses = [&](auto& trainer, std::initializer_list<std::string_view> parts) {
    return throws<FormatError>([&] { trainer.resume(file.path); }, parts);
  };
  Session<double> wide(options);
  EXPECT_TRUE(refuses(wide.trainer, {"other.ckpt", "scalar", "float", "double"}));
  Session<float> seeded({.metrics = {"accuracy"}, .random_state = 1});
  EXPECT_TRUE(refuses(seeded.trainer, {"random_state"}));
  Session<float> metrics({.metrics = {"r2"}});
  EXPECT_TRUE(refuses(metrics.trainer, {"metrics"}));
  Trainer loss(run.net, MSE(), SGD(), {.metrics = {"accuracy"}});
  EXPECT_TRUE(refuses(loss, {"loss", "MSE", "CrossEntropy"}));
  Trainer schedule(run.net, CrossEntropy(), SGD({.momentum = 0.9}), {.metrics = {"accuracy"}});
  EXPECT_TRUE(refuses(schedule, {"schedule"}));
  Trainer optimizer(run.net, CrossEntropy(), Adam(), ReduceOnPlateau(), {.metrics = {"accuracy"}});
  EXPECT_TRUE(refuses(optimizer, {"Adam", "SGD"}));
  const TemporaryFile steps("steps.ckpt");
  const TrainerOptions one_epoch{.epochs = 1};
  Sequential line{Dense(2, 2)};
  Trainer with_momentum(line, CrossEntropy(), RMSprop({.momentum = 0.5}), one_epoch);
  with_momentum.fit(run.loader);
  with_momentum.save(steps.path);
  Trainer without(line, CrossEntropy(), RMSprop(), one_epoch);
  EXPECT_TRUE(throws<FormatError>([&] { without.resume(steps.path); }, {"RMSprop", "2", "4"}));
  Sequential other{Dense(2, 13), Dense(13, 2)};
  Trainer network(other, CrossEntropy(), SGD({.momentum = 0.9}), ReduceOnPlateau(),
                  {.metrics = {"accuracy"}});
  EXPECT_TRUE(refuses(network, {"layers"}));
  EXPECT_EQ(run.memory(), before);
  EXPECT_THROW(run.trainer.resume(file.path.string() + ".missing"), IoError);
}

TEST(Checkpoints, DamagedFilesGiveAnErrorAndNothingIsChanged) {
  const TemporaryFile file("damaged.ckpt");
  Session<double> run({.epochs = 2, .metrics = {"accuracy"}, .early_stopping = EarlyStopping{}});
  run.trainer.fit(run.loader);
  run.trainer.save(file.path);
  std::ostringstream content;
  content << std::ifstream(file.path, std::ios::binary).rdbuf();
  const std::string bytes = content.str(), before = run.memory();
  ASSERT_GT(bytes.size(), 1000U);
  const auto write = [&](const std::string& damaged) {
    std::ofstream(file.path, std::ios::binary) << damaged;
  };
  for (std::size_t n = 0; n < bytes.size(); n += 97) {
    write(bytes.substr(0, n));
    EXPECT_THROW(run.trainer.resume(file.path), FormatError) << n;
  }
  EXPECT_EQ(run.memory(), before);
  for (const char* const text : {"{}", "{\"format\": \"espalier\"}", "[1, 2]", "no file"}) {
    write(text);
    EXPECT_THROW(run.trainer.resume(file.path), FormatError) << text;
  }
  // Whatever byte is another one, it is an error or a training that can be gone on with.
  Random random(0);
  for (int i = 0; i < 300; ++i) {
    std::string altered = bytes;
    altered[static_cast<std::size_t>(random.integer(static_cast<Index>(bytes.size())))] ^=
        static_cast<char>(1 << random.integer(8));
    write(altered);
    try {
      run.trainer.resume(file.path);
    } catch (const Error&) {
      continue;
    }
  }
}

}  // namespace
}  // namespace espalier::nn
