// SPDX-License-Identifier: BSD-3-Clause
#include "core/row_split.hpp"

#include <algorithm>
#include <numeric>

#include <espalier/core/random.hpp>

namespace espalier::detail {
namespace {

// Streams of the generator that no tree uses.
constexpr std::uint64_t hold_out_stream = ~std::uint64_t{0};
constexpr std::uint64_t score_stream = hold_out_stream - 1;
constexpr std::uint64_t fold_stream = hold_out_stream - 2;

/// The rows of each class that occurs, ascending; without codes all rows are of one.
std::vector<std::vector<Index>> rows_by_class(Index n, std::span<const double> codes) {
  const auto last = codes.empty() ? 0.0 : *std::max_element(codes.begin(), codes.end());
  std::vector<std::vector<Index>> members(static_cast<std::size_t>(last) + 1);
  for (Index i = 0; i < n; ++i)
    members[codes.empty() ? 0 : static_cast<std::size_t>(codes[static_cast<std::size_t>(i)])]
        .push_back(i);
  std::erase_if(members, [](const auto& rows) { return rows.empty(); });
  return members;
}

/// How many rows of each class to set aside: its share of `n_validation`, by the largest
/// remainders.
std::vector<Index> shares(std::span<const Index> class_sizes, Index n_validation) {
  const Index n = std::max<Index>(  // no class is empty
      1, std::accumulate(class_sizes.begin(), class_sizes.end(), Index{0}));
  std::vector<Index> share(class_sizes.size());
  std::vector<std::pair<Index, std::size_t>> remainders;
  Index missing = n_validation;
  for (std::size_t c = 0; c < share.size(); ++c) {
    share[c] = std::min(class_sizes[c] * n_validation / n, class_sizes[c] - 1);
    missing -= share[c];
    remainders.emplace_back(-(class_sizes[c] * n_validation - share[c] * n), c);
  }
  std::sort(remainders.begin(), remainders.end());
  while (missing > 0) {
    const Index before = missing;
    for (const auto& [_, c] : remainders) {
      if (missing == 0 || share[c] >= class_sizes[c] - 1) continue;
      ++share[c];
      --missing;
    }
    if (missing == before) break;  // every class is down to its last row
  }
  return share;
}

/// Draws `wanted` of n rows, marked by 1; of classes, each gives its share but keeps a row.
std::vector<char> draw(Index n, Index wanted, std::span<const double> codes, Random random) {
  std::vector<char> drawn(static_cast<std::size_t>(n), 0);
  if (codes.empty()) {
    for (const Index i : random.choice(n, wanted)) drawn[static_cast<std::size_t>(i)] = 1;
    return drawn;
  }
  const std::vector<std::vector<Index>> members = rows_by_class(n, codes);
  std::vector<Index> sizes;
  sizes.reserve(members.size());
  for (const auto& rows : members) sizes.push_back(static_cast<Index>(rows.size()));
  const std::vector<Index> share = shares(sizes, wanted);
  for (std::size_t c = 0; c < members.size(); ++c)
    for (const Index k : random.choice(sizes[c], share[c]))
      drawn[static_cast<std::size_t>(members[c][static_cast<std::size_t>(k)])] = 1;
  return drawn;
}

RowSplit split_by(const std::vector<char>& is_validation) {
  RowSplit split;
  for (std::size_t i = 0; i < is_validation.size(); ++i)
    (is_validation[i] != 0 ? split.validation : split.train).push_back(static_cast<Index>(i));
  return split;
}

}  // namespace

RowSplit hold_out(Index n, Index n_validation, std::span<const double> codes, std::uint64_t seed) {
  return split_by(draw(n, n_validation, codes, Random(seed, hold_out_stream)));
}

std::vector<Index> draw_to_score(Index n, Index n_scored, std::span<const double> codes,
                                 std::uint64_t seed) {
  return split_by(draw(n, n_scored, codes, Random(seed, score_stream))).validation;
}

std::vector<RowSplit> fold_splits(Index n, int n_folds, std::span<const double> codes,
                                  std::uint64_t seed) {
  Random random(seed, fold_stream);
  std::vector<std::vector<Index>> members = rows_by_class(n, codes);
  std::vector<int> fold_of_row(static_cast<std::size_t>(n), -1);
  int next = 0;
  for (std::vector<Index>& rows : members) {
    random.shuffle(std::span(rows));
    if (rows.size() == 1 && members.size() > 1) continue;
    for (const Index row : rows) {
      fold_of_row[static_cast<std::size_t>(row)] = next;
      next = (next + 1) % n_folds;
    }
  }
  std::vector<RowSplit> splits;
  for (int fold = 0; fold < n_folds; ++fold) {
    std::vector<char> is_held_out(fold_of_row.size());
    std::transform(fold_of_row.begin(), fold_of_row.end(), is_held_out.begin(),
                   [fold](int f) { return f == fold ? 1 : 0; });
    splits.push_back(split_by(is_held_out));
  }
  return splits;
}

ClassSizes class_sizes(Index n, std::span<const double> codes) {
  const std::vector<std::vector<Index>> members = rows_by_class(n, codes);
  const auto [smallest, largest] =
      std::minmax_element(members.begin(), members.end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return {static_cast<Index>(smallest->size()), static_cast<Index>(largest->size())};
}

}  // namespace espalier::detail
