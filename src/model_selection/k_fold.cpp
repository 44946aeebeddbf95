// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/model_selection/k_fold.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include <espalier/core/errors.hpp>
#include <espalier/core/random.hpp>

#include "core/folds.hpp"
#include "core/seed.hpp"
#include "model_selection/folds.hpp"

namespace espalier {
namespace detail {

void check_fold_options(const KFoldOptions& options, std::string_view owner) {
  if (options.n_splits < 2)
    refuse_param(owner, "n_splits", "an integer in the range [2, inf)", options.n_splits);
  if (options.random_state && !options.shuffle)
    throw InvalidParameter(fmt::format(
        "{}: random_state has no effect without shuffle; leave it out or set shuffle to true.",
        owner));
}

std::vector<Split> splits_of_folds(const std::vector<Index>& fold_of_row, Index n_splits) {
  std::vector<Split> splits(static_cast<std::size_t>(n_splits));
  for (Index k = 0; k < n_splits; ++k) {
    Split& split = splits[static_cast<std::size_t>(k)];
    for (std::size_t i = 0; i < fold_of_row.size(); ++i)
      (fold_of_row[i] == k ? split.test : split.train).push_back(static_cast<Index>(i));
  }
  return splits;
}

}  // namespace detail

std::vector<Split> KFold::split(Index n) const {
  detail::check_fold_options(options_, name());
  if (options_.n_splits > n)
    throw InvalidInput(fmt::format("KFold: n_splits={} is greater than the number of samples, {}.",
                                   options_.n_splits, n));
  std::vector<Index> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), Index{0});
  if (options_.shuffle)
    Random(detail::seed_of(options_.random_state, name())).shuffle(std::span(rows));
  const std::vector<Index> folds = detail::consecutive_folds(n, options_.n_splits);
  std::vector<Index> fold_of_row(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    fold_of_row[static_cast<std::size_t>(rows[i])] = folds[i];
  return detail::splits_of_folds(fold_of_row, options_.n_splits);
}

std::vector<Split> KFold::split(Index n, const Target&, const Labels&) const { return split(n); }

}  // namespace espalier
