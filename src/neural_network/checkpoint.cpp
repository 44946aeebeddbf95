// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/version.hpp>
#include <espalier/neural_network/trainer.hpp>

#include "core/json.hpp"
#include "neural_network/network_values.hpp"

namespace espalier::nn {
namespace {

constexpr std::string_view format = "espalier training";
constexpr int training_version = 1;

template <class T>
constexpr std::string_view scalar_name() {
  return std::is_same_v<T, float> ? "float" : "double";
}

/// @throws FormatError  the member `key` is missing or says something else
void expect(const Value& file, std::string_view key, const Value& expected) {
  const Value* const got = file.find(key);
  if (got == nullptr || !(*got == expected))
    throw FormatError(fmt::format("the file has {} {}, this trainer {}", key,
                                  got == nullptr ? "none" : got->to_text(), expected.to_text()));
}

template <class T>
Value encode_weights(const std::vector<Rows<T>>& weights) {
  Value::List list;
  for (const Rows<T>& w : weights)
    list.push_back(Codec<Matrix>::encode(Matrix(w.template cast<double>())));
  return list;
}

/// Weights of `network`, or none.
template <class T>
std::vector<Rows<T>> decode_weights(const Value& value, Sequential<T>& network) {
  Value::List unpacked;
  const Value::List& list = detail::decode_list(value, unpacked);
  const std::vector<Parameter<T>*> own = learned(network);
  if (!list.empty() && list.size() != own.size())
    throw FormatError(fmt::format("best: {} weights do not fit {}", list.size(), own.size()));
  std::vector<Rows<T>> weights;
  for (std::size_t i = 0; i < list.size(); ++i) {
    weights.push_back(Codec<Matrix>::decode(list[i]).template cast<T>());
    const Rows<T>& wanted = own[i]->value;
    if (weights[i].rows() != wanted.rows() || weights[i].cols() != wanted.cols())
      throw FormatError(fmt::format("best: expected {}, {} × {}, got {} × {}", own[i]->name,
                                    wanted.rows(), wanted.cols(), weights[i].rows(),
                                    weights[i].cols()));
  }
  return weights;
}

History decode_history(const Value& value, const std::vector<std::string>& metrics) {
  const auto read = Codec<History>::decode(value);
  if (read.metric_names() != metrics)
    throw FormatError("history: the file has other metrics than this trainer");
  History history(metrics);
  try {
    for (const EpochRecord& record : read) history.add(record);
  } catch (const InvalidInput& error) {
    throw FormatError(error.what());
  }
  return history;
}

Value read_value(const std::string& bytes) {
  const bool is_json = !bytes.empty() && bytes.front() == '{';
  if (is_json) return detail::read_json(bytes);
  return detail::read_cbor({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

}  // namespace

template <class T>
Value Trainer<T>::encode() const {
  return Value::Object{{"format", format},
                       {"format_version", training_version},
                       {"library_version", version},
                       {"scalar", scalar_name<T>()},
                       {"loss", loss_->name()},
                       {"random_state", options_.random_state},
                       {"learning_rate", state_.learning_rate},
                       {"network", network_.save()},
                       {"optimizer", state_.optimizer->save()},
                       {"schedule", state_.schedule ? state_.schedule->save() : Value()},
                       {"history", Codec<History>::encode(history())},
                       {"best", Value::Object{{"epoch", state_.best.epoch},
                                              {"value", state_.best.value},
                                              {"monitor", state_.best.monitor},
                                              {"weights", encode_weights(state_.best.weights)}}}};
}

template <class T>
typename Trainer<T>::State Trainer<T>::decode(const Value& file, Sequential<T>& network) const {
  const Value* const name = file.find("format");
  if (name == nullptr || !(*name == Value(format)))
    throw FormatError("this is no file of a Trainer");
  expect(file, "format_version", training_version);
  detail::check_keys(
      file,
      {"format", "format_version", "library_version", "scalar", "loss", "random_state",
       "learning_rate", "network", "optimizer", "schedule", "history", "best"},
      true, "training");
  expect(file, "scalar", scalar_name<T>());
  expect(file, "loss", loss_->name());
  expect(file, "random_state", options_.random_state);
  network.load(*file.find("network"));
  State state = state_.clone();
  state.optimizer->load(*file.find("optimizer"));
  try {
    state.optimizer->check(network.parameters());
  } catch (const InvalidInput& error) {
    throw FormatError(error.what());
  }
  state.learning_rate = detail::decode_number(*file.find("learning_rate"));
  const Value& schedule = *file.find("schedule");
  if (schedule.is_none() != (state.schedule == nullptr))
    throw FormatError(fmt::format("the file has {} schedule, this trainer {}",
                                  schedule.is_none() ? "no" : "a",
                                  state.schedule ? "one" : "none"));
  if (state.schedule) state.schedule->load(schedule);
  state.history = decode_history(*file.find("history"), history().metric_names());
  const Value& best = *file.find("best");
  detail::check_keys(best, {"epoch", "value", "monitor", "weights"}, true, "best");
  state.best = {
      static_cast<int>(detail::decode_integer(*best.find("epoch"), 0, state.history.size())),
      detail::decode_number(*best.find("value")), detail::decode_text(*best.find("monitor")),
      decode_weights(*best.find("weights"), network)};
  return state;
}

template <class T>
void Trainer<T>::save(const std::filesystem::path& path) const {
  if (path.extension() == ".json") {
    detail::write_file_atomically(path, detail::write_json(encode(), -1) + "\n");
  } else {
    const std::vector<std::uint8_t> bytes = detail::write_cbor(encode());
    detail::write_file_atomically(path,
                                  {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

template <class T>
void Trainer<T>::resume(const std::filesystem::path& path) try {
  const Value file = read_value(detail::read_file(path));
  Sequential<T> network = network_;  // the pointers into network_ stay
  State state = decode(file, network);
  set_values(network_, values_of(network));
  state_ = std::move(state);
} catch (const FormatError& error) {
  throw FormatError(fmt::format("{}: {}", path.string(), error.what()));
}

// The other members are in trainer.cpp.
template Value Trainer<float>::encode() const;
template Value Trainer<double>::encode() const;
template Trainer<float>::State Trainer<float>::decode(const Value&, Sequential<float>&) const;
template Trainer<double>::State Trainer<double>::decode(const Value&, Sequential<double>&) const;
template void Trainer<float>::save(const std::filesystem::path&) const;
template void Trainer<double>::save(const std::filesystem::path&) const;
template void Trainer<float>::resume(const std::filesystem::path&);
template void Trainer<double>::resume(const std::filesystem::path&);

}  // namespace espalier::nn
