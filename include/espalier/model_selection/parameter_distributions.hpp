// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <espalier/core/codec.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/types.hpp>
#include <espalier/core/value.hpp>

namespace espalier {

/// What a random search draws a parameter from: a list of values, equally likely, or a range.
class Distribution {
 public:
  Distribution(std::initializer_list<Value> values) : rule_(Value::List(values)) {}
  Distribution(Value::List values) : rule_(std::move(values)) {}

  /// Numbers in [low, high).
  static Distribution uniform(double low, double high) { return {Range{low, high, false}}; }
  /// Numbers in [low, high) whose logarithms are uniform: for a scale such as a penalty or a
  /// learning rate, of which the order of magnitude is unknown. 0 < low.
  static Distribution log_uniform(double low, double high) { return {Range{low, high, true}}; }
  /// Integers low, …, end − 1.
  static Distribution integers(std::int64_t low, std::int64_t end) { return {Integers{low, end}}; }

  /// The values, if it is a list; else null.
  const Value::List* list() const { return std::get_if<Value::List>(&rule_); }

  /// One draw; the same one from the same generator on every platform.
  Value sample(Random& random) const;

  /// @throws InvalidParameter  naming `owner` and `parameter`: no values, or an impossible range
  void validate(std::string_view owner, std::string_view parameter) const;

 private:
  friend struct Codec<Distribution>;
  struct Range {
    double low, high;
    bool logarithmic;
  };
  struct Integers {
    std::int64_t low, end;
  };
  using Rule = std::variant<Value::List, Range, Integers>;
  Distribution(Range rule) : rule_(rule) {}
  Distribution(Integers rule) : rule_(rule) {}

  Rule rule_;
};

/// A list, or an object: {"uniform": [low, high]}, {"log_uniform": [low, high]}, {"integers": [low,
/// end]}.
template <>
struct Codec<Distribution> {
  static Value encode(const Distribution& distribution);
  static Distribution decode(const Value& value);
  static std::string describe();
};

/// A distribution for each of some parameters, which are named by path.
///
///     ParameterDistributions space{{"model__C", Distribution::log_uniform(1e-3, 1e3)},
///                                  {"model__fit_intercept", {true, false}}};
///     std::vector<ParamList> candidates = space.sample(20, 0);
class ParameterDistributions {
 public:
  using Axis = std::pair<std::string, Distribution>;

  ParameterDistributions() = default;
  ParameterDistributions(std::initializer_list<Axis> axes)
      : ParameterDistributions(std::vector<Axis>(axes)) {}
  ParameterDistributions(std::vector<Axis> axes);  ///< kept sorted by name

  /// `n` settings of all parameters, drawn independently. When every distribution is a list, no
  /// combination is drawn twice, so there may be fewer than n. Draw i depends on (seed, i) alone.
  std::vector<ParamList> sample(Index n, std::uint64_t seed) const;

  /// @throws InvalidParameter  naming `owner`: a parameter twice, or an unusable distribution
  void validate(std::string_view owner) const;

 private:
  friend struct Codec<ParameterDistributions>;
  std::vector<Axis> axes_;
};

/// As a parameter: {"model__C": {"log_uniform": [0.001, 1000]}, "model__fit_intercept": [true,
/// false]}.
template <>
struct Codec<ParameterDistributions> {
  static Value encode(const ParameterDistributions& distributions);
  static ParameterDistributions decode(const Value& value);
  static std::string describe();
};

}  // namespace espalier
