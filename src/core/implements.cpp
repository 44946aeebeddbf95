// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/implements.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace espalier::detail {

void check_classes(const Labels& classes) {
  if (classes.size() == 0) throw FormatError("the model has no classes");
  if (std::adjacent_find(classes.begin(), classes.end(), std::greater_equal<>()) != classes.end())
    throw FormatError("the model's classes are not in ascending order");
}

std::vector<std::string> names_of_classes(const Labels& classes,
                                          const std::vector<std::string>& names) {
  std::vector<std::string> result;
  if (names.empty()) return result;
  for (const int label : classes) result.push_back(names.at(static_cast<std::size_t>(label)));
  return result;
}

Target align_to_go_on(const Classifier& fitted, const Target& y) {
  const Labels labels = fitted.align(y);
  const Labels& classes = fitted.classes();
  for (Index i = 0; i < labels.size(); ++i)
    if (!std::binary_search(classes.begin(), classes.end(), labels[i]))
      throw InvalidInput(fmt::format(
          "{}: y has the class {} in row {}, which it did not have at the fit that warm_start goes "
          "on from.",
          fitted.class_name(),
          y.class_names().empty()
              ? std::to_string(labels[i])
              : fmt::format("'{}'", y.class_names()[static_cast<std::size_t>(y.labels()[i])]),
          i));
  if (fitted.class_names().empty()) return labels;
  std::vector<std::string> names(static_cast<std::size_t>(classes.maxCoeff()) + 1);
  for (Index k = 0; k < classes.size(); ++k)
    names[static_cast<std::size_t>(classes[k])] = fitted.class_names()[static_cast<std::size_t>(k)];
  return {labels, std::move(names)};
}

Labels largest_column(const Matrix& scores, const Labels& classes) {
  Labels result(scores.rows());
  for (Index i = 0; i < scores.rows(); ++i) {
    Index best = 0;
    if (scores.cols() == 1)
      best = scores(i, 0) > 0.0 ? 1 : 0;  // a decision value for two classes
    else
      scores.row(i).maxCoeff(&best);  // the first wins a tie
    result[i] = classes[std::min(best, classes.size() - 1)];
  }
  return result;
}

}  // namespace espalier::detail
