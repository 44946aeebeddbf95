// SPDX-License-Identifier: BSD-3-Clause
// LightGBM's text model: lines "key=value", first of the whole model, then of each tree after a line
// "Tree=<number>", then "end of trees" and remarks, of which "pandas_categorical:" matters.
// The format is what src/io/tree.cpp and src/boosting/gbdt_model_text.cpp of LightGBM 4 write.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include <espalier/core/archive.hpp>
#include <espalier/core/errors.hpp>
#include <espalier/ensemble/import.hpp>

#include "core/json.hpp"
#include "ensemble/import/imported_model.hpp"

namespace espalier {
namespace {

using imports::Link;
using imports::ModelBuilder;
using imports::SourceNode;

constexpr std::string_view owner = "LightGBM model";

[[noreturn]] void refuse(const std::string& what) {
  throw FormatError(fmt::format("{}: {}", owner, what));
}

/// Words between single spaces; none of an empty text.
std::vector<std::string_view> split(std::string_view text, char separator = ' ') {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// The next line without its end, or nothing after the last.
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

 private:
  std::string_view rest_;
};

/// The lines "key=value" of the model's head or of a tree.
class Section {
 public:
  explicit Section(std::string name) : name_(std::move(name)) {}

  void add(std::string_view line) {
    const std::size_t equals = line.find('=');
    const std::string_view key = line.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : line.substr(equals + 1);
    if (!values_.emplace(key, value).second) fail(fmt::format("'{}' occurs twice", key));
  }

  bool has(std::string_view key) const { return values_.contains(key); }
  std::string_view text(std::string_view key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) fail(fmt::format("'{}' is missing", key));
    return found->second;
  }

  template <class T>
  std::vector<T> numbers(std::string_view key) const {
    std::vector<T> result;
    for (const std::string_view word : split(text(key))) result.push_back(number<T>(key, word));
    return result;
  }
  /// Exactly `size` numbers.
  template <class T>
  std::vector<T> numbers(std::string_view key, std::size_t size) const {
    std::vector<T> result = numbers<T>(key);
    if (result.size() != size)
      fail(fmt::format("'{}' has {} numbers instead of {}", key, result.size(), size));
    return result;
  }
  template <class T>
  T number(std::string_view key) const {
    return number<T>(key, text(key));
  }

  [[noreturn]] void fail(const std::string& what) const {
    refuse(name_.empty() ? what : name_ + ": " + what);
  }

 private:
  template <class T>
  T number(std::string_view key, std::string_view word) const {
    T result{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), result);
    if (error == std::errc() && end == word.data() + word.size()) return result;
    fail(fmt::format("'{}' has '{}', which is no number of its kind", key, word.substr(0, 40)));
  }

  std::string name_;
  std::map<std::string_view, std::string_view> values_;
};

enum Bits { categorical = 1, default_left = 2, missing_shift = 2 };
enum class Missing { none, zero, nan };

/// The columns of text that describe the inner nodes of a tree.
struct Splits {
  std::vector<std::int32_t> feature, decision, left, right;
  std::vector<double> threshold, gain, count;
  std::vector<std::size_t> set_begin;
  std::vector<std::uint32_t> set_words;
};

Splits read_splits(const Section& tree, std::size_t n, std::size_t n_sets) {
  Splits s;
  s.feature = tree.numbers<std::int32_t>("split_feature", n);
  s.decision = tree.numbers<std::int32_t>("decision_type", n);
  s.left = tree.numbers<std::int32_t>("left_child", n);
  s.right = tree.numbers<std::int32_t>("right_child", n);
  s.threshold = tree.numbers<double>("threshold", n);
  if (tree.has("split_gain")) s.gain = tree.numbers<double>("split_gain", n);
  if (tree.has("internal_count")) s.count = tree.numbers<double>("internal_count", n);
  if (n_sets > 0) {
    s.set_begin = tree.numbers<std::size_t>("cat_boundaries");
    s.set_words = tree.numbers<std::uint32_t>("cat_threshold");
    if (s.set_begin.size() != n_sets + 1 || s.set_begin.back() != s.set_words.size() ||
        !std::is_sorted(s.set_begin.begin(), s.set_begin.end()))
      tree.fail("'cat_boundaries' does not fit 'num_cat' and 'cat_threshold'");
  }
  return s;
}

class Reader {
 public:
  Reader(std::string_view text, const ImportOptions& options) : text_(text), options_(options) {}

  std::unique_ptr<Estimator> read() {
    Lines lines(text_);
    if (lines.next() != "tree") refuse("the text does not begin with the line 'tree'");
    Section section{""};
    std::optional<std::string_view> line;
    while ((line = lines.next()) && !line->starts_with("Tree=") && *line != "end of trees")
      if (!line->empty()) section.add(*line);
    read_head(section);
    read_categories();
    while (line && line->starts_with("Tree=")) {
      Section tree{fmt::format("tree {}", trees_.size())};
      while ((line = lines.next()) && !line->starts_with("Tree=") && *line != "end of trees")
        if (!line->empty()) tree.add(*line);
      trees_.push_back(std::move(tree));
    }
    if (!line) refuse("the text is cut off: the line 'end of trees' is missing");
    // Trees of a random forest are averaged.
    const auto n = static_cast<Index>(trees_.size());
    if (average_) factor_ /= static_cast<double>(std::max<Index>(n / n_groups_, 1));
    for (const Section& tree : trees_) read_tree(tree);
    return std::move(*builder_).finish();
  }

 private:
  void read_head(const Section& head) {
    const std::string_view version = head.text("version");
    if (version != "v3" && version != "v4")
      refuse(fmt::format("the version '{}' is none of v3 and v4", version.substr(0, 40)));
    n_groups_ = head.number<Index>("num_tree_per_iteration");
    n_features_ = head.number<Index>("max_feature_idx");
    if (n_features_ < std::numeric_limits<std::int32_t>::max()) ++n_features_;
    builder_.emplace(owner, n_features_, n_groups_);
    average_ = head.has("average_output");
    read_objective(head.has("objective") ? head.text("objective") : "none",
                   head.number<Index>("num_class"));
    std::vector<std::string> names;
    bool are_default = true;
    for (const std::string_view name : split(head.text("feature_names"))) {
      are_default = are_default && name == fmt::format("Column_{}", names.size());
      names.emplace_back(name);
    }
    if (static_cast<Index>(names.size()) != n_features_)
      refuse(fmt::format("{} feature names for {} features", names.size(), n_features_));
    if (!are_default) builder_->set_names(std::move(names));
    infos_ = head.has("feature_infos") ? split(head.text("feature_infos"))
                                       : std::vector<std::string_view>{};
  }

  void read_objective(std::string_view objective, Index n_classes) {
    const std::vector<std::string_view> words = split(objective);
    const std::string_view name = words.empty() ? "none" : words[0];
    const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const std::string_view word : words) {
      if (word == "sqrt") refuse("'reg_sqrt' is not supported");
      if (name == "binary" && word.starts_with("sigmoid:")) {
        const std::string_view number = word.substr(8);
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), factor_);
        if (error != std::errc() || end != number.data() + number.size() || !(factor_ > 0.0) ||
            std::isinf(factor_))
          refuse("the sigmoid of the objective is no positive number");
      }
    }
    if (is_one_of({"binary", "multiclass"})) {
      builder_->is_classifier = true;
      if (n_classes != n_groups_ || (name == "binary") != (n_classes == 1))
        refuse(fmt::format("{} classes and {} trees an iteration do not fit the objective '{}'",
                           n_classes, n_groups_, name));
      return;
    }
    if (n_groups_ != 1)
      refuse(fmt::format("{} trees an iteration do not fit the objective '{}'", n_groups_,
                         name.substr(0, 40)));
    if (is_one_of({"poisson", "gamma", "tweedie"}))
      builder_->link = Link::log;
    else if (is_one_of({"cross_entropy", "xentropy"}))
      builder_->link = Link::logistic;
    else if (!is_one_of(
                 {"regression", "regression_l1", "huber", "fair", "quantile", "mape", "none"}))
      refuse(
          fmt::format("the objective '{}' is not supported; these are: regression, "
                      "regression_l1, huber, fair, quantile, mape, poisson, gamma, tweedie, "
                      "cross_entropy, binary, multiclass",
                      name.substr(0, 40)));
  }

  /// The categories of a pandas table are in the file, in the order of its categorical columns, but
  /// not which columns these are: it is those whose values are listed with ':', when their number
  /// agrees.
  void read_categories() {
    constexpr std::string_view key = "\npandas_categorical:";
    const std::size_t found = text_.rfind(key);
    if (!options_.category_names || found == std::string_view::npos) return;
    const Value lists = detail::read_json(text_.substr(found + key.size()));
    const auto* items = lists.get_if<Value::List>();
    if (items == nullptr) return;
    std::vector<Index> features;
    for (std::size_t j = 0; j < infos_.size() && j < static_cast<std::size_t>(n_features_); ++j)
      if (infos_[j].find(':') != std::string_view::npos && !infos_[j].starts_with('['))
        features.push_back(static_cast<Index>(j));
    if (features.size() != items->size()) return;
    for (std::size_t c = 0; c < features.size(); ++c)
      builder_->set_categories(features[c], imports::category_names((*items)[c]));
  }

  void read_tree(const Section& tree) {
    if (tree.has("is_linear") && tree.number<int>("is_linear") != 0)
      tree.fail("linear trees are not supported");
    const auto n_leaves = tree.number<std::int32_t>("num_leaves");
    if (n_leaves < 1) tree.fail("it has no leaves");
    const auto n = static_cast<std::size_t>(n_leaves) - 1;
    const auto values = tree.numbers<double>("leaf_value", n + 1);
    const auto n_sets = tree.has("num_cat") ? tree.number<std::int32_t>("num_cat") : 0;
    if (n_sets < 0) tree.fail("'num_cat' is negative");
    std::vector<SourceNode> nodes(2 * n + 1);
    if (n > 0) {
      const Splits splits = read_splits(tree, n, static_cast<std::size_t>(n_sets));
      for (std::size_t i = 0; i < n; ++i) nodes[i] = split_node(tree, splits, i, n);
      if (tree.has("leaf_count")) {
        const auto counts = tree.numbers<double>("leaf_count", n + 1);
        for (std::size_t i = 0; i <= n; ++i) nodes[n + i].info.count = counts[i];
      }
    }
    for (std::size_t i = 0; i <= n; ++i) nodes[n + i].node.value = values[i];
    builder_->add_tree(nodes, factor_);
  }

  SourceNode split_node(const Section& tree, const Splits& s, std::size_t i, std::size_t n) {
    SourceNode source;
    // A child −k is leaf k − 1; here the leaves follow the inner nodes.
    const auto child = [&](std::int32_t c) {
      const std::int64_t position = c >= 0 ? c : static_cast<std::int64_t>(n) - 1 - c;
      if (c >= static_cast<std::int64_t>(n) || position > 2 * static_cast<std::int64_t>(n))
        tree.fail("a node has a child outside the tree");
      return static_cast<std::int32_t>(position);
    };
    source.left = child(s.left[i]);
    source.right = child(s.right[i]);
    source.info = {s.gain.empty() ? 0.0 : s.gain[i], s.count.empty() ? 0.0 : s.count[i]};
    TreeNode& node = source.node;
    node.feature = s.feature[i];
    if (node.feature < 0 || node.feature >= n_features_)
      tree.fail("a split on a feature that does not exist");
    if ((s.decision[i] & categorical) != 0) {
      const double number = s.threshold[i];
      if (!(number >= 0.0 && number + 1.0 < static_cast<double>(s.set_begin.size())))
        tree.fail("a split on a set of categories that does not exist");
      const auto set = static_cast<std::size_t>(number);
      const std::span words(s.set_words);
      node.left_set = builder_->add_set(
          node.feature, words.subspan(s.set_begin[set], s.set_begin[set + 1] - s.set_begin[set]),
          false);
      return source;  // what is missing or unseen goes right
    }
    node.value = s.threshold[i];
    switch (static_cast<Missing>(s.decision[i] >> missing_shift & 3)) {
      case Missing::none:
        node.missing_left = 0.0 <= node.value;
        break;  // NaN counts as 0
      case Missing::zero:
        node.left_set = TreeNode::threshold_without_zero;
        [[fallthrough]];
      case Missing::nan:
        node.missing_left = (s.decision[i] & default_left) != 0;
        break;
      default:
        tree.fail("a split has an unknown kind of missing values");
    }
    return source;
  }

  std::string_view text_;
  ImportOptions options_;
  std::optional<ModelBuilder> builder_;
  std::vector<std::string_view> infos_;
  std::vector<Section> trees_;
  Index n_groups_ = 1;
  Index n_features_ = 0;
  bool average_ = false;
  double factor_ = 1.0;
};

}  // namespace

std::unique_ptr<Estimator> parse_lightgbm(std::string_view text, const ImportOptions& options) {
  return Reader(text, options).read();
}

std::unique_ptr<Estimator> load_lightgbm(const std::filesystem::path& path,
                                         const ImportOptions& options) {
  return parse_lightgbm(detail::read_file(path), options);
}

}  // namespace espalier
