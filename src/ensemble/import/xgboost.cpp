// SPDX-License-Identifier: BSD-3-Clause
// XGBoost's model as JSON or UBJSON, both with the members of
// https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/codec.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/ensemble/import.hpp>

#include "core/json.hpp"
#include "ensemble/import/float_threshold.hpp"
#include "ensemble/import/imported_model.hpp"

namespace espalier {
namespace {

using imports::Link;
using imports::ModelBuilder;
using imports::SourceNode;

constexpr std::string_view owner = "XGBoost model";
/// Codes from here on XGBoost takes as invalid, since a float cannot tell them apart.
constexpr std::int64_t most_categories = std::int64_t{1} << 24;

[[noreturn]] void refuse(const std::string& what) {
  throw FormatError(fmt::format("{}: {}", owner, what));
}

const Value& member(const Value& object, std::string_view key) {
  const Value* found = object.find(key);
  if (found == nullptr) refuse(fmt::format("'{}' is missing", key));
  return *found;
}

std::string text(const Value& object, std::string_view key) {
  const auto* found = member(object, key).get_if<std::string>();
  if (found == nullptr) refuse(fmt::format("'{}' is no text", key));
  return *found;
}

/// A whole number, which XGBoost writes as a text.
Index whole(const Value& object, std::string_view key) {
  const std::string digits = text(object, key);
  Index result = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result);
  if (error != std::errc() || end != digits.data() + digits.size())
    refuse(fmt::format("'{}' is no whole number", key));
  return result;
}

/// A list of numbers; old versions have lists of true and false among them.
std::vector<double> numbers(const Value& object, std::string_view key) {
  const Value& list = member(object, key);
  if (const auto* integers = list.get_if<Value::Integers>())
    return {integers->begin(), integers->end()};
  if (const auto* doubles = list.get_if<Value::Numbers>()) return *doubles;
  const auto* items = list.get_if<Value::List>();
  if (items == nullptr) refuse(fmt::format("'{}' is no list of numbers", key));
  std::vector<double> result;
  for (const Value& item : *items) {
    const bool* b = item.get_if<bool>();
    if (b == nullptr) refuse(fmt::format("'{}' is no list of numbers", key));
    result.push_back(*b ? 1.0 : 0.0);
  }
  return result;
}

std::vector<double> numbers(const Value& object, std::string_view key, std::size_t size) {
  std::vector<double> result = numbers(object, key);
  if (result.size() != size)
    refuse(fmt::format("'{}' has {} numbers instead of {}", key, result.size(), size));
  return result;
}

std::vector<std::int64_t> integers(const Value& object, std::string_view key) {
  const Value& list = member(object, key);
  if (const auto* found = list.get_if<Value::Integers>()) return *found;
  std::vector<std::int64_t> result;
  for (const double x : numbers(object, key)) {
    if (!(std::abs(x) < 1e15) || std::floor(x) != x)
      refuse(fmt::format("'{}' is no list of whole numbers", key));
    result.push_back(static_cast<std::int64_t>(x));
  }
  return result;
}

std::vector<std::int64_t> integers(const Value& object, std::string_view key, std::size_t size) {
  std::vector<std::int64_t> result = integers(object, key);
  if (result.size() != size)
    refuse(fmt::format("'{}' has {} numbers instead of {}", key, result.size(), size));
  return result;
}

/// A child or a feature: what is outside int32 becomes −2, which no check lets pass.
std::int32_t narrow(std::int64_t i) {
  return i >= std::numeric_limits<std::int32_t>::min() &&
                 i <= std::numeric_limits<std::int32_t>::max()
             ? static_cast<std::int32_t>(i)
             : -2;
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = lead < 0x80       ? 1
                               : lead >> 5 == 6  ? 2
                               : lead >> 4 == 14 ? 3
                               : lead >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(bytes[i + k]) >> 6) != 2) return false;
    i += length;
  }
  return true;
}

/// "5E-1", or from version 3.1 on "[5E-1,2E-1]".
std::vector<float> base_scores(std::string_view list) {
  if (list.starts_with('[') && list.ends_with(']') && list.size() >= 2)
    list = list.substr(1, list.size() - 2);
  std::vector<float> result;
  const char* p = list.data();
  const char* const end = p + list.size();
  while (p <= end) {
    float value = 0.0F;
    const auto [next, error] = std::from_chars(p, end, value);
    if (error != std::errc() || (next != end && *next != ',')) refuse("'base_score' is no number");
    result.push_back(value);
    p = next + 1;
  }
  return result;
}

struct Objective {
  bool is_classifier = false;
  Link link = Link::identity;
};

Objective objective_of(const std::string& name) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (name == "binary:logistic") return {true, Link::logistic};
  if (is_one_of({"multi:softprob", "multi:softmax"})) return {true, Link::identity};
  if (is_one_of({"count:poisson", "reg:gamma", "reg:tweedie"})) return {false, Link::log};
  if (name == "reg:logistic") return {false, Link::logistic};
  if (is_one_of({"reg:squarederror", "reg:squaredlogerror", "reg:absoluteerror",
                 "reg:pseudohubererror", "reg:quantileerror"}))
    return {false, Link::identity};
  refuse(fmt::format(
      "the objective '{}' is not supported; these are: reg:squarederror, reg:squaredlogerror, "
      "reg:absoluteerror, reg:pseudohubererror, reg:quantileerror, reg:logistic, reg:gamma, "
      "reg:tweedie, count:poisson, binary:logistic, multi:softprob, multi:softmax",
      name.substr(0, 60)));
}

/// A base score, which is a prediction, as a sum of leaves; in floats, as XGBoost does it.
float to_margin(float score, Link link) {
  switch (link) {
    case Link::log:
      return std::log(score);
    case Link::logistic:
      return -std::log(1.0F / score - 1.0F);
    default:
      return score;
  }
}

class Reader {
 public:
  Reader(const Value& document, const ImportOptions& options)
      : learner_(member(document, "learner")),
        parameters_(member(learner_, "learner_model_param")),
        options_(options),
        n_features_(whole(parameters_, "num_feature")),
        n_groups_(std::max<Index>(whole(parameters_, "num_class"), 1)),
        builder_(owner, n_features_, n_groups_) {}

  std::unique_ptr<Estimator> read() {
    if (parameters_.find("num_target") != nullptr && whole(parameters_, "num_target") > 1)
      refuse("several targets are not supported");
    const std::string name = text(member(learner_, "objective"), "name");
    const Objective objective = objective_of(name);
    if (name.starts_with("multi:") != (n_groups_ > 1))
      refuse(fmt::format("{} classes do not fit the objective '{}'", n_groups_, name));
    builder_.is_classifier = objective.is_classifier;
    if (!objective.is_classifier) builder_.link = objective.link;
    read_base_score(objective.link);
    read_names();
    read_booster();
    return std::move(builder_).finish();
  }

 private:
  void read_base_score(Link link) {
    const std::vector<float> scores = base_scores(text(parameters_, "base_score"));
    Vector baseline(static_cast<Index>(scores.size()));
    for (Index k = 0; k < baseline.size(); ++k)
      baseline[k] = to_margin(scores[static_cast<std::size_t>(k)], link);
    if (!baseline.allFinite())
      refuse("'base_score' is outside the range of the objective's predictions");
    builder_.set_baseline(baseline);
  }

  void read_names() {
    const Value* names = learner_.find("feature_names");
    if (names != nullptr) builder_.set_names(Codec<std::vector<std::string>>::decode(*names));
  }

  void read_booster() {
    const Value* booster = &member(learner_, "gradient_booster");
    const std::string name = text(*booster, "name");
    std::vector<double> weights;
    if (name == "dart") {
      weights = numbers(*booster, "weight_drop");
      booster = &member(*booster, "gbtree");
    } else if (name != "gbtree") {
      refuse(fmt::format("the booster '{}' is not supported; gbtree and dart are",
                         name.substr(0, 40)));
    }
    const Value& model = member(*booster, "model");
    if (options_.category_names) read_categories(model);
    const Value& list = member(model, "trees");
    const auto* trees = list.get_if<Value::List>();
    if (trees == nullptr) refuse("'trees' is no list");
    if (!weights.empty() && weights.size() != trees->size())
      refuse(
          fmt::format("'weight_drop' has {} numbers instead of {}", weights.size(), trees->size()));
    for (const std::size_t t : order_of_trees(integers(model, "tree_info", trees->size())))
      read_tree((*trees)[t], weights.empty() ? 1.0 : static_cast<float>(weights[t]));
  }

  /// With num_parallel_tree an iteration has several trees a class, one class after the other; we
  /// want one of each class in turn.
  std::vector<std::size_t> order_of_trees(const std::vector<std::int64_t>& class_of) const {
    std::vector<std::vector<std::size_t>> by_class(static_cast<std::size_t>(n_groups_));
    for (std::size_t t = 0; t < class_of.size(); ++t) {
      if (class_of[t] < 0 || class_of[t] >= n_groups_)
        refuse("'tree_info' names a class that does not exist");
      by_class[static_cast<std::size_t>(class_of[t])].push_back(t);
    }
    std::vector<std::size_t> order;
    for (const auto& trees : by_class)
      if (trees.size() != by_class[0].size()) refuse("the classes have different numbers of trees");
    for (std::size_t i = 0; i < by_class[0].size(); ++i)
      for (const auto& trees : by_class) order.push_back(trees[i]);
    return order;
  }

  /// From version 3.1 on the file has, for a model trained on a table, the categories of each
  /// feature: numbers, or texts laid end to end as bytes.
  void read_categories(const Value& model) {
    const Value* cats = model.find("cats");
    if (cats == nullptr) return;
    const auto* features = member(*cats, "enc").get_if<Value::List>();
    if (features == nullptr) refuse("'enc' is no list");
    if (!features->empty() && static_cast<Index>(features->size()) != n_features_)
      refuse("'enc' has not one entry a feature");
    for (std::size_t j = 0; j < features->size(); ++j) {
      const Value& entry = (*features)[j];
      imports::CategoryNames names;
      if (entry.find("offsets") != nullptr)
        names.texts = category_texts(entry);
      else
        names = imports::category_names(member(entry, "values"));
      builder_.set_categories(static_cast<Index>(j), std::move(names));
    }
  }

  static std::vector<std::string> category_texts(const Value& entry) {
    const std::vector<std::int64_t> offsets = integers(entry, "offsets");
    const std::vector<std::int64_t> bytes = integers(entry, "values");
    std::vector<std::string> texts;
    for (std::size_t c = 0; c + 1 < offsets.size(); ++c) {
      if (offsets[c] < 0 || offsets[c + 1] < offsets[c] ||
          offsets[c + 1] > static_cast<std::int64_t>(bytes.size()))
        refuse("the offsets of categories are outside their bytes");
      std::string& name = texts.emplace_back();
      for (auto i = static_cast<std::size_t>(offsets[c]);
           i < static_cast<std::size_t>(offsets[c + 1]); ++i)
        name += static_cast<char>(bytes[i]);
      if (!is_utf8(name))
        refuse(
            "a category is not in UTF-8 (XGBoost 3.2 cuts off categories with other characters "
            "than ASCII). With ImportOptions{.category_names = false} the model takes codes.");
    }
    return texts;
  }

  void read_tree(const Value& tree, double factor) {
    const auto left = integers(tree, "left_children");
    const std::size_t n = left.size();
    const auto right = integers(tree, "right_children", n);
    const auto feature = integers(tree, "split_indices", n);
    const auto condition = numbers(tree, "split_conditions", n);
    const auto missing_left = numbers(tree, "default_left", n);
    const auto gain = numbers(tree, "loss_changes", n);
    const auto hessian = numbers(tree, "sum_hessian", n);
    const Value* type = tree.find("split_type");
    const auto is_categorical =
        type != nullptr ? integers(tree, "split_type", n) : std::vector<std::int64_t>(n, 0);
    if (const Value* param = tree.find("tree_param"); param != nullptr &&
                                                      param->find("size_leaf_vector") != nullptr &&
                                                      whole(*param, "size_leaf_vector") > 1)
      refuse("trees with vectors as leaves are not supported");
    std::vector<SourceNode> nodes(n);
    for (std::size_t i = 0; i < n; ++i) {
      nodes[i].info = {gain[i], hessian[i]};
      TreeNode& node = nodes[i].node;
      const auto value = static_cast<float>(condition[i]);
      if (left[i] == -1) {
        node.value = value;
        nodes[i].info.gain = 0.0;
        continue;
      }
      nodes[i].left = narrow(left[i]);
      nodes[i].right = narrow(right[i]);
      node.feature = narrow(feature[i]);
      if (node.feature < 0 || node.feature >= n_features_)
        refuse("a split on a feature that does not exist");
      node.missing_left = missing_left[i] != 0.0;
      if (is_categorical[i] != 0) {
        node.left_set = TreeNode::threshold_without_zero - 1;  // until it has a set
        continue;
      }
      if (std::isnan(value)) refuse("a threshold is not a number");
      node.value = imports::last_below(value);
    }
    read_sets(tree, nodes);
    builder_.add_tree(nodes, factor);
  }

  /// XGBoost lists the categories that go right; all others go left, unseen ones too.
  void read_sets(const Value& tree, std::vector<SourceNode>& nodes) {
    if (tree.find("categories_nodes") != nullptr) {
      const auto at = integers(tree, "categories_nodes");
      const auto begin = integers(tree, "categories_segments", at.size());
      const auto size = integers(tree, "categories_sizes", at.size());
      const auto categories = integers(tree, "categories");
      const auto n = static_cast<std::int64_t>(categories.size());
      for (std::size_t k = 0; k < at.size(); ++k) {
        if (at[k] < 0 || at[k] >= static_cast<std::int64_t>(nodes.size()) || begin[k] < 0 ||
            size[k] < 0 || begin[k] > n || size[k] > n - begin[k])
          refuse("the categories of a split are outside their list");
        TreeNode& node = nodes[static_cast<std::size_t>(at[k])].node;
        if (node.left_set >= TreeNode::threshold_without_zero)
          refuse("a node has categories that is no categorical split, or has them twice");
        node.left_set = add_complement(
            node.feature,
            std::span(categories)
                .subspan(static_cast<std::size_t>(begin[k]), static_cast<std::size_t>(size[k])));
        node.unseen_left = true;
      }
    }
    for (const SourceNode& source : nodes)
      if (source.node.left_set < TreeNode::threshold_without_zero)
        refuse("a categorical split has no categories");
  }

  std::int32_t add_complement(Index feature, std::span<const std::int64_t> right) {
    std::int64_t last = -1;
    for (const std::int64_t code : right) {
      if (code < 0 || code >= most_categories)
        refuse(fmt::format("the category {} is not in the range [0, 2^24)", code));
      last = std::max(last, code);
    }
    std::vector<std::uint32_t> bits(static_cast<std::size_t>(last + 32) / 32, ~std::uint32_t{0});
    for (const std::int64_t code : right)
      bits[static_cast<std::size_t>(code) / 32] &= ~(std::uint32_t{1} << (code % 32));
    return builder_.add_set(feature, bits, true);
  }

  const Value& learner_;
  const Value& parameters_;
  ImportOptions options_;
  Index n_features_;
  Index n_groups_;
  ModelBuilder builder_;
};

/// Both begin with '{'; in JSON a name or space follows, in UBJSON the type of a name's length.
bool is_json(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || bytes[first] != '{')
    refuse(
        "this is neither JSON nor UBJSON. Save the model with XGBoost's "
        "save_model(\"model.json\") or (\"model.ubj\").");
  const std::size_t second = bytes.find_first_not_of(" \t\r\n", first + 1);
  return second == std::string_view::npos || bytes[second] == '"' || bytes[second] == '}';
}

}  // namespace

std::unique_ptr<Estimator> parse_xgboost(std::string_view bytes, const ImportOptions& options) {
  const Value document =
      is_json(bytes) ? detail::read_json(bytes)
                     : detail::read_ubjson(
                           {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  return Reader(document, options).read();
}

std::unique_ptr<Estimator> load_xgboost(const std::filesystem::path& path,
                                        const ImportOptions& options) {
  return parse_xgboost(detail::read_file(path), options);
}

}  // namespace espalier
