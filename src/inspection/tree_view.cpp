// SPDX-License-Identifier: BSD-3-Clause
#include "inspection/tree_view.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/params.hpp>
#include <espalier/core/value.hpp>

namespace espalier::detail {

std::vector<std::string> TreeModel::categories(Index feature) const {
  for (const FeatureCategories& known : state.categories) {
    if (known.feature != feature) continue;
    if (!known.texts.empty()) return known.texts;
    std::vector<std::string> texts;
    for (const double value : known.values) texts.push_back(number_text(value));
    return texts;
  }
  return {};
}

TreeModel tree_model(const HistGradientBoostingClassifier& model) {
  const HistGradientBoostingClassifierState& state = model.state();
  std::vector<std::string> classes = model.class_names();
  if (classes.empty())
    for (const int label : state.classes) classes.push_back(std::to_string(label));
  std::vector<std::string> outputs =
      classes.size() == 2 ? std::vector<std::string>{classes[1]} : classes;
  return {model, state, model.schema().names_or_default(), std::move(classes), std::move(outputs)};
}

TreeModel tree_model(const HistGradientBoostingRegressor& model) {
  return {model, model.state(), model.schema().names_or_default(), {}, {}};
}

std::vector<int> codes_of(const TreeModel& model, const TreeNode& split) {
  const auto n = static_cast<int>(model.categories(split.feature).size());
  std::vector<int> codes;
  for (int code = 0; code < n; ++code)
    if (goes_left(split, code, model.trees().category_sets)) codes.push_back(code);
  return codes;
}

TreeView::TreeView(const TreeModel& model, Index tree, const TreeExportOptions& options,
                   std::string_view owner)
    : model_(model), options_(options), tree_(tree) {
  const BoostedTrees& trees = model.trees();
  if (tree < 0 || tree >= trees.n_trees())
    refuse_param(owner, "tree", fmt::format("an integer in the range [0, {})", trees.n_trees()),
                 tree);
  if (options.max_depth && *options.max_depth < 0)
    refuse_param(owner, "max_depth", "an integer of at least 0, or none", *options.max_depth);
  if (options.digits < 1 || options.digits > 17)
    refuse_param(owner, "digits", "an integer in the range [1, 17]", options.digits);
  if (options.max_categories < 1)
    refuse_param(owner, "max_categories", "an integer of at least 1", options.max_categories);

  begin_ = trees.tree_begin[static_cast<std::size_t>(tree)];
  const Index n = trees.tree_begin[static_cast<std::size_t>(tree) + 1] - begin_;
  depth_.assign(static_cast<std::size_t>(n), 0);
  below_.assign(static_cast<std::size_t>(n), 0);
  for (Index i = 0; i < n; ++i)
    if (!node(i).is_leaf())
      for (const Index child : {i + 1, static_cast<Index>(node(i).right)})
        depth_[static_cast<std::size_t>(child)] = depth(i) + 1;
  for (Index i = n; i-- > 0;)
    if (!node(i).is_leaf())
      below_[static_cast<std::size_t>(i)] = 2 + nodes_below(i + 1) + nodes_below(node(i).right);
  for (std::vector<Index> open{0}; !open.empty();) {
    const Index i = open.back();
    open.pop_back();
    shown_.push_back(i);
    if (node(i).is_leaf() || is_cut(i)) continue;
    open.push_back(node(i).right);
    open.push_back(i + 1);
  }
}

bool TreeView::is_cut(Index i) const {
  return !node(i).is_leaf() && options_.max_depth && depth(i) >= *options_.max_depth;
}

std::string TreeView::title() const {
  const Index leaves = (size() + 1) / 2;
  const std::string of =
      model_.outputs.empty()
          ? std::string()
          : fmt::format(" for '{}'", model_.outputs[static_cast<std::size_t>(
                                         tree_ % static_cast<Index>(model_.outputs.size()))]);
  return fmt::format("Tree {}{}, {} {}", tree_, of, leaves, leaves == 1 ? "leaf" : "leaves");
}

std::string TreeView::number(double value) const {
  return fmt::format("{:.{}g}", value, options_.digits);
}

std::string TreeView::name(Index i) const {
  return model_.features[static_cast<std::size_t>(node(i).feature)];
}

std::string TreeView::set_text(Index i) const {
  const std::vector<std::string> names = model_.categories(node(i).feature);
  const std::vector<int> codes = codes_of(model_, node(i));
  const auto most = static_cast<std::size_t>(options_.max_categories);
  std::string text = "{";
  for (std::size_t c = 0; c < std::min(codes.size(), most); ++c)
    text += (c > 0 ? ", " : "") + names[static_cast<std::size_t>(codes[c])];
  if (codes.size() > most) text += fmt::format(", … {} more", codes.size() - most);
  return text + "}";
}

std::string TreeView::plain_condition(Index i) const {
  if (node(i).left_set >= 0) return name(i) + " in " + set_text(i);
  return name(i) + " <= " + number(node(i).value);
}

std::string TreeView::condition(Index i) const {
  return plain_condition(i) + (node(i).missing_left ? " or missing" : "");
}

std::string TreeView::negation(Index i) const {
  const std::string missing = node(i).missing_left ? "" : " or missing";
  if (node(i).left_set >= 0) return name(i) + " not in " + set_text(i) + missing;
  return name(i) + " > " + number(node(i).value) + missing;
}

}  // namespace espalier::detail
