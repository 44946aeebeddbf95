// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/splitting.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <espalier/core/parallel.hpp>

namespace espalier::hgb {
namespace {

/// Categories that weigh less than this many rows are not trusted with a side of their own, and the
/// order of the others is shrunk by as much.
constexpr double min_category_support = 10.0;

/// Losses are negative or zero, and a gain below this share of theirs is what rounding left of
/// nothing. (The rows of a pure node have the same derivatives; scikit-learn splits it or not, as
/// rounding has it.)
constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();

enum class Verdict { evaluate, too_small, exhausted };

/// What a scan needs to know, and stays the same over the bins of a feature.
struct Task {
  const NodeSums& node;
  const SplitRules& rules;
  const ChildRules& children;
  int sign;  // of the feature's monotonic constraint
};

/// One scan over the bins of a node: the rows passed so far against the rest. With `bounded`, values
/// stay between the bounds of the children and in the order of `sign`.
template <bool bounded>
class Scan {
 public:
  /// `sign`: 1 if the value of the rows passed must not exceed that of the others, −1 the other way
  /// round, 0 if either may.
  Scan(const Task& task, int sign, double gain_to_beat)
      : node_(task.node),
        rules_(task.rules),
        lowest_(task.children.lowest),
        highest_(task.children.highest),
        sign_(sign),
        loss_(task.node.gradient * task.node.value),
        best_gain_(gain_to_beat) {}

  /// Whether both sides may be children. Once the rest is too small, it stays so.
  Verdict judge(const Sums& passed) const {
    if (passed.count < rules_.min_samples_leaf) return Verdict::too_small;
    if (node_.count - passed.count < rules_.min_samples_leaf) return Verdict::exhausted;
    if (passed.hessian < min_hessian_to_split) return Verdict::too_small;
    if (node_.hessian - passed.hessian < min_hessian_to_split) return Verdict::exhausted;
    return Verdict::evaluate;
  }

  /// Remembers the cut after `position` if it is better than all before.
  void consider(const Sums& passed, int position) {
    const double other_gradient = node_.gradient - passed.gradient;
    const double passed_value = value(passed.gradient, passed.hessian);
    const double other_value = value(other_gradient, node_.hessian - passed.hessian);
    if constexpr (bounded) {
      if (sign_ * passed_value > sign_ * other_value) return;
    }
    const double passed_loss = passed.gradient * passed_value;
    const double other_loss = other_gradient * other_value;
    const double gain = loss_ - passed_loss - other_loss;
    if (gain > best_gain_ && gain > rounding * magnitude(passed_loss, other_loss)) {
      best_gain_ = gain;
      best_ = passed;
      position_ = position;
    }
  }

  bool found() const { return position_ >= 0; }
  double gain() const { return best_gain_; }
  int position() const { return position_; }
  NodeSums passed_side() const { return side(best_.gradient, best_.hessian, best_.count); }
  NodeSums other_side() const {
    return side(node_.gradient - best_.gradient, node_.hessian - best_.hessian,
                node_.count - best_.count);
  }

 private:
  double value(double gradient, double hessian) const {
    const double free = node_value(gradient, hessian, rules_.l2_regularization);
    if constexpr (bounded) return std::clamp(free, lowest_, highest_);
    return free;
  }
  /// A clipped value may have a positive loss.
  static double magnitude(double passed_loss, double other_loss) {
    if constexpr (bounded) return std::abs(passed_loss) + std::abs(other_loss);
    return -(passed_loss + other_loss);
  }
  NodeSums side(double gradient, double hessian, std::uint32_t count) const {
    return {gradient, hessian, count, value(gradient, hessian)};
  }

  const NodeSums& node_;
  const SplitRules& rules_;
  double lowest_;
  double highest_;
  int sign_;
  double loss_;
  double best_gain_;
  Sums best_;
  int position_ = -1;
};

/// Passes over `n` bins, `bin_at(i)` being the i-th, and considers a cut after each. A bin without
/// rows moves no row, so the cut after it is the one before.
template <bool bounded, class BinAt>
void sweep(const Sums* cells, int n, const BinAt& bin_at, Scan<bounded>& scan) {
  Sums passed;
  for (int i = 0; i < n; ++i) {
    const Sums& cell = cells[bin_at(i)];
    if (cell.count == 0) continue;
    passed += cell;
    const Verdict verdict = scan.judge(passed);
    if (verdict == Verdict::exhausted) return;
    if (verdict == Verdict::evaluate) scan.consider(passed, i);
  }
}

/// Cuts with missing values on the right; the last one separates them from all others.
template <bool bounded>
void scan_missing_right(const Sums* cells, int n_bins, bool has_missing, const Task& task,
                        Split& split) {
  Scan<bounded> scan(task, task.sign, split.gain);
  sweep(
      cells, n_bins - 1 + (has_missing ? 1 : 0), [](int i) { return i; }, scan);
  if (!scan.found()) return;
  split.gain = scan.gain();
  split.bin = scan.position();
  split.missing_left = false;
  split.left = scan.passed_side();
  split.right = scan.other_side();
}

/// Cuts with missing values on the left, from the last bin down.
template <bool bounded>
void scan_missing_left(const Sums* cells, int n_bins, const Task& task, Split& split) {
  Scan<bounded> scan(task, -task.sign, split.gain);
  sweep(
      cells, n_bins - 1, [n_bins](int i) { return n_bins - 1 - i; }, scan);
  if (!scan.found()) return;
  split.gain = scan.gain();
  split.bin = n_bins - 2 - scan.position();
  split.missing_left = true;
  split.left = scan.other_side();
  split.right = scan.passed_side();
}

/// The bins of a categorical feature that weigh enough, in the order of their gradients.
std::vector<int> sorted_categories(const Sums* cells, int n_bins, const NodeSums& node) {
  std::vector<std::pair<double, int>> order;
  const double rows_per_hessian = node.count / node.hessian;
  for (int bin = 0; bin <= n_bins;
       ++bin) {  // the bin of missing values is a category like any other
    const Sums& cell = cells[bin];
    if (cell.count > 0 && cell.hessian * rows_per_hessian >= min_category_support)
      order.emplace_back(cell.gradient / (cell.hessian + min_category_support), bin);
  }
  std::sort(order.begin(), order.end());
  std::vector<int> bins(order.size());
  std::transform(order.begin(), order.end(), bins.begin(), [](const auto& o) { return o.second; });
  return bins;
}

/// Cuts off categories from either end of the order, up to its middle; they go left.
template <bool bounded>
void scan_categories(const Sums* cells, int n_bins, const Task& task, Split& split) {
  const std::vector<int> order = sorted_categories(cells, n_bins, task.node);
  const auto n = static_cast<int>(order.size());
  if (n < 2) return;
  const auto from_front = [&](int i) { return order[static_cast<std::size_t>(i)]; };
  const auto from_back = [&](int i) { return order[static_cast<std::size_t>(n - 1 - i)]; };
  const auto adopt = [&](const Scan<bounded>& scan, const auto& bin_at) {
    split.gain = scan.gain();
    split.left = scan.passed_side();
    split.right = scan.other_side();
    split.left_bins = {};
    for (int i = 0; i <= scan.position(); ++i) split.left_bins.insert(bin_at(i));
    split.missing_left = split.left_bins.contains(n_bins);
  };

  Scan<bounded> front(task, 0, split.gain);
  sweep(cells, (n + 1) / 2, from_front, front);
  if (front.found()) adopt(front, from_front);
  Scan<bounded> back(task, 0, split.gain);
  sweep(cells, (n + 1) / 2 - 1, from_back, back);
  if (back.found()) adopt(back, from_back);
}

}  // namespace

double node_value(double gradient, double hessian, double l2_regularization) {
  return -gradient / (hessian + l2_regularization + 1e-15);  // 1e-15: 0/0 is no value
}

Splitter::Splitter(std::span<const FeatureBins> bins, const FeaturePlaces& places,
                   const SplitRules& rules)
    : bins_(bins), places_(places), rules_(rules) {}

Split Splitter::best_split(const Histogram& histogram, const FixedPoint& fixed_point,
                           const NodeSums& node, Random& random, const ChildRules& children) const {
  const auto n = static_cast<Index>(bins_.size());
  const Cell sum = sum_of_node(histogram, places_);
  const std::vector<char> tried = draw_features(random, children.features);
  std::vector<Split> splits(static_cast<std::size_t>(n));
  parallel_for(n, 5.0 * static_cast<double>(places_.cells), [&](Index f) {
    if (!tried.empty() && tried[static_cast<std::size_t>(f)] == 0) return;
    splits[static_cast<std::size_t>(f)] =
        rules_.monotonic.empty()
            ? best_split_of<false>(f, histogram, sum, fixed_point, node, children)
            : best_split_of<true>(f, histogram, sum, fixed_point, node, children);
  });
  std::size_t best = 0;
  for (std::size_t f = 1; f < splits.size(); ++f)
    if (splits[f].gain > splits[best].gain) best = f;
  return splits[best];
}

template <bool bounded>
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
  std::array<Sums, 256> sums;
  read_bins(histogram, place, n_bins, sum, fixed_point, sums.data());
  const Sums* cells = sums.data();
  const bool has_missing = place.has_missing;
  Split split;
  split.feature = static_cast<int>(feature);
  split.is_categorical = bins_[f].is_categorical;
  const Task task{node, rules_, children, rules_.sign_of(split.feature)};
  if (split.is_categorical) {
    scan_categories<bounded>(cells, n_bins, task, split);
  } else {
    scan_missing_right<bounded>(cells, n_bins, has_missing, task, split);
    if (cells[n_bins].count > 0) scan_missing_left<bounded>(cells, n_bins, task, split);
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
