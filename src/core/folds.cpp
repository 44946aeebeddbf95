// SPDX-License-Identifier: BSD-3-Clause
#include "core/folds.hpp"

#include <espalier/core/target.hpp>

namespace espalier::detail {

std::vector<Index> consecutive_folds(Index n, Index n_folds) {
  const Index size = n / n_folds, larger = n % n_folds, in_larger = larger * (size + 1);
  std::vector<Index> fold_of_row(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i)
    fold_of_row[static_cast<std::size_t>(i)] =
        i < in_larger ? i / (size + 1) : larger + (i - in_larger) / size;
  return fold_of_row;
}

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

std::vector<std::vector<Index>> deal_to_folds(const std::vector<std::vector<Index>>& classes,
                                              Index n_folds) {
  std::vector<std::vector<Index>> result;
  Index first = 0;  // the place of the class in the sorted labels
  for (const std::vector<Index>& rows : classes) {
    const auto size = static_cast<Index>(rows.size());
    std::vector<Index> folds;
    for (Index fold = 0; fold < n_folds; ++fold) {
      const auto dealt_before = [&](Index end) { return (end - fold + n_folds - 1) / n_folds; };
      folds.insert(folds.end(),
                   static_cast<std::size_t>(dealt_before(first + size) - dealt_before(first)),
                   fold);
    }
    first += size;
    result.push_back(std::move(folds));
  }
  return result;
}

std::vector<Index> stratified_folds(const Labels& labels, Index n_folds) {
  const std::vector<std::vector<Index>> classes = rows_by_class(labels);
  const std::vector<std::vector<Index>> folds = deal_to_folds(classes, n_folds);
  std::vector<Index> fold_of_row(static_cast<std::size_t>(labels.size()));
  for (std::size_t k = 0; k < classes.size(); ++k)
    for (std::size_t i = 0; i < classes[k].size(); ++i)
      fold_of_row[static_cast<std::size_t>(classes[k][i])] = folds[k][i];
  return fold_of_row;
}

}  // namespace espalier::detail
