// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <string_view>

namespace espalier {

/// How a score that is defined for one class becomes one number for all classes.
///
/// - `binary`: the score of the positive class; the target must have two classes at most;
/// - `micro`: counts of all classes are summed first; every row weighs the same;
/// - `macro`: the mean over classes; a rare class weighs as much as a common one;
/// - `weighted`: the mean over classes, each weighted by its support (its rows in `y_true`).
///
/// scikit-learn's `average=None` has functions of its own here, because its result is no number:
/// see precision_recall_fscore_support.
enum class Average { binary, micro, macro, weighted };

constexpr auto names_of(Average) {
  return std::array<std::string_view, 4>{"binary", "micro", "macro", "weighted"};
}

}  // namespace espalier
