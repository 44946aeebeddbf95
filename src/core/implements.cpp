// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/core/implements.hpp>

#include <algorithm>

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
