// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/import/imported_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/codec.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>

namespace espalier::imports {
namespace {

/// Sorts the categories; what was at position i is then at the i-th of the returned positions.
template <class T>
std::vector<std::int32_t> sort_categories(std::vector<T>& items) {
  std::vector<std::int32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  const auto item = [&](std::int32_t i) -> const T& { return items[static_cast<std::size_t>(i)]; };
  std::sort(order.begin(), order.end(),
            [&](std::int32_t a, std::int32_t b) { return item(a) < item(b); });
  std::vector<T> sorted;
  std::vector<std::int32_t> rank(items.size());
  for (std::size_t r = 0; r < order.size(); ++r) {
    sorted.push_back(item(order[r]));
    rank[static_cast<std::size_t>(order[r])] = static_cast<std::int32_t>(r);
  }
  items = std::move(sorted);
  return rank;
}

Schema schema_of(Index n_features, std::vector<std::string> names,
                 const std::vector<FeatureCategories>& categories) {
  Schema schema;
  schema.n_features = n_features;
  schema.names = std::move(names);
  const bool has_texts = std::any_of(categories.begin(), categories.end(),
                                     [](const auto& known) { return !known.texts.empty(); });
  if (!has_texts) return schema;
  schema.types.assign(static_cast<std::size_t>(n_features), ColumnType::numeric);
  schema.categories.resize(static_cast<std::size_t>(n_features));
  for (const FeatureCategories& known : categories) {
    if (known.texts.empty()) continue;
    schema.types[static_cast<std::size_t>(known.feature)] = ColumnType::categorical;
    schema.categories[static_cast<std::size_t>(known.feature)] = known.texts;
  }
  return schema;
}

/// A fitted estimator, by the way of loading: so everything is checked as a loaded model is.
template <class Model>
std::unique_ptr<Estimator> fitted(const Schema& schema, const typename Model::State& state) {
  auto model = std::make_unique<Model>();
  model->decode_fitted(Value::Object{{"schema", detail::encode_fields(schema)},
                                     {"class_names", Value::List{}},
                                     {"state", detail::encode_fields(state)}});
  return model;
}

}  // namespace

ModelBuilder::ModelBuilder(std::string_view owner, Index n_features, Index n_groups)
    : n_groups_(n_groups), owner_(owner) {
  if (n_features < 1 || n_features > most_features)
    refuse(fmt::format("the number of features, {}, is not in the range [1, {}]", n_features,
                       most_features));
  if (n_groups < 1 || n_groups > most_classes)
    refuse(fmt::format("the number of classes, {}, is not in the range [1, {}]", n_groups,
                       most_classes));
  trees_.n_features = n_features;
  trees_.baseline = Vector::Zero(n_groups == 2 ? 1 : n_groups);
  rank_of_code_.resize(static_cast<std::size_t>(n_features));
}

void ModelBuilder::refuse(std::string_view what) const {
  throw FormatError(fmt::format("{}: {}", owner_, what));
}

void ModelBuilder::set_baseline(const Vector& baseline) {
  if (baseline.size() != 1 && baseline.size() != n_groups_)
    refuse(fmt::format("{} base scores for {} sums of trees", baseline.size(), n_groups_));
  if (n_groups_ == 2)
    trees_.baseline[0] = baseline[baseline.size() - 1] - baseline[0];
  else if (baseline.size() == 1)
    trees_.baseline.setConstant(baseline[0]);
  else
    trees_.baseline = baseline;
}

void ModelBuilder::set_names(std::vector<std::string> names) {
  if (!names.empty() && static_cast<Index>(names.size()) != trees_.n_features)
    refuse(fmt::format("{} feature names for {} features", names.size(), trees_.n_features));
  names_ = std::move(names);
}

void ModelBuilder::set_categories(Index feature, CategoryNames names) {
  if (names.empty()) return;
  FeatureCategories known{feature, std::move(names.texts), std::move(names.values)};
  rank_of_code_[static_cast<std::size_t>(feature)] =
      known.texts.empty() ? sort_categories(known.values) : sort_categories(known.texts);
  categories_.push_back(std::move(known));
}

std::int32_t ModelBuilder::add_set(Index feature, std::span<const std::uint32_t> bits,
                                   bool beyond) {
  if (trees_.category_sets.words().size() + bits.size() > most_set_words)
    refuse(fmt::format("the sets of categories take more than {} MB", most_set_words >> 18));
  const auto number = static_cast<std::int32_t>(trees_.category_sets.size());
  const std::vector<std::int32_t>& rank = rank_of_code_[static_cast<std::size_t>(feature)];
  if (rank.empty()) {
    trees_.category_sets.push_back(bits);
    return number;
  }
  // All categories are known: the set says of each on which side it is.
  std::vector<std::uint32_t> ranked((rank.size() + 31) / 32);
  if (trees_.category_sets.words().size() + ranked.size() > most_set_words)
    refuse(fmt::format("the sets of categories take more than {} MB", most_set_words >> 18));
  for (std::size_t code = 0; code < rank.size(); ++code)
    if (code / 32 < bits.size() ? (bits[code / 32] >> (code % 32) & 1U) != 0 : beyond)
      ranked[static_cast<std::size_t>(rank[code]) / 32] |= 1U << (rank[code] % 32);
  trees_.category_sets.push_back(ranked);
  return number;
}

void ModelBuilder::add_tree(const std::vector<SourceNode>& tree, double factor) {
  const Index number = n_trees();
  const auto fail = [&](std::string_view what) {
    refuse(fmt::format("tree {}: {}", number, what));
  };
  if (tree.empty()) fail("it has no nodes");
  if (n_groups_ == 2 && number % 2 == 0) factor = -factor;
  const auto first = static_cast<Index>(trees_.nodes.size());
  std::vector<char> visited(tree.size(), 0);
  std::vector<std::pair<std::int32_t, Index>> stack{
      {0, -1}};  // a node, and whose right child it is
  while (!stack.empty()) {
    const auto [index, parent] = stack.back();
    stack.pop_back();
    if (index < 0 || index >= static_cast<Index>(tree.size()))
      fail("a node has a child outside the tree");
    if (std::exchange(visited[static_cast<std::size_t>(index)], 1) != 0)
      fail("a node is the child of two");
    const SourceNode& source = tree[static_cast<std::size_t>(index)];
    const auto position = static_cast<Index>(trees_.nodes.size());
    if (parent >= 0)
      trees_.nodes[static_cast<std::size_t>(parent)].right =
          static_cast<std::int32_t>(position - first);
    trees_.nodes.push_back(source.node);
    trees_.infos.push_back(source.info);
    TreeNode& node = trees_.nodes.back();
    if (node.is_leaf()) {
      node.value *= factor;
      if (!std::isfinite(node.value)) fail("a leaf is not finite");
    } else {
      if (node.feature >= trees_.n_features) fail("a split on a feature that does not exist");
      if (std::isnan(node.value)) fail("a threshold is not a number");
      stack.emplace_back(source.right, position);
      stack.emplace_back(source.left, -1);
    }
  }
  trees_.tree_begin.push_back(static_cast<Index>(trees_.nodes.size()));
}

/// A loss with that link: all that a model which was trained elsewhere needs of its own.
static RegressionLoss loss_with(Link link) {
  switch (link) {
    case Link::log:
      return RegressionLoss::poisson;
    case Link::logistic:
      return RegressionLoss::cross_entropy;
    default:
      return RegressionLoss::squared_error;
  }
}

std::unique_ptr<Estimator> ModelBuilder::finish() && {
  if (n_trees() % n_groups_ != 0)
    refuse(fmt::format("{} trees do not fall evenly on {} classes", n_trees(), n_groups_));
  if (!trees_.baseline.allFinite()) refuse("a base score is not finite");
  std::sort(categories_.begin(), categories_.end(),
            [](const auto& a, const auto& b) { return a.feature < b.feature; });
  const Schema schema = schema_of(trees_.n_features, std::move(names_), categories_);
  HistGradientBoostingState state;
  state.categories = std::move(categories_);
  state.n_iter = trees_.n_iterations();
  state.trees = std::move(trees_);
  if (!is_classifier)
    return fitted<HistGradientBoostingRegressor>(schema, {std::move(state), loss_with(link)});
  const Index n_classes = std::max<Index>(n_groups_, 2);
  const Labels classes = Labels::LinSpaced(n_classes, 0, static_cast<int>(n_classes) - 1);
  return fitted<HistGradientBoostingClassifier>(schema, {std::move(state), classes});
}

CategoryNames category_names(const Value& list) {
  CategoryNames names;
  if (const auto* integers = list.get_if<Value::Integers>())
    names.values.assign(integers->begin(), integers->end());
  else if (const auto* numbers = list.get_if<Value::Numbers>())
    names.values = *numbers;
  else if (const auto* items = list.get_if<Value::List>()) {
    for (const Value& item : *items) {
      if (const bool* b = item.get_if<bool>())
        names.values.push_back(*b ? 1.0 : 0.0);
      else if (const auto* i = item.get_if<std::int64_t>())
        names.values.push_back(static_cast<double>(*i));
      else if (const auto* d = item.get_if<double>(); d != nullptr && std::isfinite(*d))
        names.values.push_back(*d);
      else
        names.texts.push_back(Codec<std::string>::decode(item));
    }
  }
  if (!names.texts.empty() && !names.values.empty())
    throw FormatError("a list of categories mixes texts and numbers");
  return names;
}

}  // namespace espalier::imports
