// SPDX-License-Identifier: BSD-3-Clause
// Trees, scores and predictions against scikit-learn's (tests/golden/make_ensemble.py).
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include "ensemble/golden_rules.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using nlohmann::json;
using testing_support::golden;
using testing_support::to_labels;
using testing_support::to_matrix;
using testing_support::to_number;
using testing_support::to_vector;

Value to_value(const json& v) {
  if (v.is_null()) return {};
  if (v.is_boolean()) return v.get<bool>();
  if (v.is_number_integer()) return v.get<std::int64_t>();
  if (v.is_number()) return v.get<double>();
  if (v.is_string()) return v.get<std::string>();
  Value::List list;
  for (const json& item : v) list.push_back(to_value(item));
  return list;
}

template <class Model>
Model model_for(const json& test) {
  Model model;
  for (const auto& [name, value] : test["params"].items()) model.set_param(name, to_value(value));
  if (!test["params"].contains("early_stopping")) model.set_param("early_stopping", false);
  return model;
}

/// What scikit-learn says of the trees of the first iterations.
void expect_same_trees(const BoostedTrees& trees, const json& expected) {
  const std::size_t n = expected["feature"].size();
  ASSERT_GE(trees.nodes.size(), n);
  const double largest_gain = to_vector(expected["gain"]).maxCoeff();
  Index tree = -1;
  for (std::size_t i = 0; i < n; ++i) {
    SCOPED_TRACE("node " + std::to_string(i));
    const TreeNode& node = trees.nodes[i];
    if (expected["depth"][i] == 0) {
      ++tree;
      EXPECT_EQ(trees.tree_begin[static_cast<std::size_t>(tree)], static_cast<Index>(i));
    }
    ASSERT_EQ(node.feature, expected["feature"][i].get<int>());
    EXPECT_EQ(trees.infos[i].count, expected["count"][i].get<double>());
    EXPECT_NEAR(trees.infos[i].gain, to_number(expected["gain"][i]), 1e-9 * largest_gain);
    const double value = to_number(expected["value"][i]);
    if (node.is_leaf()) {
      EXPECT_NEAR(node.value, value, 1e-9 * (1.0 + std::abs(value)));
      continue;
    }
    EXPECT_EQ(node.missing_left, expected["missing_left"][i].get<int>() == 1);
    if (node.left_set < 0) {
      EXPECT_TRUE(expected["left_set"][i].empty());
      EXPECT_EQ(node.value, value);
      continue;
    }
    const std::span<const std::uint32_t> set =
        trees.category_sets[static_cast<std::size_t>(node.left_set)];
    std::vector<int> members;
    for (int code = 0; code < 255; ++code)
      if ((set[static_cast<std::size_t>(code) / 32] >> (code % 32) & 1U) != 0)
        members.push_back(code);
    EXPECT_EQ(members, expected["left_set"][i].get<std::vector<int>>());
  }
}

void expect_near(const Matrix& got, const Matrix& expected, double tolerance) {
  ASSERT_EQ(got.rows(), expected.rows());
  ASSERT_EQ(got.cols(), expected.cols());
  const double scale = std::max(1.0, expected.size() > 0 ? expected.cwiseAbs().maxCoeff() : 0.0);
  for (Index i = 0; i < got.rows(); ++i)
    for (Index j = 0; j < got.cols(); ++j)
      EXPECT_NEAR(got(i, j), expected(i, j), tolerance * scale);
}

Matrix raw_predictions(const HistGradientBoostingRegressor& model, const Features& X) {
  const Vector predicted = model.predict(X);
  return model.state().loss.positive_targets() ? Vector(predicted.array().log()) : predicted;
}
Matrix raw_predictions(const HistGradientBoostingClassifier& model, const Features& X) {
  return model.decision_function(X);
}

template <class Model>
void expect_same_model(const Model& model, const Features& X_new, const json& test) {
  EXPECT_EQ(model.n_iter(), test["n_iter"].get<Index>());
  expect_near(model.trees().baseline, to_vector(test["baseline"]), 1e-12);
  expect_same_trees(model.trees(), test["trees"]);
  expect_near(raw_predictions(model, X_new), to_matrix(test["raw"]), 1e-6);
}

/// The scores are scikit-learn's to the end, and of its trees those up to the best score stay.
template <class Model>
void expect_same_stopping(const Model& stopped, const Model& all, const json& test) {
  expect_near(stopped.train_score(), to_vector(test["train_score"]), 1e-9);
  expect_near(stopped.validation_score(), to_vector(test["validation_score"]), 1e-9);
  const bool validated = !test["validation_score"].empty();
  const Vector deciding = to_vector(test[validated ? "validation_score" : "train_score"]);
  Index best = 0;
  for (Index i = 1; i < deciding.size(); ++i)
    if (deciding[i] > deciding[best]) best = i;
  EXPECT_EQ(stopped.n_iter(), best);
  BoostedTrees kept = all.trees();
  kept.truncate(best);
  EXPECT_EQ(Codec<BoostedTrees>::encode(stopped.trees()), Codec<BoostedTrees>::encode(kept));
}

template <class Model, class Y>
void check_case(const Matrix& X, const Y& y, const json& test) {
  SCOPED_TRACE(test["name"].get<std::string>());
  const Matrix used = test["holes"].get<bool>() ? with_holes(X) : X;
  const Index n_validation = test["validation"].get<Index>();
  const Index n = X.rows() - n_validation;
  FitContext context;
  const Vector weights = weights_for(X.rows());
  const bool weighted = test["weighted"].get<bool>();
  if (weighted) context.sample_weight = weights.head(n);
  if (n_validation > 0) {
    context.validation =
        ValidationSet{Features(Matrix(used.bottomRows(n_validation))), Y(y.tail(n_validation)),
                      weighted ? Vector(weights.tail(n_validation)) : Vector()};
  }
  Model model = model_for<Model>(test);
  const Matrix X_train = used.topRows(n);
  model.fit(X_train, Y(y.head(n)), context);
  if (model.do_early_stopping()) {  // scikit-learn keeps the trees after the best ones, too
    const Model stopped = model;
    model.params().early_stopping = false;
    model.params().max_iter = test["n_iter"].get<int>();
    context.validation.reset();
    model.fit(X_train, Y(y.head(n)), context);
    expect_same_stopping(stopped, model, test);
  }
  expect_same_model(model, Matrix(used.topRows(static_cast<Index>(test["raw"].size()))), test);
}

template <class Model, class Y>
void check_file(const std::string& file, const Y& y) {
  const json data = golden(file);
  const Matrix X = to_matrix(data["X"]);
  for (const json& test : data["cases"]) check_case<Model, Y>(X, y, test);
}

void check_loss(const std::string& loss) {
  const json data = golden("ensemble_regression.json");
  int checked = 0;
  const json losses = golden("ensemble_losses.json");
  for (const json& test : losses["cases"]) {
    if (test["params"]["loss"] != loss) continue;
    check_case<HistGradientBoostingRegressor, Vector>(to_matrix(data["X"]), to_vector(data["y"]),
                                                      test);
    ++checked;
  }
  EXPECT_EQ(checked, 3) << "without weights, with weights, and with early stopping";
}

DataFrame mixed_table(const json& columns) {
  std::vector<Column> result;
  for (const json& c : columns) {
    const auto name = c["name"].get<std::string>();
    if (c.contains("codes"))
      result.push_back(Column::categorical(name, c["codes"].get<std::vector<std::int32_t>>(),
                                           c["dictionary"].get<Dictionary>()));
    else
      result.push_back(Column::numeric(name, to_vector(c["values"])));
  }
  return DataFrame(std::move(result));
}

/// The last rows, with one category renamed to what training has not seen, and the dictionary
/// turned round.
DataFrame new_rows(const DataFrame& table, Index n) {
  const DataFrame tail = table.tail(n);
  const Column home = tail["Home"];
  const Dictionary& from = home.dictionary();
  Dictionary dictionary(from.rbegin(), from.rend());
  std::vector<std::int32_t> codes;
  for (const std::int32_t code : home.codes())
    codes.push_back(code < 0 ? code : static_cast<std::int32_t>(from.size()) - 1 - code);
  std::replace(dictionary.begin(), dictionary.end(), std::string("rent"), std::string("tent"));
  return tail.with(Column::categorical("Home", codes, dictionary));
}

TEST(HistGradientBoostingRegressor, GrowsScikitLearnsTreesOnDiabetes) {
  check_file<HistGradientBoostingRegressor>("ensemble_regression.json",
                                            to_vector(golden("ensemble_regression.json")["y"]));
}

TEST(HistGradientBoostingRegressor, GrowsScikitLearnsTreesWithAbsoluteError) {
  check_loss("absolute_error");
}
TEST(HistGradientBoostingRegressor, GrowsScikitLearnsTreesWithQuantile) { check_loss("quantile"); }
TEST(HistGradientBoostingRegressor, GrowsScikitLearnsTreesWithPoisson) { check_loss("poisson"); }
TEST(HistGradientBoostingRegressor, GrowsScikitLearnsTreesWithGamma) { check_loss("gamma"); }

TEST(HistGradientBoostingClassifier, GrowsScikitLearnsTreesOnBreastCancer) {
  check_file<HistGradientBoostingClassifier>("ensemble_binary.json",
                                             to_labels(golden("ensemble_binary.json")["y"]));
}

TEST(HistGradientBoostingClassifier, GrowsScikitLearnsTreesOnWine) {
  check_file<HistGradientBoostingClassifier>("ensemble_multiclass.json",
                                             to_labels(golden("ensemble_multiclass.json")["y"]));
}

TEST(HistGradientBoosting, GrowsScikitLearnsTreesUnderConstraints) {
  const json constraints = golden("ensemble_constraints.json");
  const json diabetes = golden("ensemble_regression.json");
  for (const json& test : constraints["regression"])
    check_case<HistGradientBoostingRegressor, Vector>(to_matrix(diabetes["X"]),
                                                      to_vector(diabetes["y"]), test);
  const json cancer = golden("ensemble_binary.json");
  for (const json& test : constraints["binary"])
    check_case<HistGradientBoostingClassifier, Labels>(to_matrix(cancer["X"]),
                                                       to_labels(cancer["y"]), test);
}

TEST(HistGradientBoosting, GrowsScikitLearnsTreesOnCreditDataWithCategories) {
  const json data = golden("ensemble_mixed.json");
  const DataFrame table = mixed_table(data["columns"]);
  for (const json& test : data["cases"]) {
    SCOPED_TRACE(test["name"].get<std::string>());
    const DataFrame X_new = new_rows(table, static_cast<Index>(test["raw"].size()));
    if (test["name"] == "regression") {
      auto model = model_for<HistGradientBoostingRegressor>(test);
      model.fit(table, to_vector(data["target"]), {.sample_weight = weights_for(table.rows())});
      expect_same_model(model, X_new, test);
    } else {
      auto model = model_for<HistGradientBoostingClassifier>(test);
      model.fit(table, to_labels(data["y"]));
      expect_same_model(model, X_new, test);
    }
  }
}

}  // namespace
}  // namespace espalier
