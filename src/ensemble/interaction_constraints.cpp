// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/ensemble/interaction_constraints.hpp>

#include <algorithm>

#include "ensemble/column_lookup.hpp"

namespace espalier {
namespace {

constexpr std::string_view param = "interaction_cst";

/// Puts the features that are in no group into one of their own.
void add_rest(InteractionConstraints::Groups& groups, Index n_features) {
  std::vector<char> listed(static_cast<std::size_t>(n_features), 0);
  for (const auto& group : groups)
    for (const Index j : group) listed[static_cast<std::size_t>(j)] = 1;
  std::vector<Index> rest;
  for (Index j = 0; j < n_features; ++j)
    if (listed[static_cast<std::size_t>(j)] == 0) rest.push_back(j);
  if (!rest.empty()) groups.push_back(std::move(rest));
}

bool holds_texts(const Value::List& groups) {
  return std::any_of(groups.begin(), groups.end(), [](const Value& group) {
    const auto* items = group.get_if<Value::List>();
    return items != nullptr && !items->empty() && items->front().get_if<std::string>() != nullptr;
  });
}

}  // namespace

InteractionConstraints::Groups InteractionConstraints::groups(const Features& X,
                                                              std::string_view owner) const {
  if (is_none() || is_pairwise()) return {};
  Groups groups;
  if (std::holds_alternative<Rule>(choice_)) {
    for (Index j = 0; j < X.cols(); ++j) groups.push_back({j});
    return groups;
  }
  if (const auto* by_position = std::get_if<Groups>(&choice_)) {
    for (const auto& group : *by_position) {
      groups.emplace_back();
      for (const Index j : group) groups.back().push_back(detail::column_at(j, X, owner, param));
    }
  } else {
    for (const auto& group : std::get<std::vector<std::vector<std::string>>>(choice_)) {
      groups.emplace_back();
      for (const std::string& name : group)
        groups.back().push_back(detail::column_named(name, X, owner, param));
    }
  }
  for (auto& group : groups) {
    std::sort(group.begin(), group.end());
    group.erase(std::unique(group.begin(), group.end()), group.end());
  }
  add_rest(groups, X.cols());
  return groups;
}

Value Codec<InteractionConstraints>::encode(const InteractionConstraints& v) {
  if (v.is_none()) return {};
  if (const auto* positions = std::get_if<InteractionConstraints::Groups>(&v.choice_))
    return Codec<InteractionConstraints::Groups>::encode(*positions);
  if (const auto* names = std::get_if<std::vector<std::vector<std::string>>>(&v.choice_))
    return Codec<std::vector<std::vector<std::string>>>::encode(*names);
  return v.is_pairwise() ? "pairwise" : "no_interactions";
}

InteractionConstraints Codec<InteractionConstraints>::decode(const Value& v) {
  if (v.is_none()) return {};
  if (const auto* text = v.get_if<std::string>()) {
    if (*text == "pairwise") return InteractionConstraints::pairwise();
    if (*text == "no_interactions") return InteractionConstraints::no_interactions();
    detail::refuse_value(v, describe());
  }
  try {
    if (holds_texts(detail::decode_list(v)))
      return Codec<std::vector<std::vector<std::string>>>::decode(v);
    return Codec<InteractionConstraints::Groups>::decode(v);
  } catch (const FormatError&) {
    detail::refuse_value(v, describe());
  }
}

std::string Codec<InteractionConstraints>::describe() {
  return "'pairwise', 'no_interactions', a list of lists of column names or positions, or none";
}

}  // namespace espalier
