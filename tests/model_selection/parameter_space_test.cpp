// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include <espalier/linear_model/ridge.hpp>
#include <espalier/model_selection/parameter_distributions.hpp>
#include <espalier/model_selection/parameter_grid.hpp>

#include "support/expect_error.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using testing_support::golden;
using testing_support::throws;

template <class T>
T through_value(const T& object) {
  return Codec<T>::decode(Codec<T>::encode(object));
}

Value from_json(const nlohmann::json& value) {
  return Value::parse(value.is_string() ? value.get<std::string>() : value.dump());
}

TEST(ParameterGrid, OrdersAsScikitLearn) {
  const ParameterGrid grid = ParameterGrid{{"b", {1, 2, 3}}, {"a", {"x", "y"}}} +
                             ParameterGrid{{"c", {true}}} + ParameterGrid();
  const auto expected = golden("model_selection.json")["grid"];
  ASSERT_EQ(grid.size(), static_cast<Index>(expected.size()));
  for (Index i = 0; i < grid.size(); ++i) {
    ParamList params;
    for (const auto& [name, value] : expected[static_cast<std::size_t>(i)].items())
      params.emplace_back(name, from_json(value));
    EXPECT_EQ(grid.at(i), params) << i;
  }
  EXPECT_EQ(grid.candidates().back(), ParamList{});
}

TEST(ParameterGrid, SurvivesBeingAValue) {
  const ParameterGrid grid{{"x", {1, 2.5, "a", nullptr, false}},
                           {"y", {Ridge({.alpha = 2.0}), Value::Integers{1, 2}}}};
  EXPECT_EQ(through_value(grid).candidates(), grid.candidates());
  EXPECT_EQ(through_value(grid + ParameterGrid()).candidates(),
            (grid + ParameterGrid()).candidates());
  const auto parsed =
      Codec<ParameterGrid>::decode(Value::parse(R"([{"a": [1, 2]}, {"b": ["u"]}])"));
  EXPECT_EQ(parsed.candidates(), (std::vector<ParamList>{{{"a", 1}}, {{"a", 2}}, {{"b", "u"}}}));
  EXPECT_THROW(Codec<ParameterGrid>::decode(Value::parse("7")), FormatError);
  EXPECT_THROW(Codec<ParameterGrid>::decode(Value::parse(R"({"a": 7})")), FormatError);
}

TEST(ParameterGrid, RefusesWhatCannotBe) {
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        ParameterGrid({{"a", {}}}).validate("Search");
      },
      {"param_grid", "Search", "'a'"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        ParameterGrid({{"a", {1}}, {"b", {1}}, {"a", {2}}}).validate("Search");
      },
      {"'a' twice"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        ParameterGrid({{"a", {1}}}).at(1);
      },
      {"no combination 1", "has 1"}));
  std::vector<ParameterGrid::Axis> axes;
  for (int k = 0; k < 64; ++k) axes.emplace_back(std::to_string(k), Value::List{0, 1});
  EXPECT_TRUE(throws<InvalidParameter>([&] { ParameterGrid(axes).size(); }, {"2^63"}));
}

TEST(Distribution, StaysInItsRange) {
  Random random(1);
  const auto uniform = Distribution::uniform(-2.0, 3.0),
             tight = Distribution::log_uniform(1e-3, 1e3);
  const auto integers = Distribution::integers(4, 7);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 2000; ++i) {
    const double u = *uniform.sample(random).get_if<double>(),
                 l = *tight.sample(random).get_if<double>();
    EXPECT_TRUE(u >= -2.0 && u < 3.0);
    EXPECT_TRUE(l >= 1e-3 && l < 1e3) << l;
    seen.insert(*integers.sample(random).get_if<std::int64_t>());
  }
  EXPECT_EQ(seen, (std::set<std::int64_t>{4, 5, 6}));
}

TEST(Distribution, LogUniformGivesEveryOrderOfMagnitudeItsShare) {
  Random random(2);
  const auto distribution = Distribution::log_uniform(1e-4, 1e2);
  std::vector<int> counts(6);
  constexpr int draws = 60000;
  for (int i = 0; i < draws; ++i)
    ++counts.at(static_cast<std::size_t>(
        std::floor(std::log10(*distribution.sample(random).get_if<double>())) + 4.0));
  for (const int count : counts) EXPECT_NEAR(count, draws / 6, 5 * std::sqrt(draws / 6.0));
}

TEST(Distribution, LogUniformIsThePowerOfItsUniform) {
  Random draws(3), uniforms(3);
  const auto distribution = Distribution::log_uniform(1e-5, 1e7);
  for (int i = 0; i < 100; ++i) {
    const double expected = 1e-5 * std::pow(1e12, uniforms.uniform());
    EXPECT_NEAR(*distribution.sample(draws).get_if<double>() / expected, 1.0, 1e-13);
  }
}

TEST(ParameterDistributions, DrawDependsOnSeedAndNumberAlone) {
  const ParameterDistributions space{{"b", Distribution::log_uniform(0.1, 10.0)}, {"a", {1, 2, 3}}};
  const auto ten = space.sample(10, 4), three = space.sample(3, 4);
  EXPECT_TRUE(std::equal(three.begin(), three.end(), ten.begin()));
  EXPECT_EQ(ten[0][0].first, "a");
  EXPECT_EQ(ten[0][1].first, "b");
  EXPECT_NE(ten, space.sample(10, 5));
  EXPECT_EQ(through_value(space).sample(10, 4), ten);
}

TEST(ParameterDistributions, ListsAreDrawnWithoutRepetition) {
  const ParameterDistributions space{{"a", {1, 2, 3}}, {"b", {"x", "y"}}};
  const auto all = space.sample(100, 0);
  ASSERT_EQ(all.size(), 6u);
  const auto grid = ParameterGrid{{"a", {1, 2, 3}}, {"b", {"x", "y"}}}.candidates();
  EXPECT_TRUE(std::is_permutation(all.begin(), all.end(), grid.begin()));
  EXPECT_NE(all, grid);
  EXPECT_EQ(space.sample(4, 0).size(), 4u);
}

TEST(ParameterDistributions, RefusesWhatCannotBe) {
  const auto refused = [](const Distribution& d, std::initializer_list<std::string_view> parts) {
    return throws<InvalidParameter>(
        [&] {
          ParameterDistributions({{"p", d}}).validate("Search");
        },
        parts);
  };
  EXPECT_TRUE(refused(Value::List{}, {"param_distributions", "Search", "'p'", "no values"}));
  EXPECT_TRUE(refused(Distribution::uniform(1.0, 1.0), {"[1, 1)"}));
  EXPECT_TRUE(refused(Distribution::uniform(std::nan(""), 1.0), {"nan"}));
  EXPECT_TRUE(refused(Distribution::log_uniform(0.0, 1.0), {"above 0"}));
  EXPECT_TRUE(refused(Distribution::integers(3, 3), {"[3, 3)"}));
  EXPECT_TRUE(throws<InvalidParameter>(
      [] {
        ParameterDistributions({{"p", {1}}, {"p", Distribution::uniform(0, 1)}}).validate("Search");
      },
      {"'p' twice"}));
  EXPECT_THROW(Codec<Distribution>::decode(Value::parse(R"({"normal": [0, 1]})")), FormatError);
  EXPECT_THROW(Codec<Distribution>::decode(Value::parse(R"({"uniform": [0]})")), FormatError);
}

}  // namespace
}  // namespace espalier
