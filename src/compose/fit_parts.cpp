// SPDX-License-Identifier: BSD-3-Clause
#include "compose/fit_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::detail {
namespace {

void fit_by_role(Estimator& part, const Features& X, const OptionalTarget& y,
                 const FitContext& context) {
  switch (part.role()) {
    case RoleKind::transformer:
      y ? static_cast<Transformer&>(part).fit(X, *y, context)
        : static_cast<Transformer&>(part).fit(X, context);
      return;
    case RoleKind::classifier:
      static_cast<Classifier&>(part).fit(X, y.value(), context);
      return;
    case RoleKind::regressor:
      static_cast<Regressor&>(part).fit(X, y.value(), context);
      return;
    case RoleKind::clusterer:
      static_cast<Clusterer&>(part).fit(X, context);
      return;
    case RoleKind::outlier_detector:
      static_cast<OutlierDetector&>(part).fit(X, context);
      return;
    case RoleKind::other:
      throw InvalidParameter(fmt::format("{} cannot be part of a composition", part.class_name()));
  }
}

}  // namespace

std::shared_ptr<Estimator> fit_part(const Estimator& prototype, const Features& X,
                                    const OptionalTarget& y, const FitContext& context,
                                    const std::optional<ValidationSet>& validation) {
  const Tags tags = prototype.get_tags();
  FitContext own;
  if (tags.sample_weight) own.sample_weight = context.sample_weight;
  if (tags.groups) own.groups = context.groups;
  own.validation = validation;
  own.callback = context.callback;
  own.stop = context.stop;
  std::shared_ptr<Estimator> part = prototype.clone();
  fit_by_role(*part, X, y, own);
  return part;
}

Tags combined_tags(const std::vector<const Estimator*>& parts) {
  Tags tags{.requires_y = false};
  bool all_weighted = true;
  for (const Estimator* part : parts) {
    const Tags t = part->get_tags();
    tags.sample_weight = tags.sample_weight || t.sample_weight;
    tags.groups = tags.groups || t.groups;
    tags.requires_y = tags.requires_y || t.requires_y || part->role() == RoleKind::classifier ||
                      part->role() == RoleKind::regressor;
    tags.deterministic = tags.deterministic && t.deterministic;
    all_weighted = all_weighted && t.sample_weight && t.weights_are_copies;
  }
  tags.weights_are_copies = all_weighted;
  return tags;
}

void check_part_names(std::string_view owner, const std::vector<std::string>& names,
                      const std::vector<std::string>& reserved) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (name->empty()) throw InvalidParameter(fmt::format("{}: a name is empty.", owner));
    if (name->find("__") != std::string::npos)
      throw InvalidParameter(fmt::format("{}: names must not contain __: got '{}'.", owner, *name));
    if (std::find(names.begin(), name, *name) != name)
      throw InvalidParameter(fmt::format("{}: the name '{}' stands twice.", owner, *name));
    if (std::find(reserved.begin(), reserved.end(), *name) != reserved.end())
      throw InvalidParameter(
          fmt::format("{}: the name '{}' is that of a parameter.", owner, *name));
  }
}

}  // namespace espalier::detail
