// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/grower.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include <espalier/core/parallel.hpp>

namespace espalier::hgb {
namespace {

constexpr Index rows_per_block = 16'384;
constexpr Index prefetch_distance = 32;

/// For each code of the split's feature, 1 if its rows go left, else 0.
using LeftTable = std::array<std::uint8_t, 256>;

LeftTable left_table(const Split& split, const FeaturePlace& place, int missing_bin) {
  const auto goes_left = [&](int bin) -> std::uint8_t {
    if (split.is_categorical) return split.left_bins.contains(bin) ? 1 : 0;
    return (bin == missing_bin ? split.missing_left : bin <= split.bin) ? 1 : 0;
  };
  LeftTable left{};
  if (place.has_default()) left.fill(goes_left(place.default_bin));  // codes of other features too
  for (int bin = 0; bin < missing_bin + (place.has_missing ? 1 : 0); ++bin)
    left[static_cast<std::size_t>(place.code(bin))] = goes_left(bin);
  return left;
}

/// Moves the rows that go left to the front of `rows` and the others to `right`, each in their
/// order; returns the number of the former. Without branches, which would be mispredicted half of
/// the time: every row is written to both.
Index partition_block(Row* rows, Index n, const Bin* bins, const LeftTable& goes_left, Row* right) {
  Index l = 0;
  const auto move = [&](Index i) {
    const Row row = rows[i];
    rows[l] = row;
    right[i - l] = row;
    l += goes_left[bins[row]];
  };
  Index i = 0;
  for (; i + prefetch_distance < n; ++i) {
    __builtin_prefetch(bins + rows[i + prefetch_distance]);
    move(i);
  }
  for (; i < n; ++i) move(i);
  return l;
}

/// Where a tree node for prediction gets its threshold from. A cut after the last bin separates
/// missing values from all others.
double threshold_of(const Split& split, const FeatureBins& bins) {
  return split.bin < bins.n_bins - 1 ? bins.thresholds[static_cast<std::size_t>(split.bin)]
                                     : std::numeric_limits<double>::infinity();
}

}  // namespace

TreeGrower::TreeGrower(const BinnedMatrix& data, std::span<const FeatureBins> bins,
                       const GrowerOptions& options)
    : data_(data),
      bins_(bins),
      options_(options),
      pool_(data.places().cells),
      builder_(data_),
      splitter_(bins_, data.places(), options.split),
      rows_(static_cast<std::size_t>(data.rows())),
      buffer_(rows_.size()),
      listed_(data.n_lists() > 0 ? rows_.size() : 0, Bin{0}) {}

void TreeGrower::grow(const Gradients& gradients, Random& random) {
  random_ = &random;
  nodes_.clear();
  heap_.clear();
  n_leaves_ = 1;
  add_root(gradients);
  const auto is_later = [this](int a, int b) {
    const TrainingNode& node_a = nodes_[static_cast<std::size_t>(a)];
    const TrainingNode& node_b = nodes_[static_cast<std::size_t>(b)];
    if (options_.depth_wise && node_a.depth != node_b.depth) return node_a.depth > node_b.depth;
    return node_a.split.gain != node_b.split.gain ? node_a.split.gain < node_b.split.gain : a > b;
  };
  while (!heap_.empty() && (!options_.max_leaf_nodes || n_leaves_ < *options_.max_leaf_nodes)) {
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    const int best = heap_.back();
    heap_.pop_back();
    split_node(best);
    for (const int child : {nodes_[static_cast<std::size_t>(best)].left,
                            nodes_[static_cast<std::size_t>(best)].right}) {
      if (!nodes_[static_cast<std::size_t>(child)].split.found()) continue;
      heap_.push_back(child);
      std::push_heap(heap_.begin(), heap_.end(), is_later);
    }
  }
  for (const int waiting : heap_) drop_histogram(waiting);
}

void TreeGrower::draw(std::vector<Row> rows) {
  drawn_ = std::move(rows);
  outside_.clear();
  auto next = drawn_.begin();
  for (Row row = 0; row < static_cast<Row>(data_.rows()); ++row) {
    if (next != drawn_.end() && *next == row)
      ++next;
    else
      outside_.push_back(row);
  }
}

void TreeGrower::add_root(const Gradients& gradients) {
  if (drawn_.empty())
    std::iota(rows_.begin(), rows_.end(), Row{0});
  else
    rows_ = drawn_;
  builder_.set_gradients(gradients);
  TrainingNode root;
  root.end = static_cast<Index>(rows_.size());
  root.allowed = options_.interactions.root();
  root.histogram = pool_.take();
  builder_.build(rows_, root.histogram);
  const Sums sums = builder_.fixed_point().sums(sum_of_node(root.histogram, data_.places()));
  root.sums = {sums.gradient, sums.hessian, sums.count, 0.0};
  nodes_.push_back(std::move(root));
  if (may_be_split(nodes_[0])) find_splits(std::array{0});
  if (nodes_[0].split.found())
    heap_.push_back(0);
  else
    drop_histogram(0);
}

bool TreeGrower::may_be_split(const TrainingNode& node) const {
  return node.sums.count >= 2 * options_.split.min_samples_leaf &&
         node.sums.hessian >= min_hessian_to_split &&
         !(options_.max_depth && node.depth >= *options_.max_depth);
}

/// The best splits of nodes that may be split; gives back the histograms of those that have none.
void TreeGrower::find_splits(std::span<const int> indices) {
  std::vector<std::unique_ptr<NodeBins>> bins;
  std::vector<NodeToSplit> asked;
  for (const int index : indices) {
    const TrainingNode& node = nodes_[static_cast<std::size_t>(index)];
    if (node.histogram.empty())
      bins.push_back(std::make_unique<RowBins>(data_, bins_, builder_, rows_of(node)));
    else
      bins.push_back(std::make_unique<HistogramBins>(node.histogram, data_.places(), bins_,
                                                     builder_.fixed_point(),
                                                     options_.split.min_samples_leaf));
    const std::vector<int>* allowed = node.allowed == nullptr ? nullptr : &node.allowed->features;
    asked.push_back({bins.back().get(), node.sums, {node.lowest, node.highest, allowed}});
  }
  splitter_.best_splits(asked, builder_.fixed_point(), *random_);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    nodes_[static_cast<std::size_t>(indices[k])].split = asked[k].best;
    if (!asked[k].best.found()) drop_histogram(indices[k]);
  }
}

void TreeGrower::drop_histogram(int index) {
  pool_.give_back(std::exchange(nodes_[static_cast<std::size_t>(index)].histogram, {}));
}

int TreeGrower::add_child(int parent, const NodeSums& sums, Index begin, Index end) {
  TrainingNode child;
  child.sums = sums;
  child.begin = begin;
  child.end = end;
  child.depth = nodes_[static_cast<std::size_t>(parent)].depth + 1;
  nodes_.push_back(std::move(child));
  return static_cast<int>(nodes_.size()) - 1;
}

void TreeGrower::split_node(int index) {
  const auto i = static_cast<std::size_t>(index);
  const Split split = nodes_[i].split;
  const Index middle = partition(nodes_[i]);
  const int left = add_child(index, split.left, nodes_[i].begin, middle);
  const int right = add_child(index, split.right, middle, nodes_[i].end);
  nodes_[i].left = left;
  nodes_[i].right = right;
  if (!data_.has_missing(split.feature))
    nodes_[i].split.missing_left = split.left.count > split.right.count;
  constrain_children(index);
  ++n_leaves_;
  const bool last = options_.max_leaf_nodes && n_leaves_ == *options_.max_leaf_nodes;
  if (last)
    drop_histogram(index);
  else
    split_children(index);
}

/// What a split says about those below it.
void TreeGrower::constrain_children(int index) {
  const TrainingNode& node = nodes_[static_cast<std::size_t>(index)];
  TrainingNode& left = nodes_[static_cast<std::size_t>(node.left)];
  TrainingNode& right = nodes_[static_cast<std::size_t>(node.right)];
  left.lowest = right.lowest = node.lowest;
  left.highest = right.highest = node.highest;
  const int sign = options_.split.sign_of(node.split.feature);
  const double middle = (left.sums.value + right.sums.value) / 2.0;
  if (sign > 0)
    left.highest = right.lowest = middle;
  else if (sign < 0)
    left.lowest = right.highest = middle;
  left.allowed = right.allowed = options_.interactions.below(node.allowed, node.split.feature);
}

/// Histograms and best splits of the children of a node that has just been split.
void TreeGrower::split_children(int index) {
  const TrainingNode& node = nodes_[static_cast<std::size_t>(index)];
  int smaller = node.right;
  int larger = node.left;
  if (nodes_[static_cast<std::size_t>(node.left)].size() <
      nodes_[static_cast<std::size_t>(node.right)].size())
    std::swap(smaller, larger);
  TrainingNode& small = nodes_[static_cast<std::size_t>(smaller)];
  TrainingNode& large = nodes_[static_cast<std::size_t>(larger)];
  std::vector<int> open;
  for (const int child : {node.left, node.right})
    if (may_be_split(nodes_[static_cast<std::size_t>(child)])) open.push_back(child);
  const bool by_rows = !data_.places().has_defaults && node.size() <= RowBins::most_rows;
  if (open.empty() || by_rows) drop_histogram(index);
  if (open.empty()) return;
  if (!by_rows) {
    small.histogram = pool_.take();
    builder_.build(rows_of(small), small.histogram);
    large.histogram = std::exchange(nodes_[static_cast<std::size_t>(index)].histogram, {});
    builder_.subtract(large.histogram, small.histogram);
    for (const int child : {node.left, node.right})
      if (!may_be_split(nodes_[static_cast<std::size_t>(child)])) drop_histogram(child);
  }
  find_splits(open);
}

/// Brings the node's rows that go left before those that go right, each in their order; returns
/// where the latter begin. Each block does so for itself, in place but for those that go right; then
/// the blocks are joined.
Index TreeGrower::partition(const TrainingNode& node, const Bin* codes) {
  const auto f = static_cast<std::size_t>(node.split.feature);
  const LeftTable goes_left =
      left_table(node.split, data_.places()[node.split.feature], bins_[f].missing_bin());
  const Blocks blocks{node.size(), rows_per_block};
  const double work = 2.0 * static_cast<double>(node.size());
  std::vector<Index> n_left(static_cast<std::size_t>(blocks.count()));
  Row* rows = rows_.data() + node.begin;
  Row* buffer = buffer_.data() + node.begin;

  parallel_for(blocks.count(), work, [&](Index b) {
    const Index begin = blocks.begin(b);
    const Index end = blocks.end(b);
    n_left[static_cast<std::size_t>(b)] =
        partition_block(rows + begin, end - begin, codes, goes_left, buffer + begin);
  });

  std::vector<Index> left_before(n_left.size() + 1, 0);
  std::partial_sum(n_left.begin(), n_left.end(), left_before.begin() + 1);
  const Index total_left = left_before.back();
  for (Index b = 1; b < blocks.count(); ++b)  // in order: the next block lies where this one goes
    std::copy_n(rows + blocks.begin(b), n_left[static_cast<std::size_t>(b)],
                rows + left_before[static_cast<std::size_t>(b)]);
  parallel_for(blocks.count(), work, [&](Index b) {
    const Index begin = blocks.begin(b);
    const Index right_before = begin - left_before[static_cast<std::size_t>(b)];
    const Index n_right = blocks.end(b) - begin - n_left[static_cast<std::size_t>(b)];
    std::copy_n(buffer + begin, n_right, rows + total_left + right_before);
  });
  return node.begin + total_left;
}

/// The same with the codes of the split's feature, one a row.
Index TreeGrower::partition(const TrainingNode& node) {
  const FeaturePlace& place = data_.places()[node.split.feature];
  if (place.store != FeaturePlace::Store::list) return partition(node, data_.column(place.number));
  const Exceptions& list = data_.list(place.number);
  for (std::size_t k = 0; k < list.rows.size(); ++k) listed_[list.rows[k]] = list.codes[k];
  const Index middle = partition(node, listed_.data());
  for (const Row row : list.rows) listed_[row] = 0;
  return middle;
}

void TreeGrower::refit_leaves(const std::function<double(std::span<const Row>)>& value_of) {
  parallel_for(static_cast<Index>(nodes_.size()), 20.0 * static_cast<double>(rows_.size()),
               [&](Index i) {
                 TrainingNode& node = nodes_[static_cast<std::size_t>(i)];
                 if (node.is_leaf()) node.sums.value = value_of(rows_of(node));
               });
}

void TreeGrower::add_to(double* raw) const {
  parallel_for(static_cast<Index>(nodes_.size()), 2.0 * static_cast<double>(rows_.size()),
               [&](Index i) {
                 const TrainingNode& node = nodes_[static_cast<std::size_t>(i)];
                 if (!node.is_leaf()) return;
                 const double value = leaf_value(node);
                 for (Index k = node.begin; k < node.end; ++k)
                   raw[rows_[static_cast<std::size_t>(k)]] += value;
               });
  if (!outside_.empty()) add_outside(raw);
}

/// Walks the rows down that were not drawn.
void TreeGrower::add_outside(double* raw) const {
  struct Step {  // what a row needs of a node
    const Bin* column = nullptr;
    const Exceptions* list = nullptr;  // if there is no column
    int left = -1;
    int right = -1;
    double value = 0.0;
    LeftTable goes_left{};

    int child(Row row) const {
      return goes_left[column != nullptr ? column[row] : list->code_of(row)] != 0 ? left : right;
    }
  };
  std::vector<Step> steps;
  for (const TrainingNode& node : nodes_) {
    if (node.is_leaf()) {
      steps.push_back({.value = leaf_value(node)});
      continue;
    }
    const auto f = static_cast<std::size_t>(node.split.feature);
    const FeaturePlace& place = data_.places()[node.split.feature];
    const bool is_listed = place.store == FeaturePlace::Store::list;
    steps.push_back({is_listed ? nullptr : data_.column(place.number),
                     is_listed ? &data_.list(place.number) : nullptr, node.left, node.right, 0.0,
                     left_table(node.split, place, bins_[f].missing_bin())});
  }
  const Blocks blocks{static_cast<Index>(outside_.size()), rows_per_block};
  parallel_for_blocks(blocks, 20.0 * static_cast<double>(blocks.n), [&](Index begin, Index end) {
    for (Index k = begin; k < end; ++k) {
      const Row row = outside_[static_cast<std::size_t>(k)];
      const Step* step = steps.data();
      while (step->left >= 0) step = &steps[static_cast<std::size_t>(step->child(row))];
      raw[row] += step->value;
    }
  });
}

/// The categories that go left.
void TreeGrower::append_set(const Split& split, CategorySets& sets) const {
  const std::vector<Bin>& bin_of = bins_[static_cast<std::size_t>(split.feature)].bin_of_category;
  if (bin_of.empty()) return sets.push_back(split.left_bins.words());
  std::vector<std::uint32_t> words((bin_of.size() + 31) / 32, 0);
  for (std::size_t category = 0; category < bin_of.size(); ++category)
    if (split.left_bins.contains(bin_of[category]))
      words[category / 32] |= std::uint32_t{1} << (category % 32);
  sets.push_back(words);
}

void TreeGrower::append_to(BoostedTrees& trees) const {
  const auto first = static_cast<Index>(trees.nodes.size());
  std::vector<std::pair<int, Index>> stack{{0, -1}};  // a node, and whose right child it is
  while (!stack.empty()) {
    const auto [index, parent] = stack.back();
    stack.pop_back();
    const TrainingNode& node = nodes_[static_cast<std::size_t>(index)];
    const auto position = static_cast<Index>(trees.nodes.size());
    if (parent >= 0)
      trees.nodes[static_cast<std::size_t>(parent)].right =
          static_cast<std::int32_t>(position - first);
    TreeNode out;
    if (node.is_leaf()) {
      out.value = leaf_value(node);
    } else {
      const Split& split = node.split;
      out.feature = split.feature;
      out.missing_left = split.missing_left;
      if (split.is_categorical) {
        out.left_set = static_cast<std::int32_t>(trees.category_sets.size());
        out.unseen_left = split.missing_left;
        append_set(split, trees.category_sets);
      } else {
        out.value = threshold_of(split, bins_[static_cast<std::size_t>(split.feature)]);
      }
      stack.emplace_back(node.right, position);
      stack.emplace_back(node.left, -1);
    }
    trees.nodes.push_back(out);
    trees.infos.push_back(
        {node.is_leaf() ? 0.0 : node.split.gain, static_cast<double>(node.sums.count)});
  }
  trees.tree_begin.push_back(static_cast<Index>(trees.nodes.size()));
}

}  // namespace espalier::hgb
