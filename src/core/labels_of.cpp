// SPDX-License-Identifier: BSD-3-Clause
#include "core/labels_of.hpp"

#include <algorithm>

namespace espalier::detail {

Labels align_labels(const Target& y, const Labels& classes, const std::vector<std::string>& names,
                    std::string_view owner) {
  const Labels& labels = labels_of(y, owner);
  if (names.empty() || y.class_names().empty()) return labels;
  std::vector<int> label_of;
  int fresh = classes.maxCoeff();
  for (const std::string& text : y.class_names()) {
    const auto at = std::find(names.begin(), names.end(), text) - names.begin();
    label_of.push_back(at < classes.size() ? classes[at] : ++fresh);
  }
  return labels.unaryExpr([&](int label) { return label_of.at(static_cast<std::size_t>(label)); });
}

Labels positions_of(const Labels& labels, const Labels& classes) {
  return labels.unaryExpr([&](int label) {
    return static_cast<int>(std::lower_bound(classes.begin(), classes.end(), label) -
                            classes.begin());
  });
}

}  // namespace espalier::detail
