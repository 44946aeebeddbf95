// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <vector>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

/// What the splits above a node leave to it.
struct AllowedFeatures {
  std::vector<int> features;  ///< ascending: those that may split the node
  std::vector<int> groups;    ///< those that hold the whole path to it; pairwise: the path itself
};

/// Which features may meet on a path: those of a group, as LightGBM and scikit-learn have it. The
/// features allowed at a node are all those of the groups that contain the whole path to it.
class Interactions {
 public:
  Interactions() = default;  ///< all may meet
  /// Each group ascending, each feature in one of them at least.
  Interactions(Index n_features, const std::vector<std::vector<Index>>& groups);
  /// Any two features are a group.
  static Interactions pairwise(Index n_features);

  /// For the root; null when all may meet.
  std::shared_ptr<const AllowedFeatures> root() const { return root_; }
  /// For the children of a node that is split on `feature`; null when all may meet.
  std::shared_ptr<const AllowedFeatures> below(const std::shared_ptr<const AllowedFeatures>& node,
                                               int feature) const;

 private:
  bool pairwise_ = false;
  std::vector<std::vector<int>> features_of_;  // of each group
  std::vector<std::vector<int>> groups_of_;    // of each feature
  std::shared_ptr<const AllowedFeatures> root_;
};

}  // namespace espalier::hgb
