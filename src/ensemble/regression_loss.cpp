// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/regression_loss.hpp>

#include <cmath>
#include <ostream>
#include <typeinfo>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <espalier/core/parallel.hpp>
#include <espalier/detail/exponential.hpp>
#include <espalier/loss/half_binomial.hpp>

namespace espalier {
namespace {

constexpr Index rows_per_block = 8'192;
constexpr double work_per_row = 20.0;

GradientHessian sums_at(const detail::UserLoss& loss, std::span<const double> y,
                        std::span<const double> weights, double raw) {
  const auto n = static_cast<Index>(y.size());
  return reduce_blocks(
      Blocks{n, rows_per_block}, work_per_row * static_cast<double>(n), GradientHessian{0.0, 0.0},
      [&](Index begin, Index end) {
        const auto first = static_cast<std::size_t>(begin);
        const auto size = static_cast<std::size_t>(end - begin);
        return loss.sums(y.subspan(first, size),
                         weights.empty() ? weights : weights.subspan(first, size), raw);
      },
      [](GradientHessian& total, const GradientHessian& part) {
        total.gradient += part.gradient;
        total.hessian += part.hessian;
      });
}

}  // namespace

double detail::best_constant(const UserLoss& loss, std::span<const double> y,
                             std::span<const double> weights) {
  constexpr int most_steps = 100;
  double x = 0.0;
  GradientHessian at = sums_at(loss, y, weights, x);
  const double direction = at.gradient < 0.0 ? 1.0 : -1.0;  // downhill
  double near = 0.0;                                        // before the zero, seen from 0
  double far = std::numeric_limits<double>::infinity();     // behind it, once found
  for (int step = 0; step < most_steps && at.gradient != 0.0; ++step) {
    (at.gradient * direction < 0.0 ? near : far) = std::abs(x);
    const double reach = std::isinf(far) ? 2.0 * near + 1.0 : far;
    double next = std::abs(x) - direction * at.gradient / at.hessian;
    if (!(next > near && next < reach)) next = std::isinf(far) ? reach : near + 0.5 * (far - near);
    if (std::abs(next - std::abs(x)) <= 1e-12 * (1.0 + next)) break;
    const GradientHessian there = sums_at(loss, y, weights, direction * next);
    if (!std::isfinite(there.gradient)) break;
    x = direction * next;
    at = there;
  }
  return x;
}

std::string_view RegressionLoss::name() const {
  return user_ ? user_->name() : names_of(kind_)[static_cast<std::size_t>(kind_)];
}

void RegressionLoss::validate() const {
  if (user_) user_->validate();
}

void RegressionLoss::inverse_link(std::span<double> raw) const {
  const bool is_share = is(cross_entropy);
  if (!user_ && !is_share && !positive_targets()) return;
  const auto n = static_cast<Index>(raw.size());
  parallel_for_blocks(Blocks{n, rows_per_block}, work_per_row * static_cast<double>(n),
                      [&](Index begin, Index end) {
                        const auto block = raw.subspan(static_cast<std::size_t>(begin),
                                                       static_cast<std::size_t>(end - begin));
                        if (user_) return user_->inverse_link(block);
                        for (double& x : block)
                          x = is_share ? HalfBinomial::inverse_link(x) : detail::exponential(x);
                      });
}

bool operator==(const RegressionLoss& a, const RegressionLoss& b) {
  if (!a.user_ || !b.user_) return !a.user_ && !b.user_ && a.kind_ == b.kind_;
  const detail::UserLoss& first = *a.user_;
  const detail::UserLoss& second = *b.user_;
  return typeid(first) == typeid(second) && first.encode() == second.encode();
}

std::ostream& operator<<(std::ostream& out, const RegressionLoss& loss) {
  return out << Codec<RegressionLoss>::encode(loss).to_text();
}

Value Codec<RegressionLoss>::encode(const RegressionLoss& loss) {
  return loss.user() != nullptr ? loss.user()->encode() : Value(loss.name());
}

RegressionLoss Codec<RegressionLoss>::decode(const Value& value) {
  const auto* text = value.get_if<std::string>();
  const Value* params = nullptr;
  if (text == nullptr && value.get_if<Value::Object>() != nullptr) {
    detail::check_keys(value, {"name", "params"}, true, "loss");
    text = value.find("name")->get_if<std::string>();
    params = value.find("params");
  }
  if (text == nullptr) detail::refuse_value(value, describe());
  if (params == nullptr && detail::is_named_regression_loss(*text))
    return Codec<BoostingRegressionLoss>::decode(value);
  const auto make = regression_losses().find(*text);
  if (!make) detail::refuse_value(value, describe());
  return make(params);
}

std::string Codec<RegressionLoss>::describe() {
  std::string own;
  for (const std::string& name : regression_losses().names()) own += "'" + name + "', ";
  return Codec<BoostingRegressionLoss>::describe() + ", " + own +
         "or a loss of your own after regression_losses().add<YourLoss>()";
}

bool RegressionLossRegistry::contains(std::string_view name) const { return bool(find(name)); }

std::vector<std::string> RegressionLossRegistry::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> result;
  for (const auto& [name, factory] : factories_) result.push_back(name);
  return result;
}

void RegressionLossRegistry::add(std::string name, Factory factory) {
  const std::lock_guard lock(mutex_);
  factories_.insert_or_assign(std::move(name), std::move(factory));
}

RegressionLossRegistry::Factory RegressionLossRegistry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto at = factories_.find(name);
  return at != factories_.end() ? at->second : Factory{};
}

RegressionLossRegistry& regression_losses() {
  static RegressionLossRegistry instance;
  return instance;
}

}  // namespace espalier
