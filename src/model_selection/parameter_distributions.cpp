// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/parameter_distributions.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <espalier/core/errors.hpp>
#include <espalier/model_selection/parameter_grid.hpp>

namespace espalier {
namespace {

/// baseᵘ for u in [0, 1), from square roots and products of the binary digits of u alone: these are
/// the same on every platform, which the C library's exp and log need not be.
double power(double base, double u) {
  double result = 1.0;
  while (u > 0.0) {
    base = std::sqrt(base);
    u *= 2.0;
    if (u >= 1.0) {
      result *= base;
      u -= 1.0;
    }
  }
  return result;
}

}  // namespace

Value Distribution::sample(Random& random) const {
  if (const auto* values = std::get_if<Value::List>(&rule_))
    return (*values)[static_cast<std::size_t>(random.integer(static_cast<Index>(values->size())))];
  if (const auto* integers = std::get_if<Integers>(&rule_))
    return random.integer(integers->low, integers->end);
  const auto& range = std::get<Range>(rule_);
  return range.logarithmic ? range.low * power(range.high / range.low, random.uniform())
                           : random.uniform(range.low, range.high);
}

void Distribution::validate(std::string_view owner, std::string_view parameter) const {
  const auto refuse = [&](std::string_view what) {
    throw InvalidParameter(fmt::format(
        "The 'param_distributions' parameter of {} has, for '{}', {}.", owner, parameter, what));
  };
  if (const auto* values = std::get_if<Value::List>(&rule_)) {
    if (values->empty()) refuse("no values");
  } else if (const auto* integers = std::get_if<Integers>(&rule_)) {
    if (integers->low >= integers->end)
      refuse(fmt::format("no integers in [{}, {})", integers->low, integers->end));
  } else {
    const auto& [low, high, logarithmic] = std::get<Range>(rule_);
    if (!(low < high) || !std::isfinite(high - low))
      refuse(fmt::format("an unusable range [{}, {})", number_text(low), number_text(high)));
    if (logarithmic && (!(low > 0.0) || !std::isfinite(high / low)))
      refuse(fmt::format("a logarithmic range [{}, {}), which must begin above 0", number_text(low),
                         number_text(high)));
  }
}

ParameterDistributions::ParameterDistributions(std::vector<Axis> axes) : axes_(std::move(axes)) {
  std::stable_sort(axes_.begin(), axes_.end(),
                   [](const Axis& a, const Axis& b) { return a.first < b.first; });
}

std::vector<ParamList> ParameterDistributions::sample(Index n, std::uint64_t seed) const {
  validate("ParameterDistributions");
  std::vector<ParamList> drawn;
  if (std::all_of(axes_.begin(), axes_.end(),
                  [](const Axis& axis) { return axis.second.list() != nullptr; })) {
    std::vector<ParameterGrid::Axis> lists;
    for (const auto& [name, distribution] : axes_) lists.emplace_back(name, *distribution.list());
    const ParameterGrid grid(std::move(lists));
    for (const Index i : Random(seed).choice(grid.size(), std::min(n, grid.size())))
      drawn.push_back(grid.at(i));
    return drawn;
  }
  for (Index i = 0; i < n; ++i) {
    Random random(seed, static_cast<std::uint64_t>(i));
    ParamList params;
    for (const auto& [name, distribution] : axes_)
      params.emplace_back(name, distribution.sample(random));
    drawn.push_back(std::move(params));
  }
  return drawn;
}

void ParameterDistributions::validate(std::string_view owner) const {
  for (const auto& [name, distribution] : axes_) distribution.validate(owner, name);
  const auto twice = std::adjacent_find(
      axes_.begin(), axes_.end(), [](const Axis& a, const Axis& b) { return a.first == b.first; });
  if (twice != axes_.end())
    throw InvalidParameter(fmt::format("The 'param_distributions' parameter of {} has '{}' twice.",
                                       owner, twice->first));
}

Value Codec<Distribution>::encode(const Distribution& distribution) {
  if (distribution.list() != nullptr) return *distribution.list();
  if (const auto* integers = std::get_if<Distribution::Integers>(&distribution.rule_))
    return Value::Object{{"integers", Value::Integers{integers->low, integers->end}}};
  const auto& range = std::get<Distribution::Range>(distribution.rule_);
  return Value::Object{
      {range.logarithmic ? "log_uniform" : "uniform", Value::Numbers{range.low, range.high}}};
}

Distribution Codec<Distribution>::decode(const Value& value) {
  if (const auto* object = value.get_if<Value::Object>()) {
    if (object->size() != 1) detail::refuse_value(value, describe());
    const auto& [kind, range] = object->front();
    if (kind == "integers") {
      const auto [low, end] = Codec<std::pair<std::int64_t, std::int64_t>>::decode(range);
      return Distribution::integers(low, end);
    }
    if (kind != "uniform" && kind != "log_uniform") detail::refuse_value(value, describe());
    const auto [low, high] = Codec<std::pair<double, double>>::decode(range);
    return kind == "uniform" ? Distribution::uniform(low, high)
                             : Distribution::log_uniform(low, high);
  }
  return detail::decode_values(value);
}

std::string Codec<Distribution>::describe() {
  return "a list, or an object such as {\"uniform\": [low, high]}, log_uniform or integers alike";
}

Value Codec<ParameterDistributions>::encode(const ParameterDistributions& distributions) {
  Value::Object object;
  for (const auto& [name, distribution] : distributions.axes_)
    object.emplace_back(name, Codec<Distribution>::encode(distribution));
  return object;
}

ParameterDistributions Codec<ParameterDistributions>::decode(const Value& value) {
  std::vector<ParameterDistributions::Axis> axes;
  for (const auto& [name, distribution] : detail::decode_object(value))
    axes.emplace_back(name, Codec<Distribution>::decode(distribution));
  return axes;
}

std::string Codec<ParameterDistributions>::describe() {
  return "an object {\"path\": " + Codec<Distribution>::describe() + "}";
}

}  // namespace espalier
