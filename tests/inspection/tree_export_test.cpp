// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <espalier/core/random.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/inspection/tree_export.hpp>

#include "support/expect_error.hpp"
#include "support/xml.hpp"

namespace espalier {
namespace {

using nlohmann::json;
using testing_support::throws;
using testing_support::XmlDocument;

/// Numbers with holes, and categories; the target is known at once from `kind`, then from `size`.
struct Data {
  DataFrame X;
  Vector y;
  Column label = Column::numeric("y", std::vector<double>{});

  explicit Data(std::string kind_name = "kind", std::string category = "b") {
    Random random(2);
    std::vector<double> size;
    std::vector<std::string> kind, labels;
    y.resize(300);
    for (Index i = 0; i < 300; ++i) {
      size.push_back(i % 10 == 0 ? std::nan("") : static_cast<double>(random.integer(100)));
      kind.push_back(std::vector<std::string>{"a", category, "c"}[static_cast<std::size_t>(i % 3)]);
      y[i] = (i % 3 == 1 ? 100.0 : 0.0) + (size.back() > 49.5 ? 10.0 : 0.0);
      labels.push_back(i % 3 == 0 ? "low" : i % 3 == 1 ? "\"high\" & <far>" : "mid");
    }
    X = DataFrame{Column::numeric("size", size), Column::categorical(std::move(kind_name), kind)};
    label = Column::categorical("y", labels);
  }

  HistGradientBoostingRegressor model(int leaves = 4) const {
    HistGradientBoostingRegressor result(
        {.learning_rate = 0.5, .max_iter = 3, .max_leaf_nodes = leaves, .random_state = 0});
    result.fit(X, y);
    return result;
  }
};

TEST(ExportText, WritesATreeLineByLine) {
  // The baseline is the mean, 37.867; leaf by leaf the target is 100, 110, 0 and 10; half of the way.
  EXPECT_EQ(export_text(Data().model(), 0),
            "Tree 0, 4 leaves\n"
            "|--- kind in {b}\n"
            "|   |--- size <= 50.5 or missing\n"
            "|   |   |--- value 31.067 (node 2, 57 rows)\n"
            "|   |--- size > 50.5\n"
            "|   |   |--- value 36.067 (node 3, 43 rows)\n"
            "|--- kind not in {b} or missing\n"
            "|   |--- size <= 49.5 or missing\n"
            "|   |   |--- value -18.933 (node 5, 107 rows)\n"
            "|   |--- size > 49.5\n"
            "|   |   |--- value -13.933 (node 6, 93 rows)\n");
}

TEST(ExportText, CutsWhatIsTooDeep) {
  const Data data;
  const std::string text = export_text(data.model(), 0, {.max_depth = 1});
  EXPECT_NE(text.find("|   |--- … 2 more nodes (node 4, 200 rows)\n"), std::string::npos) << text;
  EXPECT_EQ(export_text(data.model(), 0, {.max_depth = 0}),
            "Tree 0, 4 leaves\n|--- … 6 more nodes (node 0, 300 rows)\n");
}

TEST(ExportText, NamesTheClassOfATree) {
  const Data data;
  HistGradientBoostingClassifier model({.max_iter = 2, .random_state = 0});
  model.fit(data.X, data.label);
  EXPECT_EQ(export_text(model, 3).find("Tree 3 for '\"high\" & <far>', "), 0u);
  EXPECT_EQ(export_text(model, 5).find("Tree 5 for 'mid', "), 0u);
}

TEST(ExportText, CutsLongSets) {
  std::vector<std::int32_t> codes;
  Vector y(400);
  for (Index i = 0; i < 400; ++i) {
    codes.push_back(static_cast<std::int32_t>(i % 8));
    y[i] = static_cast<double>(i % 2);
  }
  const DataFrame X{Column::categorical("c", codes, {"a", "b", "c", "d", "e", "f", "g", "h"})};
  HistGradientBoostingRegressor model({.max_iter = 1, .random_state = 0});
  model.fit(X, y);
  const std::string all = export_text(model, 0, {.max_depth = 1});
  const std::string cut = export_text(model, 0, {.max_depth = 1, .max_categories = 3});
  EXPECT_NE(all.find("c in {b, d, f, h}"), std::string::npos) << all;
  EXPECT_NE(cut.find("c in {b, d, f, … 1 more}"), std::string::npos) << cut;
}

TEST(ExportText, KeepsEachConditionOnItsLineWhateverTheNames) {
  const Data data("two\nlines", "b\nb");
  const std::string text = export_text(data.model(), 0);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 2 * 3 + 4) << text;
}

TEST(ExportGraphviz, HasANodeAndAnEdgeForEachAndEscapesNames) {
  const Data data("the \"kind\" \\n", "b");
  const std::string dot = export_graphviz(data.model(), 0);
  EXPECT_EQ(dot.find("digraph tree_0 {"), 0u);
  EXPECT_NE(dot.find("0 [label=\"the \\\"kind\\\" \\\\n in {b}\\n300 rows, gain "),
            std::string::npos)
      << dot;
  std::size_t edges = 0;
  for (std::size_t at = dot.find(" -> "); at != std::string::npos; at = dot.find(" -> ", at + 1))
    ++edges;
  EXPECT_EQ(edges, 6u);
  EXPECT_NE(dot.find("[label=\"yes, missing\"]"), std::string::npos);
  EXPECT_EQ(dot.substr(dot.size() - 2), "}\n");
}

TEST(ExportSvg, DrawsEachNodeOnceAndEscapesNames) {
  const Data data("kind <&>", "b");
  const HistGradientBoostingRegressor model = data.model(12);
  const XmlDocument svg(export_svg(model, 1));
  const Index nodes = model.trees().tree_begin[2] - model.trees().tree_begin[1];
  const auto leaves = static_cast<std::size_t>(nodes + 1) / 2;
  EXPECT_EQ(svg.all("rect", "f1").size() + svg.all("rect", "f2").size(), leaves);
  // the ground, a box a node, a bar a leaf
  EXPECT_EQ(svg.all("rect").size(), 1 + static_cast<std::size_t>(nodes) + leaves);
  // an edge to each node but the root, a middle line a leaf
  EXPECT_EQ(svg.all("path").size(), static_cast<std::size_t>(nodes) - 1 + leaves);
  EXPECT_TRUE(svg.has_text("text", "Tree 1, " + std::to_string(leaves) + " leaves"));
}

TEST(ExportSvg, KeepsBoxesApartAndInsideThePicture) {
  Random random(4);
  const Matrix X = Matrix::NullaryExpr(900, 3, [&](Index, Index) { return random.normal(); });
  HistGradientBoostingRegressor deep({.max_iter = 1, .max_leaf_nodes = 25, .min_samples_leaf = 3});
  deep.fit(X, Vector(X.col(0).cwiseProduct(X.col(1)) + X.col(2)));
  const XmlDocument svg(export_svg(deep, 0));
  const std::string view = svg.elements()[0]["viewBox"];
  const double width = std::stod(view.substr(4));
  const double height = std::stod(view.substr(view.find(' ', 4)));
  std::vector<std::pair<double, double>> boxes;
  for (const auto& rect : svg.all("rect")) {
    if (rect.attributes.count("rx") == 0 || rect["width"] == "100%") continue;
    const double x = std::stod(rect["x"]);
    const double y = std::stod(rect["y"]);
    EXPECT_GE(x, 0.0);
    EXPECT_LE(x + std::stod(rect["width"]), width);
    EXPECT_LE(y + std::stod(rect["height"]), height);
    for (const auto& [other_x, other_y] : boxes)
      EXPECT_TRUE(other_x != x || std::abs(other_y - y) >= std::stod(rect["height"]));
    boxes.emplace_back(x, y);
  }
  EXPECT_EQ(boxes.size(), 49u);
}

TEST(ExportSvg, OfATreeThatDoesNotSplitIsItsLeaf) {
  HistGradientBoostingRegressor model({.max_iter = 1});
  model.fit(Matrix(Matrix::Zero(30, 1)), Vector(Vector::LinSpaced(30, 0.0, 1.0)));
  const XmlDocument svg(export_svg(model, 0));
  EXPECT_TRUE(svg.has_text("text", "Tree 0, 1 leaf"));
  EXPECT_TRUE(svg.has_text("text", "leaf 0, 30 rows"));
  EXPECT_EQ(export_text(model, 0).find("Tree 0, 1 leaf\n|--- value "), 0u);
}

/// What the JSON says of a row: a reader in another language would be written like this.
double raw_from_json(const json& model, const DataFrame& X, Index row, std::size_t output) {
  double raw = model["baseline"][output].get<double>();
  for (const json& tree : model["trees"]) {
    if (tree["output"] != output) continue;
    const json& nodes = tree["nodes"];
    std::size_t i = 0;
    while (nodes[i].contains("feature")) {
      const json& node = nodes[i];
      const json& feature = model["features"][node["feature"].get<std::size_t>()];
      const Column& column = X[feature["name"].get<std::string>()];
      std::string side = node["missing"];
      if (feature.contains("categories")) {
        for (std::size_t code = 0; code < feature["categories"].size(); ++code) {
          if (feature["categories"][code] != column.text(row)) continue;
          const auto left = node["left_categories"].get<std::vector<std::size_t>>();
          side = std::find(left.begin(), left.end(), code) != left.end() ? "left" : "right";
        }
      } else if (!column.is_missing(row)) {
        const double x = column.values()[static_cast<std::size_t>(row)];
        side = x <= node["threshold"].get<double>() ? "left" : "right";
      }
      i = node[side].get<std::size_t>();
    }
    raw += nodes[i]["value"].get<double>();
  }
  return raw;
}

TEST(ExportJson, HoldsAllThatAPredictionNeedsExactly) {
  const Data data;
  HistGradientBoostingClassifier model({.max_iter = 8, .min_samples_leaf = 5, .random_state = 0});
  model.fit(data.X, data.label);
  const json parsed = json::parse(export_json(model));
  EXPECT_EQ(parsed["estimator"], "HistGradientBoostingClassifier");
  EXPECT_EQ(parsed["classes"], (std::vector<std::string>{"\"high\" & <far>", "low", "mid"}));
  const Matrix raw = model.decision_function(data.X);
  for (Index i = 0; i < 60; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_EQ(raw_from_json(parsed, data.X, i, k), raw(i, static_cast<Index>(k)));
}

TEST(ExportJson, HasGainsAndRows) {
  const HistGradientBoostingRegressor model = Data().model();
  const json parsed = json::parse(export_json(model, 2));
  EXPECT_FALSE(parsed.contains("classes"));
  EXPECT_EQ(parsed["trees"].size(), 3u);
  const json& root = parsed["trees"][0]["nodes"][0];
  EXPECT_EQ(root["rows"], 300);
  EXPECT_EQ(root["gain"], model.trees().infos[0].gain);
}

TEST(TreeExport, RefusesTreesThatDoNotExistAndOptionsOutOfRange) {
  EXPECT_THROW(export_text(HistGradientBoostingRegressor(), 0), NotFitted);
  EXPECT_THROW(export_json(HistGradientBoostingClassifier()), NotFitted);
  const HistGradientBoostingRegressor model = Data().model();
  const auto refused = [](const auto& call, const char* who, const char* what) {
    return throws<InvalidParameter>(call, {who, what});
  };
  EXPECT_TRUE(refused([&] { export_text(model, 3); }, "export_text", "tree"));
  EXPECT_TRUE(refused([&] { export_svg(model, -1); }, "export_svg", "[0, 3)"));
  EXPECT_TRUE(refused([&] { export_graphviz(model, 0, {.max_depth = -1}); }, "export_graphviz",
                      "max_depth"));
  EXPECT_TRUE(refused([&] { export_text(model, 0, {.digits = 0}); }, "export_text", "digits"));
  EXPECT_TRUE(refused([&] { export_text(model, 0, {.max_categories = 0}); }, "export_text",
                      "max_categories"));
}

}  // namespace
}  // namespace espalier
