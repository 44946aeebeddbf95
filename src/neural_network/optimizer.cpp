// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/neural_network/optimizer.hpp>

#include <fmt/format.h>

#include <cmath>

#include <espalier/core/codec.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/core/parallel.hpp>
#include <espalier/core/params.hpp>

namespace espalier::nn {
namespace {

constexpr Index numbers_per_stretch = 1 << 14;

}  // namespace

template <class T>
void Optimizer<T>::set_learning_rate(double rate) {
  if (!(rate >= 0.0) || !std::isfinite(rate))
    throw InvalidParameter(
        fmt::format("the learning rate of an optimiser is a number ≥ 0, got {}", rate));
  learning_rate_ = rate;
}

template <class T>
void Optimizer<T>::reset() {
  n_steps_ = 0;
  slots_.clear();
}

template <class T>
void Optimizer<T>::prepare(std::span<Parameter<T>* const> parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter<T>& p = *parameters[i];
    if (p.gradient.size() != p.size())
      throw InvalidInput(fmt::format("{}: parameter {}, {}, has {} values, but a gradient of {}",
                                     name(), i, p.name, p.size(), p.gradient.size()));
  }
  const auto n = static_cast<std::size_t>(n_slots());
  if (n > most_slots)
    throw InvalidParameter(
        fmt::format("{}: n_slots is {}, but at most {} can be remembered", name(), n, most_slots));
  if (slots_.empty()) {
    slots_.resize(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i)
      for (std::size_t s = 0; s < n; ++s)
        slots_[i][s] = Rows<T>::Zero(parameters[i]->value.rows(), parameters[i]->value.cols());
  }
  check(parameters);
}

template <class T>
void Optimizer<T>::check(std::span<Parameter<T>* const> parameters) const {
  if (slots_.empty()) return;
  if (slots_.size() != parameters.size())
    throw InvalidInput(fmt::format("{}: {} parameters, but {} in the first step", name(),
                                   parameters.size(), slots_.size()));
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (n_slots() > 0 && slots_[i][0].size() != parameters[i]->size())
      throw InvalidInput(
          fmt::format("{}: parameter {}, {}, has {} values, but {} in the first step", name(), i,
                      parameters[i]->name, parameters[i]->size(), slots_[i][0].size()));
}

template <class T>
void Optimizer<T>::step(std::span<Parameter<T>* const> parameters) {
  prepare(parameters);
  const int n = n_slots();
  ++n_steps_;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    Parameter<T>& parameter = *parameters[p];
    const Blocks blocks{parameter.size(), numbers_per_stretch};
    parallel_for_blocks(blocks, static_cast<double>(parameter.size()), [&](Index begin, Index end) {
      Stretch stretch{parameter.value.data() + begin,
                      parameter.gradient.data() + begin,
                      {},
                      end - begin,
                      parameter.penalised};
      for (int s = 0; s < n; ++s)
        stretch.slots[static_cast<std::size_t>(s)] =
            slots_[p][static_cast<std::size_t>(s)].data() + begin;
      update(stretch);
    });
  }
}

template <class T>
Value Optimizer<T>::save() const {
  Value::List slots;
  for (const auto& of_parameter : slots_)
    for (int s = 0; s < n_slots(); ++s) {
      const Rows<T>& slot = of_parameter[static_cast<std::size_t>(s)];
      slots.push_back(Codec<Matrix>::encode(slot.template cast<double>()));
    }
  return Value::Object{{"optimizer", name()},
                       {"learning_rate", learning_rate_},
                       {"n_steps", n_steps_},
                       {"slots", std::move(slots)}};
}

template <class T>
void Optimizer<T>::load(const Value& value) {
  detail::check_keys(value, {"optimizer", "learning_rate", "n_steps", "slots"}, true, name());
  if (detail::decode_text(*value.find("optimizer")) != name())
    throw FormatError(
        fmt::format("{}: this is what {} remembers", name(), value.find("optimizer")->to_text()));
  const auto most = std::int64_t{1} << 62;  // so that counting on cannot overflow
  const Index n_steps = detail::decode_integer(*value.find("n_steps"), 0, most);
  Value::List unpacked;
  const Value::List& list = detail::decode_list(*value.find("slots"), unpacked);
  const auto n = static_cast<std::size_t>(n_slots());
  if (n == 0 ? !list.empty() : list.size() % n != 0)
    throw FormatError(fmt::format("{}: {} lists are not {} a parameter", name(), list.size(), n));
  std::vector<std::array<Rows<T>, most_slots>> slots(n > 0 ? list.size() / n : 0);
  for (std::size_t i = 0; i < list.size(); ++i)
    slots[i / n][i % n] = Codec<Matrix>::decode(list[i]).template cast<T>();
  for (const auto& of_parameter : slots)
    for (std::size_t s = 1; s < n; ++s)
      if (of_parameter[s].size() != of_parameter[0].size())
        throw FormatError(fmt::format("{}: the lists of a parameter differ in size", name()));
  const double rate = detail::decode_number(*value.find("learning_rate"));
  if (!at_least(0.0).contains(rate))
    throw FormatError(fmt::format("{}: {} is no learning rate", name(), rate));
  learning_rate_ = rate;
  n_steps_ = n_steps;
  slots_ = std::move(slots);
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace espalier::nn
