// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/stratified_k_fold.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>
#include <espalier/core/warnings.hpp>

#include "core/labels_of.hpp"
#include "core/seed.hpp"
#include "model_selection/folds.hpp"

namespace espalier {
namespace {

/// The rows of each class, ascending; classes in order of first appearance.
std::vector<std::vector<Index>> rows_by_class(const Labels& labels) {
  const EncodedLabels encoded = encode_labels(labels);
  std::vector<Index> place(static_cast<std::size_t>(encoded.classes.size()), -1);
  std::vector<std::vector<Index>> rows;
  for (Index i = 0; i < labels.size(); ++i) {
    Index& k = place[static_cast<std::size_t>(encoded.codes[i])];
    if (k < 0) {
      k = static_cast<Index>(rows.size());
      rows.emplace_back();
    }
    rows[static_cast<std::size_t>(k)].push_back(i);
  }
  return rows;
}

void check_class_sizes(const std::vector<std::vector<Index>>& classes, Index n_splits) {
  const auto by_size = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  const auto [smallest, largest] = std::minmax_element(classes.begin(), classes.end(), by_size);
  const Index most = classes.empty() ? 0 : static_cast<Index>(largest->size());
  if (most < n_splits)
    throw InvalidInput(
        fmt::format("StratifiedKFold: n_splits={} is greater than the number of rows of every "
                    "class; the largest has {}.",
                    n_splits, most));
  if (static_cast<Index>(smallest->size()) < n_splits)
    warn(WarningKind::data, "StratifiedKFold",
         fmt::format(
             "the smallest class of y has {} rows, fewer than n_splits={}; some folds lack it.",
             smallest->size(), n_splits));
}

}  // namespace

std::vector<Split> StratifiedKFold::split(const Target& y) const {
  detail::check_fold_options(options_, name());
  const Index n_splits = options_.n_splits;
  const auto classes = rows_by_class(detail::labels_of(y, name()));
  check_class_sizes(classes, n_splits);
  const std::uint64_t seed = options_.shuffle ? detail::seed_of(options_.random_state, name()) : 0;

  std::vector<Index> fold_of_row(static_cast<std::size_t>(y.rows()));
  Index first =
      0;  // the place of the class in the sorted labels, which are dealt to the folds in turn
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto size = static_cast<Index>(classes[k].size());
    std::vector<Index> folds;
    for (Index fold = 0; fold < n_splits; ++fold) {
      const auto dealt = [&](Index end) {
        return (end - fold + n_splits - 1) / n_splits;
      };  // before `end`
      folds.insert(folds.end(), static_cast<std::size_t>(dealt(first + size) - dealt(first)), fold);
    }
    if (options_.shuffle) Random(seed, k).shuffle(std::span(folds));
    for (std::size_t i = 0; i < folds.size(); ++i)
      fold_of_row[static_cast<std::size_t>(classes[k][i])] = folds[i];
    first += size;
  }
  return detail::splits_of_folds(fold_of_row, n_splits);
}

std::vector<Split> StratifiedKFold::split(Index, const Target& y, const Labels&) const {
  return split(y);
}

}  // namespace espalier
