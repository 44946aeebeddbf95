// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/schedule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <espalier/core/errors.hpp>
#include <espalier/neural_network/reduce_on_plateau.hpp>

namespace espalier::nn {
namespace {

/// From `begin` to `end` along half a cosine; share in [0, 1].
double along_cosine(double begin, double end, double share) {
  return end + (begin - end) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

}  // namespace

Value Schedule::save() const { return Value::Object{{"schedule", name()}, {"memory", memory()}}; }

void Schedule::load(const Value& value) {
  detail::check_keys(value, {"schedule", "memory"}, true, name());
  if (detail::decode_text(*value.find("schedule")) != name())
    throw FormatError(
        fmt::format("{}: this is what {} remembers", name(), value.find("schedule")->to_text()));
  set_memory(*value.find("memory"));
}

StepSchedule::StepSchedule(StepScheduleOptions options) : options_(options) {
  detail::validate_fields(options, type_name);
}

double StepSchedule::factor(const TrainingTime& time) const {
  return std::pow(options_.gamma, static_cast<double>(time.epoch / options_.step_size));
}

ExponentialSchedule::ExponentialSchedule(ExponentialScheduleOptions options) : options_(options) {
  detail::validate_fields(options, type_name);
}

double ExponentialSchedule::factor(const TrainingTime& time) const {
  return std::pow(options_.gamma, static_cast<double>(time.epoch));
}

InverseScaling::InverseScaling(InverseScalingOptions options) : options_(options) {
  detail::validate_fields(options, type_name);
}

double InverseScaling::factor(const TrainingTime& time) const {
  return 1.0 / std::pow(1.0 + options_.decay * static_cast<double>(time.epoch), options_.power);
}

CosineSchedule::CosineSchedule(CosineScheduleOptions options) : options_(options) {
  detail::validate_fields(options, type_name);
}

double CosineSchedule::factor(const TrainingTime& time) const {
  const double share = std::min(1.0, time.epochs() / static_cast<double>(options_.epochs));
  return along_cosine(1.0, options_.min_factor, share);
}

CosineWarmRestarts::CosineWarmRestarts(CosineWarmRestartsOptions options) : options_(options) {
  detail::validate_fields(options, type_name);
}

double CosineWarmRestarts::factor(const TrainingTime& time) const {
  double length = static_cast<double>(options_.first);
  double begin = 0.0;
  if (options_.growth == 1.0) {
    begin = std::floor(time.epochs() / length) * length;
  } else {
    for (; time.epochs() >= begin + length; length *= options_.growth) begin += length;
  }
  return along_cosine(1.0, options_.min_factor, (time.epochs() - begin) / length);
}

OneCycle::OneCycle(OneCycleOptions options) : options_(options) {
  detail::validate_fields(options, type_name);
}

double OneCycle::factor(const TrainingTime& time) const {
  const double n = static_cast<double>(options_.epochs) * static_cast<double>(time.steps_per_epoch);
  const double last = n - 1.0, top = options_.rise * n - 1.0;
  const double step = std::min(static_cast<double>(time.step), last);
  const double begin = 1.0 / options_.div_factor, end = begin / options_.final_div_factor;
  if (step <= top) return top > 0.0 ? along_cosine(begin, 1.0, step / top) : 1.0;
  return along_cosine(1.0, end, last > top ? (step - top) / (last - top) : 1.0);
}

WarmUp::WarmUp(const Schedule& schedule, Index steps) : schedule_(schedule.clone()), steps_(steps) {
  if (steps < 1)
    throw InvalidParameter(fmt::format("WarmUp: steps must be at least 1, got {}", steps));
}

WarmUp::WarmUp(const WarmUp& other)
    : ScheduleOf(other), schedule_(other.schedule_->clone()), steps_(other.steps_) {}

WarmUp& WarmUp::operator=(const WarmUp& other) {
  schedule_ = other.schedule_->clone();
  steps_ = other.steps_;
  return *this;
}

double WarmUp::factor(const TrainingTime& time) const {
  const double share = static_cast<double>(time.step + 1) / static_cast<double>(steps_);
  return schedule_->factor(time) * std::min(1.0, share);
}

void WarmUp::epoch_ended(double loss) { schedule_->epoch_ended(loss); }

Value WarmUp::memory() const { return schedule_->save(); }

void WarmUp::set_memory(const Value& memory) { schedule_->load(memory); }

ReduceOnPlateau::ReduceOnPlateau(ReduceOnPlateauOptions options) : options_(options) {
  detail::validate_fields(options, type_name);
}

void ReduceOnPlateau::epoch_ended(double loss) {
  const double best = memory_.best;
  const double unit = !options_.relative ? 1.0 : (std::isfinite(best) ? std::abs(best) : 0.0);
  if (loss < best - options_.threshold * unit) {
    memory_.best = loss;
    memory_.bad_epochs = 0;
  } else {
    ++memory_.bad_epochs;
  }
  if (memory_.cooldown_left > 0) {
    --memory_.cooldown_left;
    memory_.bad_epochs = 0;
  }
  if (memory_.bad_epochs <= options_.patience) return;
  memory_.factor = std::max(memory_.factor * options_.gamma, options_.min_factor);
  memory_.cooldown_left = options_.cooldown;
  memory_.bad_epochs = 0;
}

Value ReduceOnPlateau::memory() const { return Codec<Memory>::encode(memory_); }

void ReduceOnPlateau::set_memory(const Value& memory) { memory_ = Codec<Memory>::decode(memory); }

}  // namespace espalier::nn
