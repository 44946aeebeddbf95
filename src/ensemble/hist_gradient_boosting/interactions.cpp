// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/interactions.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace espalier::hgb {
namespace {

std::vector<int> up_to(std::size_t n) {
  std::vector<int> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

Interactions::Interactions(Index n_features, const std::vector<std::vector<Index>>& groups)
    : groups_of_(static_cast<std::size_t>(n_features)) {
  for (const auto& group : groups) {
    const auto number = static_cast<int>(features_of_.size());
    features_of_.emplace_back(group.begin(), group.end());
    for (const Index f : group) groups_of_[static_cast<std::size_t>(f)].push_back(number);
  }
  root_ = std::make_shared<const AllowedFeatures>(
      AllowedFeatures{up_to(groups_of_.size()), up_to(features_of_.size())});
}

Interactions Interactions::pairwise(Index n_features) {
  Interactions result;
  result.pairwise_ = true;
  result.root_ = std::make_shared<const AllowedFeatures>(
      AllowedFeatures{up_to(static_cast<std::size_t>(n_features)), {}});
  return result;
}

std::shared_ptr<const AllowedFeatures> Interactions::below(
    const std::shared_ptr<const AllowedFeatures>& node, int feature) const {
  if (node == nullptr) return nullptr;
  AllowedFeatures allowed;
  if (pairwise_) {  // `groups` is the path: there are too many pairs to keep a list of them
    allowed.groups = node->groups;
    const auto at = std::lower_bound(allowed.groups.begin(), allowed.groups.end(), feature);
    if (at != allowed.groups.end() && *at == feature) return node;
    allowed.groups.insert(at, feature);
    allowed.features = allowed.groups.size() < 2 ? node->features : allowed.groups;
  } else {
    const std::vector<int>& own = groups_of_[static_cast<std::size_t>(feature)];
    std::set_intersection(node->groups.begin(), node->groups.end(), own.begin(), own.end(),
                          std::back_inserter(allowed.groups));
    if (allowed.groups == node->groups) return node;
    for (const int group : allowed.groups) {
      const std::vector<int>& members = features_of_[static_cast<std::size_t>(group)];
      allowed.features.insert(allowed.features.end(), members.begin(), members.end());
    }
    std::sort(allowed.features.begin(), allowed.features.end());
    allowed.features.erase(std::unique(allowed.features.begin(), allowed.features.end()),
                           allowed.features.end());
  }
  return std::make_shared<const AllowedFeatures>(std::move(allowed));
}

}  // namespace espalier::hgb
