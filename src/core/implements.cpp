// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/implements.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "core/labels_of.hpp"

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

ClassList known_classes(const Classifier& model, const Target& y, const OptionalTarget& classes) {
  const std::string_view owner = model.class_name();
  if (model.fitted()) {
    const ClassList known{model.classes(), model.class_names()};
    if (classes) {
      const EncodedLabels given =
          encode_labels(align_labels(*classes, known.labels, known.names, owner));
      if (given.classes.size() != known.labels.size() || given.classes != known.labels)
        throw InvalidInput(fmt::format(
            "{}: the classes given to partial_fit are not those that it has learned already.",
            owner));
    }
    return known;
  }
  if (!classes && y.class_names().empty())
    throw InvalidInput(
        fmt::format("{}: the first call of partial_fit needs the classes: partial_fit(X, y, "
                    "classes), since later rows may have others than y has now.",
                    owner));
  const Target& source = classes ? *classes : y;
  const std::vector<std::string>& names =
      source.class_names().empty() ? y.class_names() : source.class_names();
  if (!classes) {
    const auto count = static_cast<int>(names.size());
    return {Labels::LinSpaced(count, 0, count - 1), names};
  }
  const Labels all = encode_labels(labels_of(source, owner)).classes;
  if (all.size() == 0) throw InvalidInput(fmt::format("{}: the list of classes is empty.", owner));
  const auto has_no_name = [&](int label) {
    return label < 0 || label >= static_cast<int>(names.size());
  };
  if (!names.empty() && std::any_of(all.begin(), all.end(), has_no_name))
    throw InvalidInput(
        fmt::format("{}: the classes given to partial_fit are numbers that are not those of the "
                    "texts in y; give them as a Target with class names.",
                    owner));
  return {all, names_of_classes(all, names)};
}

Target align_to_go_on(const ClassList& known, const Target& y, std::string_view owner,
                      std::string_view where) {
  const Labels labels = align_labels(y, known.labels, known.names, owner);
  const Labels& classes = known.labels;
  for (Index i = 0; i < labels.size(); ++i)
    if (!std::binary_search(classes.begin(), classes.end(), labels[i]))
      throw InvalidInput(fmt::format(
          "{}: y has the class {} in row {}, which was not there {}.", owner,
          y.class_names().empty()
              ? std::to_string(labels[i])
              : fmt::format("'{}'", y.class_names()[static_cast<std::size_t>(y.labels()[i])]),
          i, where));
  if (known.names.empty()) return labels;
  std::vector<std::string> names(static_cast<std::size_t>(classes.maxCoeff()) + 1);
  for (Index k = 0; k < classes.size(); ++k)
    names[static_cast<std::size_t>(classes[k])] = known.names[static_cast<std::size_t>(k)];
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
