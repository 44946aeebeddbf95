// SPDX-License-Identifier: BSD-3-Clause
#include <limits>
#include <memory>

#include <gtest/gtest.h>

#include <espalier/core/errors.hpp>
#include <espalier/neural_network/reduce_on_plateau.hpp>
#include <espalier/neural_network/schedule.hpp>

#include "support/expect_error.hpp"
#include "support/golden.hpp"
#include "support/near.hpp"

namespace espalier::nn {
namespace {

using namespace testing_support;

const nlohmann::json& golden_schedules() { return golden("neural_network_schedules.json"); }

/// A schedule's factors before each step, for as long as the golden curve is.
Vector curve(const char* name, const Schedule& schedule, Index steps_per_epoch = 1) {
  const std::unique_ptr<Schedule> own = schedule.clone();
  const nlohmann::json& losses = golden_schedules()["plateau_losses"];
  Vector factors(static_cast<Index>(golden_schedules()[name].size()));
  for (Index step = 0; step < factors.size(); ++step) {
    factors[step] = own->factor({step, step / steps_per_epoch, steps_per_epoch});
    if ((step + 1) % steps_per_epoch == 0)
      own->epoch_ended(losses[static_cast<std::size_t>(step / steps_per_epoch)]);
  }
  return factors;
}

void expect_pytorchs(const char* name, const Schedule& schedule, Index steps_per_epoch = 1) {
  EXPECT_TRUE(
      near(curve(name, schedule, steps_per_epoch), to_vector(golden_schedules()[name]), 1e-10))
      << name;
}

TEST(Schedule, CurvesArePyTorchs) {
  expect_pytorchs("step", StepSchedule({.step_size = 7, .gamma = 0.5}));
  expect_pytorchs("exponential", ExponentialSchedule({.gamma = 0.93}));
  expect_pytorchs("cosine", CosineSchedule({.epochs = 60, .min_factor = 0.05}));
  expect_pytorchs("restarts", CosineWarmRestarts({.first = 10, .growth = 2.0, .min_factor = 0.1}));
  expect_pytorchs("restarts_even", CosineWarmRestarts({.first = 7}));
  expect_pytorchs("one_cycle", OneCycle({.epochs = 60}), 3);
  expect_pytorchs(
      "one_cycle_options",
      OneCycle({.epochs = 60, .rise = 0.4, .div_factor = 10.0, .final_div_factor = 50.0}));
  expect_pytorchs("warm_up", WarmUp(CosineSchedule({.epochs = 60}), 5));
  expect_pytorchs("plateau", ReduceOnPlateau());
  expect_pytorchs("plateau_options", ReduceOnPlateau({.gamma = 0.5,
                                                      .patience = 2,
                                                      .threshold = 0.05,
                                                      .relative = false,
                                                      .cooldown = 3,
                                                      .min_factor = 0.1}));
}

TEST(Schedule, PlateausOfTheGoldenCurvesAreReduced) {
  EXPECT_LT(curve("plateau", ReduceOnPlateau()).minCoeff(), 0.2);
}

TEST(Schedule, InverseScalingIsScikitLearns) {
  const Index n_samples = 150;
  const InverseScaling schedule({.power = 0.4, .decay = static_cast<double>(n_samples)});
  for (Index epoch = 0; epoch < 60; ++epoch)
    EXPECT_TRUE(near(schedule.factor({4 * epoch + 3, epoch, 4}),
                     1.0 / std::pow(static_cast<double>(epoch * n_samples + 1), 0.4)));
  EXPECT_EQ(InverseScaling().factor({0, 3, 1}), 0.5);
}

TEST(Schedule, CosineMovesWithinAnEpochAndStaysAtItsEnd) {
  const CosineSchedule schedule({.epochs = 2, .min_factor = 0.2});
  EXPECT_TRUE(near(schedule.factor({50, 0, 100}), 0.2 + 0.8 * 0.5 * (1.0 + std::sqrt(0.5))));
  for (const Index step : {200, 250, 1000})
    EXPECT_EQ(schedule.factor({step, step / 100, 100}), 0.2);
}

TEST(Schedule, RestartsBeginAtOne) {
  const CosineWarmRestarts schedule({.first = 2, .growth = 1.5});
  for (const Index step : {0, 20, 50}) EXPECT_EQ(schedule.factor({step, step / 10, 10}), 1.0);
  EXPECT_LT(schedule.factor({49, 4, 10}), 0.01);
}

TEST(Schedule, OneCycleOfOneStepIsNoTrouble) {
  EXPECT_EQ(OneCycle({.epochs = 1}).factor({0, 0, 1}), 1.0 / 25.0 / 1e4);
  const OneCycle rising({.epochs = 3, .rise = 1.0});
  EXPECT_EQ(rising.factor({2, 2, 1}), 1.0);
  EXPECT_EQ(rising.factor({9, 9, 1}), 1.0);
  EXPECT_EQ(OneCycle({.epochs = 3, .rise = 0.0}).factor({2, 2, 1}), 1.0 / 25.0 / 1e4);
}

TEST(Schedule, WhatAPlateauRemembersGoesOn) {
  const ReduceOnPlateauOptions options{.gamma = 0.5, .patience = 1, .cooldown = 2};
  const WarmUp fresh(ReduceOnPlateau(options), 3);
  const std::unique_ptr<Schedule> whole = fresh.clone(), part = fresh.clone(), rest = fresh.clone();
  EXPECT_EQ(fresh.save(), whole->save());
  const std::vector<double> losses{3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1};
  for (std::size_t i = 0; i < losses.size(); ++i) {
    whole->epoch_ended(losses[i]);
    if (i == 4) rest->load(part->save());
    (i < 4 ? part : rest)->epoch_ended(losses[i]);
  }
  const TrainingTime time{50, 13, 4};
  EXPECT_LT(whole->factor(time), 1.0);
  EXPECT_EQ(rest->factor(time), whole->factor(time));
  EXPECT_EQ(rest->save(), whole->save());
  EXPECT_NE(rest->save(), fresh.save());
  EXPECT_EQ(fresh.factor(time), 1.0) << "a copy changed what it was copied from";
}

TEST(Schedule, ALossThatIsNotANumberIsNoImprovement) {
  ReduceOnPlateau schedule({.gamma = 0.5, .patience = 0});
  schedule.epoch_ended(1.0);
  schedule.epoch_ended(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(schedule.factor({}), 0.5);
}

TEST(Schedule, RefusesTheMemoryOfAnother) {
  ReduceOnPlateau plateau({.patience = 0});
  plateau.epoch_ended(1.0);
  plateau.epoch_ended(1.0);
  const Value before = plateau.save();
  EXPECT_TRUE(throws<FormatError>([&] { plateau.load(ConstantSchedule().save()); },
                                  {"ReduceOnPlateau", "ConstantSchedule"}));
  EXPECT_TRUE(throws<FormatError>([&] { plateau.load(Value(3)); }, {"an object", "3"}));
  EXPECT_TRUE(throws<FormatError>(
      [&] {
        plateau.load(Value::Object{{"schedule", "ReduceOnPlateau"}, {"memory", Value::Object{}}});
      },
      {"factor"}));
  EXPECT_EQ(plateau.save(), before);
  WarmUp warm(ReduceOnPlateau(), 2);
  EXPECT_TRUE(throws<FormatError>([&] { warm.load(WarmUp(OneCycle(), 2).save()); },
                                  {"ReduceOnPlateau", "OneCycle"}));
}

TEST(Schedule, RefusesOptionsOutOfRange) {
  EXPECT_TRUE(throws<InvalidParameter>([] { StepSchedule({.step_size = 0}); },
                                       {"StepSchedule", "step_size", "0"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { CosineSchedule({.epochs = 0}); },
                                       {"CosineSchedule", "epochs"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { OneCycle({.rise = 1.5}); }, {"OneCycle", "rise"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { ReduceOnPlateau({.gamma = 1.0}); },
                                       {"ReduceOnPlateau", "gamma"}));
  EXPECT_TRUE(throws<InvalidParameter>([] { WarmUp(ConstantSchedule(), 0); }, {"WarmUp", "0"}));
}

}  // namespace
}  // namespace espalier::nn
