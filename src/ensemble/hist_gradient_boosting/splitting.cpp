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
  int sign;  // of the feature's monotonic constraint

  /// The loss of the node and what bounds its children; `sign` as in CutNode.
  CutNode cut_node(int cut_sign) const {
    return {node.gradient,
            node.hessian,
            node.gradient * node.value,
            rules.l2_regularization,
            !rules.monotonic.empty(),
            children.lowest,
            children.highest,
            static_cast<double>(cut_sign)};
  }
  NodeSums side(double gradient, double hessian, std::uint32_t count) const {
    const double value = node_value(gradient, hessian, rules.l2_regularization);
    return {gradient, hessian, count,
            rules.monotonic.empty() ? value : std::clamp(value, children.lowest, children.highest)};
  }
};

/// A pass over the bins of a node: the sums of the rows passed after each bin that has rows.
class Pass {
 public:
  /// Over `n` bins, `bin_at(i)` being the i-th. A bin without rows moves no row, so the cut after it
  /// is the one before.
  template <class BinAt>
  Pass(const Cell* cells, int n, const BinAt& bin_at) {
    Cell sum{};
    for (int i = 0; i < n; ++i) {  // without branches
      const Cell& cell = cells[bin_at(i)];
      sum.gradient += cell.gradient;
      sum.hessian_count += cell.hessian_count;
      passed_[n_] = sum;
      position_[n_] = i;
      n_ += cell.hessian_count != 0 ? 1 : 0;
    }
  }

  /// Finds the first of the best cuts that gain more than `gain_to_beat`; whether there is one.
  bool find_best(const Task& task, int sign, double gain_to_beat) {
    const Cell* const first = passed_;
    const SplitRules& rules = task.rules;
    const auto is_small = [&](const Sums& side) {
      return side.count < rules.min_samples_leaf || side.hessian < min_hessian_to_split;
    };
    // Counts and Hessians grow along the pass.
    const Cell* const begin = std::partition_point(first, first + n_, [&](const Cell& passed) {
      return is_small(task.fixed_point.sums(passed));
    });
    const Cell* const end = std::partition_point(begin, first + n_, [&](const Cell& passed) {
      const Sums sums = task.fixed_point.sums(passed);
      return !is_small({0.0, task.node.hessian - sums.hessian, task.node.count - sums.count});
    });
    const auto n = static_cast<int>(end - begin);
    if (n == 0) return false;
    double gains[256];
    gain_ = cut_gains(task.cut_node(sign), task.fixed_point, begin, n, gains);
    if (!(gain_ > std::max(gain_to_beat, 0.0))) return false;
    best_ = begin + (std::find(gains, gains + n, gain_) - gains);
    return true;
  }

  // The cut that was found.

  double gain() const { return gain_; }
  int position() const { return position_[best_ - passed_]; }
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
  int position_[256];  // of the last bin passed
  int n_ = 0;
  const Cell* best_ = nullptr;
  double gain_ = 0.0;
};

/// Cuts with missing values on the right; the last one separates them from all others.
void scan_missing_right(const Cell* cells, int n_bins, bool has_missing, const Task& task,
                        Split& split) {
  Pass pass(cells, n_bins - 1 + (has_missing ? 1 : 0), [](int i) { return i; });
  if (!pass.find_best(task, task.sign, split.gain)) return;
  split.gain = pass.gain();
  split.bin = pass.position();
  split.missing_left = false;
  split.left = pass.passed_side(task);
  split.right = pass.other_side(task);
}

/// Cuts with missing values on the left, from the last bin down.
void scan_missing_left(const Cell* cells, int n_bins, const Task& task, Split& split) {
  Pass pass(cells, n_bins - 1, [n_bins](int i) { return n_bins - 1 - i; });
  if (!pass.find_best(task, -task.sign, split.gain)) return;
  split.gain = pass.gain();
  split.bin = n_bins - 2 - pass.position();
  split.missing_left = true;
  split.left = pass.other_side(task);
  split.right = pass.passed_side(task);
}

/// The bins of a categorical feature that weigh enough, in the order of their gradients.
std::vector<int> sorted_categories(const Cell* cells, int n_bins, const Task& task) {
  std::vector<std::pair<double, int>> order;
  const double rows_per_hessian = task.node.count / task.node.hessian;
  for (int bin = 0; bin <= n_bins; ++bin) {  // that of missing values is a category like any other
    const Sums sums = task.fixed_point.sums(cells[bin]);
    if (sums.count > 0 && sums.hessian * rows_per_hessian >= min_category_support)
      order.emplace_back(sums.gradient / (sums.hessian + min_category_support), bin);
  }
  std::sort(order.begin(), order.end());
  std::vector<int> bins(order.size());
  std::transform(order.begin(), order.end(), bins.begin(), [](const auto& o) { return o.second; });
  return bins;
}

/// Cuts off categories from either end of the order, up to its middle; they go left.
void scan_categories(const Cell* cells, int n_bins, const Task& task, Split& split) {
  const std::vector<int> order = sorted_categories(cells, n_bins, task);
  const auto n = static_cast<int>(order.size());
  if (n < 2) return;
  const auto try_cuts = [&](int n_passed, const auto& bin_at) {
    Pass pass(cells, n_passed, bin_at);
    if (!pass.find_best(task, 0, split.gain)) return;
    split.gain = pass.gain();
    split.left = pass.passed_side(task);
    split.right = pass.other_side(task);
    split.left_bins = {};
    for (int i = 0; i <= pass.position(); ++i) split.left_bins.insert(bin_at(i));
    split.missing_left = split.left_bins.contains(n_bins);
  };
  try_cuts((n + 1) / 2, [&](int i) { return order[static_cast<std::size_t>(i)]; });
  try_cuts((n + 1) / 2 - 1, [&](int i) { return order[static_cast<std::size_t>(n - 1 - i)]; });
}

}  // namespace

Splitter::Splitter(std::span<const FeatureBins> bins, const FeaturePlaces& places,
                   const SplitRules& rules)
    : bins_(bins), places_(places), rules_(rules) {}

Split Splitter::best_split(const Histogram& histogram, const FixedPoint& fixed_point,
                           const NodeSums& node, Random& random, const ChildRules& children) const {
  const auto n = static_cast<Index>(bins_.size());
  const Cell sum = sum_of_node(histogram, places_);
  const std::vector<char> tried = draw_features(random, children.features);
  std::vector<Split> splits(static_cast<std::size_t>(n));
  parallel_for(n, 1.5 * static_cast<double>(places_.cells), [&](Index f) {
    if (!tried.empty() && tried[static_cast<std::size_t>(f)] == 0) return;
    splits[static_cast<std::size_t>(f)] =
        best_split_of(f, histogram, sum, fixed_point, node, children);
  });
  std::size_t best = 0;
  for (std::size_t f = 1; f < splits.size(); ++f)
    if (splits[f].gain > splits[best].gain) best = f;
  return splits[best];
}

Split Splitter::best_split_of(Index feature, const Histogram& histogram, const Cell& sum,
                              const FixedPoint& fixed_point, const NodeSums& node,
                              const ChildRules& children) const {
  const auto f = static_cast<std::size_t>(feature);
  const FeaturePlace& place = places_[feature];
  // One side of any split has no row of the default bin.
  if (place.has_default() &&
      fixed_point.sums(sum_of_exceptions(histogram, place)).count < rules_.min_samples_leaf)
    return {};
  const int n_bins = bins_[f].n_bins;
  Cell buffer[256];
  const Cell* cells = bins_of(histogram, place, n_bins, sum, buffer);
  const bool has_missing = place.has_missing;
  Split split;
  split.feature = static_cast<int>(feature);
  split.is_categorical = bins_[f].is_categorical;
  const Task task{node, rules_, children, fixed_point, rules_.sign_of(split.feature)};
  if (split.is_categorical) {
    scan_categories(cells, n_bins, task, split);
  } else {
    scan_missing_right(cells, n_bins, has_missing, task, split);
    if (cells[n_bins].hessian_count != 0) scan_missing_left(cells, n_bins, task, split);
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
