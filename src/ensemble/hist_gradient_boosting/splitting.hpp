// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The best split of a node, from the sums of its bins alone: nothing here knows how the training data
/// lie in memory.
///
/// A node with gradient sum G and Hessian sum H has the value v = −G/(H + λ), the minimiser of
/// G·v + ½(H + λ)v², and the loss G·v (twice that minimum). The gain of a split is the loss of the
/// node minus the losses of its children. Under monotonic constraints the value of a node is clipped
/// to its bounds, and loss and gain are those of the clipped value.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <espalier/core/random.hpp>

#include "ensemble/hist_gradient_boosting/cut_kernel.hpp"
#include "ensemble/hist_gradient_boosting/node_bins.hpp"

namespace espalier::hgb {

/// A set of bins, for the categories that go left.
class BinSet {
 public:
  void insert(int bin) {
    words_[static_cast<std::size_t>(bin >> 5)] |= std::uint32_t{1} << (bin & 31);
  }
  bool contains(int bin) const {
    return (words_[static_cast<std::size_t>(bin >> 5)] >> (bin & 31) & 1U) != 0;
  }
  const std::array<std::uint32_t, 8>& words() const { return words_; }

 private:
  std::array<std::uint32_t, 8> words_{};
};

/// What is known of a set of rows.
struct NodeSums {
  double gradient = 0.0;
  double hessian = 0.0;
  std::uint32_t count = 0;
  double value = 0.0;  ///< before shrinkage
};

struct Split {
  static constexpr double none = -1.0;  ///< the gain when no split is allowed

  double gain = none;
  int feature = -1;
  int bin = 0;                ///< numerical: bins up to this one go left
  bool missing_left = false;  ///< where missing values go
  bool is_categorical = false;
  BinSet left_bins;  ///< categorical: the bins that go left, the missing one among them or not
  NodeSums left;
  NodeSums right;

  bool found() const { return gain > 0.0; }
};

struct SplitRules {
  std::uint32_t min_samples_leaf = 20;  ///< rows, whatever their weight
  double l2_regularization = 0.0;       ///< λ
  double cat_l2 = 0.0;                  ///< added to λ for the sides of a split by categories
  int max_cat_threshold = 256;          ///< categories on the smaller side of a split at most
  double max_features = 1.0;  ///< share of the allowed features tried at each node, drawn anew
  /// For each feature, 1 (the value must not fall from left to right), −1 (not rise) or 0; empty:
  /// all 0.
  std::vector<std::int8_t> monotonic = {};

  int sign_of(int feature) const {
    return monotonic.empty() ? 0 : monotonic[static_cast<std::size_t>(feature)];
  }
};

/// What the splits above a node say about its children.
struct ChildRules {
  double lowest = -std::numeric_limits<double>::infinity();  ///< their values at least
  double highest = std::numeric_limits<double>::infinity();  ///< and at most
  const std::vector<int>* features = nullptr;  ///< ascending: may split the node; null: all may
};

/// A child with a smaller sum of Hessians is not allowed: its value would be ill determined.
inline constexpr double min_hessian_to_split = 1e-3;

/// A node whose best split is wanted.
struct NodeToSplit {
  const NodeBins* bins;
  NodeSums sums;
  ChildRules children = {};
  Split best = {};  ///< what is found
};

/// Finds best splits. Features and nodes run in parallel, and the first feature of equal gains wins.
class Splitter {
 public:
  /// Keeps references to the bins and their places.
  Splitter(std::span<const FeatureBins> bins, const FeaturePlaces& places, const SplitRules& rules);

  /// For each node the split with the largest gain, if any is positive. `random` draws the features
  /// when `max_features` is less than 1, else it is left alone. O(cells), O(cells log cells) with
  /// categories.
  ///
  /// Numerical features are cut between two bins, with missing values on either side if the
  /// training data have any. Categorical features are cut in the order of G/(H + 10), not more than
  /// `max_cat_threshold` from either end; categories that weigh less than 10 rows go right. @see Fisher, JASA 53 (1958) 789–798
  void best_splits(std::span<NodeToSplit> nodes, const FixedPoint& fixed_point,
                   Random& random) const;

 private:
  Split best_split_of(Index feature, const NodeToSplit& node, const FixedPoint& fixed_point) const;
  std::vector<char> draw_features(Random& random, const std::vector<int>* allowed) const;

  std::span<const FeatureBins> bins_;
  const FeaturePlaces& places_;
  SplitRules rules_;
};

}  // namespace espalier::hgb
