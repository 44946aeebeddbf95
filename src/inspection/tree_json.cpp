// SPDX-License-Identifier: BSD-3-Clause
// All trees of a model as JSON; docs/explain.md specifies it.
#include <cmath>
#include <utility>

#include <espalier/core/version.hpp>

#include "core/json.hpp"
#include "inspection/tree_view.hpp"

namespace espalier {
namespace {

using detail::TreeModel;

Value::List texts(const std::vector<std::string>& values) { return {values.begin(), values.end()}; }

Value feature_value(const TreeModel& model, Index feature) {
  Value::Object object{{"name", model.features[static_cast<std::size_t>(feature)]}};
  for (const FeatureCategories& known : model.state.categories) {
    if (known.feature != feature) continue;
    object.emplace_back("categories",
                        known.texts.empty() ? Value(known.values) : Value(texts(known.texts)));
  }
  return object;
}

Value node_value(const TreeModel& model, std::size_t begin, std::size_t i) {
  const TreeNode& node = model.trees().nodes[begin + i];
  const TreeNodeInfo& info = model.trees().infos[begin + i];
  Value::Object object{{"node", static_cast<std::int64_t>(i)}};
  if (node.is_leaf()) {
    object.emplace_back("value", node.value);
  } else {
    object.emplace_back("feature", node.feature);
    if (node.left_set < 0) {
      object.emplace_back("threshold", node.value);
    } else {
      const std::vector<int> codes = detail::codes_of(model, node);
      object.emplace_back("left_categories", Value::Integers(codes.begin(), codes.end()));
    }
    object.emplace_back("missing", node.missing_left ? "left" : "right");
    object.emplace_back("left", static_cast<std::int64_t>(i) + 1);
    object.emplace_back("right", node.right);
    object.emplace_back("gain", info.gain);
  }
  object.emplace_back("rows", info.count == std::floor(info.count)
                                  ? Value(static_cast<std::int64_t>(info.count))
                                  : Value(info.count));
  return object;
}

Value tree_value(const TreeModel& model, Index tree) {
  const BoostedTrees& trees = model.trees();
  const auto begin = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(tree)]);
  const auto end = static_cast<std::size_t>(trees.tree_begin[static_cast<std::size_t>(tree) + 1]);
  Value::List nodes;
  for (std::size_t i = 0; i < end - begin; ++i) nodes.push_back(node_value(model, begin, i));
  return Value::Object{{"iteration", tree / trees.outputs()},
                       {"output", tree % trees.outputs()},
                       {"nodes", std::move(nodes)}};
}

std::string json_of(const TreeModel& model, int indent) {
  const BoostedTrees& trees = model.trees();
  Value::List features;
  for (Index f = 0; f < trees.n_features; ++f) features.push_back(feature_value(model, f));
  Value::List list;
  for (Index t = 0; t < trees.n_trees(); ++t) list.push_back(tree_value(model, t));
  Value::Object object{{"format", "espalier trees"},
                       {"format_version", 1},
                       {"library_version", version},
                       {"estimator", model.estimator.class_name()},
                       {"loss", model.estimator.get_param("loss")},
                       {"features", std::move(features)}};
  if (!model.classes.empty()) object.emplace_back("classes", texts(model.classes));
  const Vector& baseline = trees.baseline;
  object.emplace_back("baseline",
                      Value::Numbers(baseline.data(), baseline.data() + baseline.size()));
  object.emplace_back("trees", std::move(list));
  return detail::write_json(std::move(object), indent);
}

}  // namespace

std::string export_json(const HistGradientBoostingClassifier& model, int indent) {
  return json_of(detail::tree_model(model), indent);
}
std::string export_json(const HistGradientBoostingRegressor& model, int indent) {
  return json_of(detail::tree_model(model), indent);
}

}  // namespace espalier
