// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// How the learning rate changes during a training.
///
///     nn::CosineSchedule schedule({.epochs = 30});
///     nn::WarmUp warm(nn::CosineSchedule({.epochs = 30}), 500);    // 500 steps upwards first
///
/// Where PyTorch has the same schedule, the factors are those of its scheduler, stepped once an
/// epoch. A schedule that does not move on within an epoch says so.
#pragma once

#include <limits>
#include <memory>
#include <string_view>

#include <espalier/core/params.hpp>
#include <espalier/core/types.hpp>
#include <espalier/core/value.hpp>

namespace espalier::nn {

/// Where a training stands before a step.
struct TrainingTime {
  Index step = 0;             ///< steps (mini-batches) taken so far, in all epochs
  Index epoch = 0;            ///< epochs ended so far
  Index steps_per_epoch = 1;  ///< ≥ 1

  /// Epochs as a real number.
  double epochs() const { return static_cast<double>(step) / static_cast<double>(steps_per_epoch); }
};

/// A step takes the optimiser's initial learning rate times `factor`. One of one's own derives from
/// ScheduleOf and writes `factor`; one that remembers something also `epoch_ended`, `memory` and
/// `set_memory`.
class Schedule {
 public:
  virtual ~Schedule() = default;
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<Schedule> clone() const = 0;

  virtual double factor(const TrainingTime& time) const = 0;
  /// After each epoch, with the loss that the training watches.
  virtual void epoch_ended(double /*loss*/) {}

  /// What it remembers, to go on as it would have. @throws FormatError  of another schedule;
  /// nothing is changed
  Value save() const;
  void load(const Value& value);

 protected:
  Schedule() = default;
  Schedule(const Schedule&) = default;
  Schedule& operator=(const Schedule&) = default;

  virtual Value memory() const { return {}; }
  virtual void set_memory(const Value& /*memory*/) {}
};

/// Writes `name` and `clone` of a schedule whose class has a `type_name`.
template <class Derived>
class ScheduleOf : public Schedule {
 public:
  std::string_view name() const override { return Derived::type_name; }
  std::unique_ptr<Schedule> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

/// 1.
class ConstantSchedule : public ScheduleOf<ConstantSchedule> {
 public:
  static constexpr std::string_view type_name = "ConstantSchedule";
  double factor(const TrainingTime& /*time*/) const override { return 1.0; }
};

struct StepScheduleOptions {
  Index step_size = 30;  ///< epochs between two changes
  double gamma = 0.1;    ///< what each multiplies by

  static constexpr auto fields() {
    return Fields{
        field("step_size", &StepScheduleOptions::step_size, at_least(1), "epochs between changes"),
        field("gamma", &StepScheduleOptions::gamma, above(0.0), "what each multiplies by")};
  }
};

/// gamma^⌊epoch / step_size⌋: PyTorch's StepLR.
class StepSchedule : public ScheduleOf<StepSchedule> {
 public:
  static constexpr std::string_view type_name = "StepSchedule";
  /// @throws InvalidParameter  an option is out of range; so do all schedules
  explicit StepSchedule(StepScheduleOptions options = {});
  double factor(const TrainingTime& time) const override;

 private:
  StepScheduleOptions options_;
};

struct ExponentialScheduleOptions {
  double gamma = 0.95;  ///< what each epoch multiplies by

  static constexpr auto fields() {
    return Fields{field("gamma", &ExponentialScheduleOptions::gamma, above(0.0),
                        "what each epoch multiplies by")};
  }
};

/// gamma^epoch, the same for all steps of an epoch: PyTorch's ExponentialLR.
class ExponentialSchedule : public ScheduleOf<ExponentialSchedule> {
 public:
  static constexpr std::string_view type_name = "ExponentialSchedule";
  explicit ExponentialSchedule(ExponentialScheduleOptions options = {});
  double factor(const TrainingTime& time) const override;

 private:
  ExponentialScheduleOptions options_;
};

struct InverseScalingOptions {
  double power = 0.5;
  double decay = 1.0;  ///< how much time an epoch is

  static constexpr auto fields() {
    return Fields{
        field("power", &InverseScalingOptions::power, at_least(0.0), "of the time"),
        field("decay", &InverseScalingOptions::decay, at_least(0.0), "how much time an epoch is")};
  }
};

/// (1 + decay·epoch)^−power, the same for all steps of an epoch. scikit-learn's `invscaling` counts
/// samples: it is this one with `decay` the number of rows. With power 1, Keras's InverseTimeDecay.
class InverseScaling : public ScheduleOf<InverseScaling> {
 public:
  static constexpr std::string_view type_name = "InverseScaling";
  explicit InverseScaling(InverseScalingOptions options = {});
  double factor(const TrainingTime& time) const override;

 private:
  InverseScalingOptions options_;
};

struct CosineScheduleOptions {
  Index epochs = 100;       ///< of the whole training
  double min_factor = 0.0;  ///< at its end, and from then on

  static constexpr auto fields() {
    return Fields{
        field("epochs", &CosineScheduleOptions::epochs, at_least(1), "of the whole training"),
        field("min_factor", &CosineScheduleOptions::min_factor, between(0.0, 1.0), "at its end")};
  }
};

/// From 1 to m = min_factor along half a cosine: m + (1 − m)·½(1 + cos(π·t / epochs)), with t in
/// epochs, which moves on with every step. PyTorch's CosineAnnealingLR, but for what comes after
/// the end, where that one rises again.
/// @see Loshchilov & Hutter, SGDR, ICLR (2017)
class CosineSchedule : public ScheduleOf<CosineSchedule> {
 public:
  static constexpr std::string_view type_name = "CosineSchedule";
  explicit CosineSchedule(CosineScheduleOptions options = {});
  double factor(const TrainingTime& time) const override;

 private:
  CosineScheduleOptions options_;
};

struct CosineWarmRestartsOptions {
  Index first = 10;         ///< epochs of the first descent (PyTorch's T_0)
  double growth = 1.0;      ///< how many times longer each is than the one before (T_mult)
  double min_factor = 0.0;  ///< at the end of each

  static constexpr auto fields() {
    using O = CosineWarmRestartsOptions;
    return Fields{field("first", &O::first, at_least(1), "epochs of the first descent"),
                  field("growth", &O::growth, at_least(1.0), "of the following ones"),
                  field("min_factor", &O::min_factor, between(0.0, 1.0), "at their ends")};
  }
};

/// Descents as in CosineSchedule, one after the other, each from 1; moves on with every step.
/// PyTorch's CosineAnnealingWarmRestarts. @see Loshchilov & Hutter, SGDR, ICLR (2017)
class CosineWarmRestarts : public ScheduleOf<CosineWarmRestarts> {
 public:
  static constexpr std::string_view type_name = "CosineWarmRestarts";
  explicit CosineWarmRestarts(CosineWarmRestartsOptions options = {});
  double factor(const TrainingTime& time) const override;

 private:
  CosineWarmRestartsOptions options_;
};

struct OneCycleOptions {
  Index epochs = 100;             ///< of the whole training
  double rise = 0.3;              ///< share of the steps on the way up (PyTorch's pct_start)
  double div_factor = 25.0;       ///< it begins at 1 / div_factor …
  double final_div_factor = 1e4;  ///< … and ends at a final_div_factor-th of that

  static constexpr auto fields() {
    using O = OneCycleOptions;
    return Fields{field("epochs", &O::epochs, at_least(1), "of the whole training"),
                  field("rise", &O::rise, between(0.0, 1.0), "share of the steps upwards"),
                  field("div_factor", &O::div_factor, at_least(1.0), "of the begin"),
                  field("final_div_factor", &O::final_div_factor, above(0.0), "of the end")};
  }
};

/// Up to 1 and down again, both along half a cosine, step by step over the whole training:
/// PyTorch's OneCycleLR, whose max_lr is the optimiser's learning rate here. The momentum stays as
/// it is, where PyTorch by default moves it, too.
/// @see Smith & Topin, Super-convergence, SPIE 11006 (2019)
class OneCycle : public ScheduleOf<OneCycle> {
 public:
  static constexpr std::string_view type_name = "OneCycle";
  explicit OneCycle(OneCycleOptions options = {});
  double factor(const TrainingTime& time) const override;

 private:
  OneCycleOptions options_;
};

/// Another schedule's factor times (step + 1) / steps while step < steps, so that means of
/// gradients have formed before steps are large.
class WarmUp : public ScheduleOf<WarmUp> {
 public:
  static constexpr std::string_view type_name = "WarmUp";
  /// @throws InvalidParameter  steps is less than 1
  WarmUp(const Schedule& schedule, Index steps);
  WarmUp(const WarmUp& other);
  WarmUp& operator=(const WarmUp& other);
  double factor(const TrainingTime& time) const override;
  void epoch_ended(double loss) override;

 private:
  Value memory() const override;
  void set_memory(const Value& memory) override;

  std::unique_ptr<Schedule> schedule_;
  Index steps_;
};

}  // namespace espalier::nn
