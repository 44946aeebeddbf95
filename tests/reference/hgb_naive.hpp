// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Histogram gradient boosting written for clarity: every quantity is recomputed from the rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "ensemble/hist_gradient_boosting/grower.hpp"

namespace espalier::hgb::naive {

struct Problem {
  std::vector<std::vector<int>>
      bins;  ///< [feature][row]; the last bin of a feature is the missing one
  std::vector<FeatureBins> features;
  std::vector<float> gradient;
  std::vector<float> hessian;
  double l2 = 0.0;
  std::uint32_t min_samples_leaf = 1;
  std::vector<int> monotonic = {};  ///< 1, 0 or −1 a feature; empty: all 0
  double lowest = -1e300;           ///< bounds of values
  double highest = 1e300;
  double cat_l2 = 0.0;
  std::size_t max_cat_threshold = 256;
};

struct Sums {
  double gradient = 0.0;
  double hessian = 0.0;
  std::uint32_t count = 0;
};

inline Sums sums_of(const Problem& p, const std::vector<Row>& rows,
                    const std::function<bool(Row)>& included) {
  Sums sums;
  for (const Row row : rows) {
    if (!included(row)) continue;
    sums.gradient += static_cast<double>(p.gradient[row]);
    sums.hessian += static_cast<double>(p.hessian[row]);
    ++sums.count;
  }
  return sums;
}

/// −G/(H + λ) within the bounds.
inline double value_of(const Problem& p, const Sums& s, double l2) {
  return std::clamp(-s.gradient / (s.hessian + l2), p.lowest, p.highest);
}

/// What a node takes off the loss.
inline double strength(const Problem& p, const Sums& s, double l2) {
  return -s.gradient * value_of(p, s, l2);
}

struct Best {
  double gain = -1.0;
  int feature = -1;
};

/// Gain of sending the rows that `left` accepts to the left; −1 if a child would be too small, or
/// if the values of the children are not in the order of `sign`.
inline double gain_of(const Problem& p, const std::vector<Row>& rows,
                      const std::function<bool(Row)>& left, int sign = 0,
                      bool is_categorical = false) {
  const double l2 = p.l2 + (is_categorical ? p.cat_l2 : 0.0);
  const Sums l = sums_of(p, rows, left);
  const Sums r = sums_of(p, rows, [&](Row row) { return !left(row); });
  if (std::min(l.count, r.count) < p.min_samples_leaf || std::min(l.hessian, r.hessian) < 1e-3)
    return -1.0;
  if (sign * (value_of(p, r, l2) - value_of(p, l, l2)) < 0.0) return -1.0;
  return strength(p, l, l2) + strength(p, r, l2) -
         strength(p, sums_of(p, rows, [](Row) { return true; }), p.l2);
}

/// The bins of a categorical feature that weigh at least 10 rows, by G/(H + 10).
inline std::vector<int> ordered_categories(const Problem& p, std::size_t f,
                                           const std::vector<Row>& rows) {
  const Sums all = sums_of(p, rows, [](Row) { return true; });
  std::vector<std::pair<double, int>> order;
  for (int bin = 0; bin <= p.features[f].n_bins; ++bin) {
    const Sums s = sums_of(p, rows, [&](Row row) { return p.bins[f][row] == bin; });
    if (s.hessian * all.count / all.hessian >= 10.0)
      order.emplace_back(s.gradient / (s.hessian + 10.0), bin);
  }
  std::sort(order.begin(), order.end());
  std::vector<int> bins;
  for (const auto& [value, bin] : order) bins.push_back(bin);
  return bins;
}

/// All sets of bins that may go left at a feature.
inline std::vector<std::vector<int>> left_sets(const Problem& p, std::size_t f,
                                               const std::vector<Row>& rows) {
  std::vector<std::vector<int>> sets;
  const int n_bins = p.features[f].n_bins;
  if (p.features[f].is_categorical) {
    const std::vector<int> order = ordered_categories(p, f, rows);
    const std::size_t half = (order.size() + 1) / 2;
    for (std::size_t k = 1; k <= std::min(half, p.max_cat_threshold); ++k)
      sets.emplace_back(order.begin(), order.begin() + static_cast<long>(k));
    for (std::size_t k = 1; k <= std::min(half - 1, p.max_cat_threshold) && half > 0; ++k)
      sets.emplace_back(order.end() - static_cast<long>(k), order.end());
    return sets;
  }
  for (const bool missing_left : {false, true}) {
    for (int last = 0; last < n_bins; ++last) {
      std::vector<int> set;
      for (int bin = 0; bin <= last; ++bin) set.push_back(bin);
      if (missing_left) set.push_back(n_bins);
      sets.push_back(std::move(set));
    }
  }
  return sets;
}

/// The best split of some rows by trying everything. O(rows × bins²) a feature.
inline Best best_split(const Problem& p, const std::vector<Row>& rows) {
  Best best;
  for (std::size_t f = 0; f < p.features.size(); ++f) {
    for (const std::vector<int>& set : left_sets(p, f, rows)) {
      const auto in_set = [&](Row row) {
        return std::find(set.begin(), set.end(), p.bins[f][row]) != set.end();
      };
      const double gain = gain_of(p, rows, in_set, p.monotonic.empty() ? 0 : p.monotonic[f],
                                  p.features[f].is_categorical);
      if (gain > best.gain) best = {gain, static_cast<int>(f)};
    }
  }
  return best;
}

/// The raw prediction of one row, by walking down every tree.
inline double predict(const BoostedTrees& trees, const Vector& row, Index output) {
  double raw = trees.baseline[output];
  for (Index t = output; t < trees.n_trees(); t += trees.outputs()) {
    const Index first = trees.tree_begin[static_cast<std::size_t>(t)];
    Index i = 0;
    for (;;) {
      const TreeNode& node = trees.nodes[static_cast<std::size_t>(first + i)];
      if (node.is_leaf()) {
        raw += node.value;
        break;
      }
      const double x = row[node.feature];
      bool left = node.missing_left;
      if (!std::isnan(x)) {
        if (node.left_set < 0) {
          left = x <= node.value;
        } else {
          const auto code = static_cast<std::size_t>(x);
          left = (trees.category_sets[static_cast<std::size_t>(node.left_set)][code / 32] >>
                      (code % 32) &
                  1U) != 0;
        }
      }
      i = left ? i + 1 : node.right;
    }
  }
  return raw;
}

}  // namespace espalier::hgb::naive
