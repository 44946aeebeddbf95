// SPDX-License-Identifier: BSD-3-Clause
// SHAP values against those of the package shap and of LightGBM (tests/golden/make_ensemble_shap.py).
#include <array>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

#include "ensemble/golden_rules.hpp"
#include "ensemble/hist_gradient_boosting/predictor.hpp"
#include "ensemble/hist_gradient_boosting/shap.hpp"
#include "support/golden.hpp"

namespace espalier {
namespace {

using nlohmann::json;
using testing_support::golden;
using testing_support::to_labels;
using testing_support::to_matrix;
using testing_support::to_vector;

template <class Model, class Y>
void expect_shap(const Matrix& X, const Y& y, const json& test) {
  SCOPED_TRACE(test["file"].get<std::string>() + ", " + test["name"].get<std::string>());
  Model model;
  model.set_param("early_stopping", false);
  for (const auto& [name, value] : test["params"].items())
    model.set_param(name, Value::parse(value.is_null() ? "none" : value.dump()));
  FitContext context;
  if (test["weighted"].get<bool>()) context.sample_weight = weights_for(X.rows());
  model.fit(X, y, context);

  const json& values = test["values"];
  const Matrix first = to_matrix(values[0]);
  const ShapValues shap = model.shap_values(X.topRows(first.rows()));
  ASSERT_EQ(shap.values.size(), values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Matrix expected = to_matrix(values[k]);
    const double tolerance = 1e-9 * std::max(1.0, expected.cwiseAbs().maxCoeff());
    EXPECT_LT((shap.values[k] - expected).cwiseAbs().maxCoeff(), tolerance) << "output " << k;
    EXPECT_NEAR(shap.expected_value[static_cast<Index>(k)],
                to_vector(test["expected_value"])[static_cast<Index>(k)],
                1e-9 * std::max(1.0, std::abs(shap.expected_value[static_cast<Index>(k)])));
  }
}

TEST(ShapValues, AreThoseOfThePackageShapForTheSameTrees) {
  for (const json& test : golden("ensemble_shap.json")["cases"]) {
    const json data = golden(test["file"].get<std::string>());
    const Matrix X = to_matrix(data["X"]);
    const Matrix used = test["holes"].get<bool>() ? with_holes(X) : X;
    if (test["file"] == "ensemble_regression.json")
      expect_shap<HistGradientBoostingRegressor>(used, to_vector(data["y"]), test);
    else
      expect_shap<HistGradientBoostingClassifier>(used, to_labels(data["y"]), test);
  }
}

/// The trees of a file that has them node by node; the baseline is 0.
BoostedTrees trees_of(const json& all, Index n_features) {
  BoostedTrees trees;
  trees.n_features = n_features;
  trees.baseline = Vector::Zero(1);
  for (const json& tree : all) {
    for (std::size_t i = 0; i < tree["feature"].size(); ++i) {
      TreeNode node{testing_support::to_number(tree["value"][i]), tree["feature"][i].get<int>(),
                    tree["right"][i].get<int>(), -1, tree["missing_left"][i].get<int>() == 1};
      if (!tree["left_set"][i].empty()) {
        node.left_set = static_cast<std::int32_t>(trees.category_sets.size());
        std::array<std::uint32_t, 8> set{};
        for (const json& code : tree["left_set"][i])
          set[code.get<std::size_t>() / 32] |= 1U << (code.get<unsigned>() % 32);
        trees.category_sets.push_back(set);
      }
      trees.nodes.push_back(node);
      trees.infos.push_back({0.0, tree["count"][i].get<double>()});
    }
    trees.tree_begin.push_back(static_cast<Index>(trees.nodes.size()));
  }
  trees.check();
  return trees;
}

TEST(ShapValues, AreLightGbmsContributionsForItsTreesWithCategories) {
  const json data = golden("ensemble_shap_categories.json");
  const Matrix X = to_matrix(data["X"]);
  const BoostedTrees trees = trees_of(data["trees"], X.cols());
  hgb::Table table;
  for (Index f = 0; f < X.cols(); ++f) table.columns.push_back(X.col(f).data());
  table.n_rows = X.rows();
  const Vector raw = to_vector(data["raw"]);
  ASSERT_LT((hgb::predict_raw(trees, table).col(0) - raw).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_LT((hgb::shap_values(trees, table)[0] - to_matrix(data["values"])).cwiseAbs().maxCoeff(),
            1e-12);
  EXPECT_NEAR(hgb::expected_raw(trees)[0], data["expected_value"].get<double>(), 1e-12);
}

}  // namespace
}  // namespace espalier
