// SPDX-License-Identifier: BSD-3-Clause
// Monotonic and interaction constraints of the boosted trees.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include "support/expect_error.hpp"

namespace espalier {
namespace {

using testing_support::throws;
using Regressor_ = HistGradientBoostingRegressor;
using Classifier_ = HistGradientBoostingClassifier;
using Signs = std::vector<int>;
using SignsByName = std::map<std::string, int>;
using Groups = std::vector<std::vector<Index>>;
using NamedGroups = std::vector<std::vector<std::string>>;

/// Five features whose effects wave and depend on one another; some values of column 4 are missing.
struct Data {
  Matrix X;
  Vector y;

  explicit Data(Index n, std::uint64_t seed = 1) : X(n, 5), y(n) {
    Random random(seed);
    for (double& x : X.reshaped()) x = random.uniform(-3.0, 3.0);
    for (Index i = 0; i < n; ++i) {
      y[i] = X(i, 0) + 2.0 * std::sin(3.0 * X(i, 0)) - X(i, 1) * X(i, 1) + X(i, 2) * X(i, 3) +
             X(i, 4) + random.normal();
      if (random.uniform() < 0.1) X(i, 4) = std::numeric_limits<double>::quiet_NaN();
    }
  }

  DataFrame table() const {
    std::vector<Column> columns;
    for (Index j = 0; j < X.cols(); ++j)
      columns.push_back(Column::numeric(std::string(1, static_cast<char>('a' + j)), X.col(j)));
    return DataFrame(columns);
  }
  Labels classes() const { return (y.array() > 0.0).cast<int>(); }
};

/// How far predictions fall as a feature grows, at most, over a grid of it for some rows.
template <class Predict>
double largest_fall(const Data& data, Index feature, const Predict& predict) {
  constexpr Index steps = 101;
  double fall = 0.0;
  for (Index i = 0; i < 40; ++i) {
    Matrix grid = data.X.row(i).replicate(steps, 1);
    grid.col(feature) = Vector::LinSpaced(steps, -3.5, 3.5);
    const Vector predicted = predict(grid);
    fall = std::max(fall, (predicted.head(steps - 1) - predicted.tail(steps - 1)).maxCoeff());
  }
  return fall;
}

TEST(MonotonicConstraints, PredictionsFollowThem) {
  const Data data(2000);
  const Vector weights = Vector::NullaryExpr(2000, [](Index i) { return 0.5 + double(i % 3); });
  const auto fall = [&](const HistGradientBoostingRegressorParams& params, Index feature,
                        double sign) {
    Regressor_ model(params);
    model.fit(data.X, data.y, {.sample_weight = weights});
    return largest_fall(data, feature,
                        [&](const Matrix& X) { return Vector(sign * model.predict(X)); });
  };
  const Signs signs{1, -1, 0, 0, 1};
  for (const Index feature : {0, 1, 4}) {
    const double sign = signs[static_cast<std::size_t>(feature)];
    EXPECT_GT(fall({.max_iter = 60, .random_state = 0}, feature, sign), 0.1);
    EXPECT_EQ(fall({.max_iter = 60, .monotonic_cst = signs, .random_state = 0}, feature, sign),
              0.0);
  }
}

TEST(MonotonicConstraints, ProbabilitiesOfTheSecondClassFollowThem) {
  const Data data(2000);
  const auto fall = [&](const HistGradientBoostingClassifierParams& params, Index feature,
                        double sign) {
    Classifier_ model(params);
    model.fit(data.X, data.classes());
    return largest_fall(data, feature, [&](const Matrix& X) {
      return Vector(sign * model.predict_proba(X).col(1));
    });
  };
  EXPECT_GT(fall({.max_iter = 40}, 0, 1.0), 0.01);
  const Signs signs{1, 0, 0, -1, 0};
  EXPECT_EQ(fall({.max_iter = 40, .monotonic_cst = signs}, 0, 1.0), 0.0);
  EXPECT_EQ(fall({.max_iter = 40, .monotonic_cst = signs}, 3, -1.0), 0.0);
}

TEST(MonotonicConstraints, OfZerosAreNone) {
  const Data data(500);
  const auto trees = [&](const MonotonicConstraints& constraints) {
    Regressor_ model({.max_iter = 5, .random_state = 1});
    model.params().monotonic_cst = constraints;
    model.fit(data.X, data.y);
    model.params().monotonic_cst = {};
    return to_json(model);
  };
  EXPECT_EQ(trees(Signs{0, 0, 0, 0, 0}), trees({}));
  EXPECT_NE(trees(Signs{0, 1, 0, 0, 0}), trees({}));
}

TEST(MonotonicConstraints, ByNameAreThoseByPosition) {
  const Data data(500);
  const auto predicted = [&](const MonotonicConstraints& constraints) {
    Regressor_ model({.max_iter = 5, .monotonic_cst = constraints, .random_state = 1});
    return model.fit(data.table(), data.y).predict(data.table());
  };
  EXPECT_EQ(predicted(SignsByName{{"e", -1}, {"b", 1}}), predicted(Signs{0, 1, 0, 0, -1}));
}

TEST(MonotonicConstraints, SayWhatDoesNotFit) {
  const Data data(100);
  const auto fit = [&](const MonotonicConstraints& constraints, const Features& X) {
    return [=, &data] { Regressor_({.monotonic_cst = constraints}).fit(X, data.y); };
  };
  EXPECT_TRUE(throws<InvalidInput>(fit(Signs{1, 0}, data.X),
                                   {"HistGradientBoostingRegressor", "monotonic_cst", "2", "5"}));
  EXPECT_TRUE(throws<InvalidInput>(fit(Signs{1, 0, 2, 0, 0}, data.X), {"column 2", "2"}));
  EXPECT_TRUE(throws<InvalidInput>(fit(SignsByName{{"z", 1}}, data.table()), {"'z'"}));
  EXPECT_TRUE(throws<InvalidInput>(fit(SignsByName{{"a", 1}}, data.X), {"no column names"}));
  Regressor_ codes(
      {.categorical_features = std::vector<Index>{2}, .monotonic_cst = Signs{0, 0, 1, 0, 0}});
  EXPECT_TRUE(
      throws<InvalidInput>([&] { codes.fit(data.X.array().round().matrix().eval(), data.y); },
                           {"column 2", "categorical"}));
  const Labels three = Labels::NullaryExpr(100, [](Index i) { return static_cast<int>(i % 3); });
  EXPECT_TRUE(throws<InvalidInput>(
      [&] {
        Classifier_({.monotonic_cst = Signs{1, 0, 0, 0, 0}}).fit(data.X, three);
      },
      {"HistGradientBoostingClassifier", "not supported for multiclass", "3 classes"}));
}

/// The sets of features on the paths from a root to a leaf.
std::set<std::set<int>> paths_of(const BoostedTrees& trees) {
  std::set<std::set<int>> paths;
  for (Index t = 0; t < trees.n_trees(); ++t) {
    const TreeNode* root =
        &trees.nodes[static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(t)])];
    std::vector<std::pair<std::int32_t, std::set<int>>> stack{{0, {}}};
    while (!stack.empty()) {
      auto [index, path] = stack.back();
      stack.pop_back();
      const TreeNode& node = root[index];
      if (node.is_leaf()) {
        paths.insert(path);
        continue;
      }
      path.insert(node.feature);
      stack.emplace_back(index + 1, path);
      stack.emplace_back(node.right, path);
    }
  }
  return paths;
}

std::set<std::set<int>> paths_under(const InteractionConstraints& constraints, const Features& X,
                                    const Vector& y, double max_features = 1.0) {
  Regressor_ model({.max_iter = 100,
                    .max_features = max_features,
                    .interaction_cst = constraints,
                    .random_state = 0});
  model.fit(X, y);
  return paths_of(model.trees());
}

bool within(const std::set<int>& path, const std::set<int>& group) {
  return std::includes(group.begin(), group.end(), path.begin(), path.end());
}

TEST(InteractionConstraints, KeepPathsWithinAGroup) {
  const Data data(1500);
  const std::vector<std::set<int>> groups{{0, 1}, {1, 2, 3}, {4}};  // the last is what is left
  bool crosses_freely = false;
  const auto allowed = [&](const std::set<int>& path) {
    return std::any_of(groups.begin(), groups.end(),
                       [&](const std::set<int>& group) { return within(path, group); });
  };
  for (const auto& path : paths_under({}, data.X, data.y)) crosses_freely |= !allowed(path);
  EXPECT_TRUE(crosses_freely);
  for (const double max_features : {1.0, 0.5}) {
    const auto paths = paths_under(Groups{{1, 0, 1}, {3, 2, 1}}, data.X, data.y, max_features);
    for (const auto& path : paths) EXPECT_TRUE(allowed(path));
    EXPECT_TRUE(paths.contains({0, 1}));
    EXPECT_TRUE(paths.contains({1, 2, 3}));
    EXPECT_TRUE(paths.contains({4}));
  }
  EXPECT_EQ(paths_under(NamedGroups{{"b", "a"}, {"d", "c", "b"}}, data.table(), data.y),
            paths_under(Groups{{0, 1}, {1, 2, 3}}, data.X, data.y));
}

TEST(InteractionConstraints, PairwiseIsTwoFeaturesAPath) {
  const Data data(1500);
  const auto paths = paths_under(InteractionConstraints::pairwise(), data.X, data.y);
  std::size_t longest = 0;
  for (const auto& path : paths) longest = std::max(longest, path.size());
  EXPECT_EQ(longest, 2U);
  Groups all_pairs;
  for (Index i = 0; i < 5; ++i)
    for (Index j = 0; j < i; ++j) all_pairs.push_back({j, i});
  EXPECT_EQ(paths, paths_under(all_pairs, data.X, data.y));
}

TEST(InteractionConstraints, NoInteractionsMakeAnAdditiveModel) {
  const Data data(1500);
  Regressor_ model({.max_iter = 30, .interaction_cst = InteractionConstraints::no_interactions()});
  model.fit(data.X, data.y);
  for (const auto& path : paths_of(model.trees())) EXPECT_LE(path.size(), 1U);
  // f(x₀, x₁) + f(x₀', x₁') = f(x₀, x₁') + f(x₀', x₁)
  Matrix corners = data.X.row(0).replicate(4, 1);
  corners.col(0) << -1.0, 1.0, -1.0, 1.0;
  corners.col(1) << -1.0, 1.0, 1.0, -1.0;
  const Vector f = model.predict(corners);
  EXPECT_NEAR(f[0] + f[1], f[2] + f[3], 1e-12);
  EXPECT_GT(std::abs(f[0] - f[3]), 1e-3);
}

TEST(InteractionConstraints, LeaveAFeatureToDrawFrom) {
  const Data data(1500);
  Regressor_ model({.max_iter = 4,
                    .max_features = 0.01,
                    .interaction_cst = InteractionConstraints::no_interactions(),
                    .early_stopping = false,
                    .random_state = 0});
  model.fit(data.X, data.y);
  EXPECT_EQ(model.trees().nodes.size(), 4U * 61U) << "31 leaves each";
}

TEST(InteractionConstraints, SayWhatDoesNotFit) {
  const Data data(100);
  const auto fit = [&](const InteractionConstraints& constraints) {
    return [=, &data] { Regressor_({.interaction_cst = constraints}).fit(data.X, data.y); };
  };
  EXPECT_TRUE(throws<InvalidInput>(fit(Groups{{0, 5}}), {"interaction_cst", "5"}));
  EXPECT_TRUE(throws<InvalidInput>(fit(Groups{{-1}}), {"interaction_cst", "-1"}));
  EXPECT_TRUE(throws<InvalidInput>(fit(NamedGroups{{"a"}}), {"interaction_cst", "'a'"}));
}

TEST(Constraints, HaveTheSameBitsOnAnyNumberOfThreads) {
  const Data data(30'000);
  const auto bits = [&](int n_threads) {
    Regressor_ model({.max_iter = 4,
                      .max_features = 0.7,
                      .monotonic_cst = Signs{1, -1, 0, 0, 1},
                      .interaction_cst = Groups{{0, 1, 2}, {2, 3}},
                      .random_state = 3});
    model.fit(data.X, data.y, {.n_threads = n_threads});
    return to_json(model);
  };
  const std::string one = bits(1);
  for (const int n_threads : {2, 4, 7}) EXPECT_EQ(bits(n_threads), one);
}

TEST(Constraints, ReadAsInScikitLearn) {
  Regressor_ model;
  model.set_param("monotonic_cst", Value::parse("[1, 0, -1]"));
  model.set_param("interaction_cst", Value::parse("[[0, 1], [1, 2]]"));
  EXPECT_EQ(
      model.to_string(),
      "HistGradientBoostingRegressor(monotonic_cst=[1, 0, -1], interaction_cst=[[0, 1], [1, 2]])");
  EXPECT_EQ(from_json(to_json(model))->to_string(), model.to_string());
  model.set_param("monotonic_cst", Value::parse(R"({"a": 1, "b": -1})"));
  model.set_param("interaction_cst", Value::parse(R"([["a", "b"], []])"));
  EXPECT_EQ(from_json(to_json(model))->to_string(), model.to_string());
  for (const char* text : {"pairwise", "no_interactions"}) {
    model.set_param("interaction_cst", text);
    EXPECT_EQ(model.get_param("interaction_cst"), Value(text));
  }
  model.set_param("monotonic_cst", Value());
  EXPECT_TRUE(model.params().monotonic_cst.is_none());
  for (const char* text : {"[2]", "up", "{\"a\": 3}", "[0.5]"})
    EXPECT_TRUE(throws<InvalidParameter>(
        [&] { model.set_param("monotonic_cst", Value::parse(text)); }, {"monotonic_cst"}));
  for (const char* text : {"[1, 2]", "all", "[[\"a\", 1]]"})
    EXPECT_TRUE(throws<InvalidParameter>(
        [&] { model.set_param("interaction_cst", Value::parse(text)); }, {"interaction_cst"}));
}

}  // namespace
}  // namespace espalier
