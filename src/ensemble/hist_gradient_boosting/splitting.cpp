// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/splitting.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <espalier/core/parallel.hpp>

namespace espalier::hgb {
namespace {

/// Categories that weigh less than this many rows are not trusted with a side of their own, and the
/// order of the others is shrunk by as much.
constexpr double min_category_support = 10.0;

/// What a feature's cuts are judged by.
struct Task {
  const NodeSums& node;
  const SplitRules& rules;
  const ChildRules& children;
  const FixedPoint& fixed_point;
  int sign;   // of the feature's monotonic constraint
  double l2;  // of the sides

  /// The loss of the node and what bounds its children; `sign` as in CutNode.
  CutNode cut_node(int cut_sign) const {
    return {.gradient = node.gradient,
            .hessian = node.hessian,
            .count = static_cast<double>(node.count),
            .min_samples_leaf = static_cast<double>(rules.min_samples_leaf),
            .min_hessian = min_hessian_to_split,
            .loss = node.gradient * node.value,
            .l2_regularization = l2,
            .bounded = !rules.monotonic.empty(),
            .lowest = children.lowest,
            .highest = children.highest,
            .sign = static_cast<double>(cut_sign)};
  }
  NodeSums side(double gradient, double hessian, std::uint32_t count) const {
    const double value = node_value(gradient, hessian, l2);
    return {gradient, hessian, count,
            rules.monotonic.empty() ? value : std::clamp(value, children.lowest, children.highest)};
  }
};

/// A pass over some bins of a node: the sums of the rows passed after each.
class Pass {
 public:
  /// `bin_at(i)` is the i-th of n bins.
  template <class BinAt>
  Pass(const Cell* cells, std::size_t n, const BinAt& bin_at) : n_(n) {
    Cell sum{};
    for (std::size_t i = 0; i < n; ++i) {
      const Cell& cell = cells[bin_at(i)];
      sum.gradient += cell.gradient;
      sum.hessian_count += cell.hessian_count;
      passed_[i] = sum;
    }
  }

  /// Finds the first of the best cuts that gain more than `gain_to_beat`; whether there is one.
  bool find_best(const Task& task, int sign, double gain_to_beat) {
    double gains[256];
    gain_ = cut_gains(task.cut_node(sign), task.fixed_point, passed_, static_cast<int>(n_), gains);
    if (!(gain_ > std::max(gain_to_beat, 0.0))) return false;
    best_ = passed_ + (std::find(gains, gains + n_, gain_) - gains);
    return true;
  }

  // The cut that was found.

  double gain() const { return gain_; }
  std::size_t position() const { return static_cast<std::size_t>(best_ - passed_); }
  NodeSums passed_side(const Task& task) const {
    const Sums sums = task.fixed_point.sums(*best_);
    return task.side(sums.gradient, sums.hessian, sums.count);
  }
  NodeSums other_side(const Task& task) const {
    const Sums sums = task.fixed_point.sums(*best_);
    return task.side(task.node.gradient - sums.gradient, task.node.hessian - sums.hessian,
                     task.node.count - sums.count);
  }

 private:
  Cell passed_[256];
  std::size_t n_;
  const Cell* best_ = nullptr;
  double gain_ = 0.0;
};

/// Cuts with missing values on the right; the last one separates them from all others.
void scan_missing_right(const BinSums& bins, int n_bins, bool has_missing, const Task& task,
                        Split& split) {
  std::span<const Bin> passed = bins.rows_in;
  if (!has_missing && !passed.empty() && passed.back() == n_bins - 1)
    passed = passed.first(passed.size() - 1);
  Pass pass(bins.cells, passed.size(), [&](std::size_t i) { return passed[i]; });
  if (!pass.find_best(task, task.sign, split.gain)) return;
  split.gain = pass.gain();
  split.bin = passed[pass.position()];
  split.missing_left = false;
  split.left = pass.passed_side(task);
  split.right = pass.other_side(task);
}

/// Cuts with missing values on the left, from the last bin down.
void scan_missing_left(const BinSums& bins, const Task& task, Split& split) {
  std::span<const Bin> passed = bins.rows_in;
  if (!passed.empty() && passed.front() == 0) passed = passed.subspan(1);
  const auto bin_at = [&](std::size_t i) { return passed[passed.size() - 1 - i]; };
  Pass pass(bins.cells, passed.size(), bin_at);
  if (!pass.find_best(task, -task.sign, split.gain)) return;
  split.gain = pass.gain();
  split.bin = bin_at(pass.position()) - 1;
  split.missing_left = true;
  split.left = pass.other_side(task);
  split.right = pass.passed_side(task);
}

/// The bins of a categorical feature that weigh enough, in the order of their gradients.
std::vector<int> sorted_categories(const BinSums& bins, int n_bins, const Task& task) {
  std::vector<std::pair<double, int>> order;
  const double rows_per_hessian = task.node.count / task.node.hessian;
  const auto consider = [&](int bin) {
    const Sums sums = task.fixed_point.sums(bins.cells[bin]);
    if (sums.count > 0 && sums.hessian * rows_per_hessian >= min_category_support)
      order.emplace_back(sums.gradient / (sums.hessian + min_category_support), bin);
  };
  for (const Bin bin : bins.rows_in) consider(bin);
  consider(n_bins);  // what is missing is a category like any other
  std::sort(order.begin(), order.end());
  std::vector<int> sorted(order.size());
  std::transform(order.begin(), order.end(), sorted.begin(),
                 [](const auto& o) { return o.second; });
  return sorted;
}

/// Cuts off categories from either end of the order, up to its middle or so many as the rules allow;
/// they go left.
void scan_categories(const BinSums& bins, int n_bins, const Task& task, Split& split) {
  const std::vector<int> order = sorted_categories(bins, n_bins, task);
  const std::size_t n = order.size();
  if (n < 2) return;
  const auto most = static_cast<std::size_t>(task.rules.max_cat_threshold);
  const auto try_cuts = [&](std::size_t n_passed, const auto& bin_at) {
    Pass pass(bins.cells, std::min(n_passed, most), bin_at);
    if (!pass.find_best(task, 0, split.gain)) return;
    split.gain = pass.gain();
    split.left = pass.passed_side(task);
    split.right = pass.other_side(task);
    split.left_bins = {};
    for (std::size_t i = 0; i <= pass.position(); ++i) split.left_bins.insert(bin_at(i));
    split.missing_left = split.left_bins.contains(n_bins);
  };
  try_cuts((n + 1) / 2, [&](std::size_t i) { return order[i]; });
  try_cuts((n + 1) / 2 - 1, [&](std::size_t i) { return order[n - 1 - i]; });
}

}  // namespace

Splitter::Splitter(std::span<const FeatureBins> bins, const FeaturePlaces& places,
                   const SplitRules& rules)
    : bins_(bins), places_(places), rules_(rules) {}

void Splitter::best_splits(std::span<NodeToSplit> nodes, const FixedPoint& fixed_point,
                           Random& random) const {
  const std::size_t n = bins_.size();
  std::vector<std::vector<char>> tried;
  double work = 0.0;
  for (const NodeToSplit& node : nodes) {
    tried.push_back(draw_features(random, node.children.features));
    work += node.bins->work_per_feature() * static_cast<double>(n);
  }
  std::vector<Split> splits(nodes.size() * n);
  const auto total = static_cast<Index>(splits.size());
  const Blocks blocks{total, std::max<Index>(1, total / 16)};  // a block outlasts its being fetched
  parallel_for_blocks(blocks, work, [&](Index begin, Index end) {
    for (auto at = static_cast<std::size_t>(begin); at < static_cast<std::size_t>(end); ++at) {
      const std::size_t k = at / n;
      if (tried[k].empty() || tried[k][at % n] != 0)
        splits[at] = best_split_of(static_cast<Index>(at % n), nodes[k], fixed_point);
    }
  });
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const Split* best = &splits[k * n];
    for (std::size_t f = 1; f < n; ++f)
      if (splits[k * n + f].gain > best->gain) best = &splits[k * n + f];
    nodes[k].best = *best;
  }
}

Split Splitter::best_split_of(Index feature, const NodeToSplit& node,
                              const FixedPoint& fixed_point) const {
  BinBuffer buffer;
  const BinSums bins = node.bins->read(feature, buffer);
  if (bins.cells == nullptr) return {};
  const FeatureBins& known = bins_[static_cast<std::size_t>(feature)];
  Split split;
  split.feature = static_cast<int>(feature);
  split.is_categorical = known.is_categorical;
  const Task task{node.sums,
                  rules_,
                  node.children,
                  fixed_point,
                  rules_.sign_of(split.feature),
                  rules_.l2_regularization + (split.is_categorical ? rules_.cat_l2 : 0.0)};
  if (split.is_categorical) {
    scan_categories(bins, known.n_bins, task, split);
  } else {
    scan_missing_right(bins, known.n_bins, places_[feature].has_missing, task, split);
    if (bins.cells[known.n_bins].hessian_count != 0) scan_missing_left(bins, task, split);
  }
  return split;
}

/// A flag per feature, those drawn among the allowed; empty when all are tried.
std::vector<char> Splitter::draw_features(Random& random, const std::vector<int>* allowed) const {
  const bool all_drawn = !(rules_.max_features < 1.0);
  if (all_drawn && allowed == nullptr) return {};
  const Index n = static_cast<Index>(allowed == nullptr ? bins_.size() : allowed->size());
  std::vector<char> tried(bins_.size());
  const auto try_feature = [&](Index i) {
    const Index f = allowed == nullptr ? i : (*allowed)[static_cast<std::size_t>(i)];
    tried[static_cast<std::size_t>(f)] = 1;
  };
  if (all_drawn) {
    for (Index i = 0; i < n; ++i) try_feature(i);
    return tried;
  }
  const auto k = std::max<Index>(
      1, static_cast<Index>(std::ceil(rules_.max_features * static_cast<double>(n))));
  for (const Index i : random.choice(n, k)) try_feature(i);
  return tried;
}

}  // namespace espalier::hgb
