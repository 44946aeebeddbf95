// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/early_stopping.hpp"

#include <algorithm>
#include <numeric>

#include <espalier/core/random.hpp>

namespace espalier::hgb {
namespace {

/// The stream of the generator that no tree uses.
constexpr std::uint64_t hold_out_stream = ~std::uint64_t{0};

/// How many rows of each class to set aside: its share of `n_validation`, by the largest
/// remainders.
std::vector<Index> shares(std::span<const Index> class_sizes, Index n_validation) {
  const Index n = std::accumulate(class_sizes.begin(), class_sizes.end(), Index{0});
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

}  // namespace

RowSplit hold_out(Index n, Index n_validation, std::span<const double> codes, std::uint64_t seed) {
  Random random(seed, hold_out_stream);
  std::vector<char> is_validation(static_cast<std::size_t>(n), 0);
  if (codes.empty()) {
    for (const Index i : random.choice(n, n_validation))
      is_validation[static_cast<std::size_t>(i)] = 1;
  } else {
    const auto n_classes =
        static_cast<std::size_t>(*std::max_element(codes.begin(), codes.end())) + 1;
    std::vector<std::vector<Index>> members(n_classes);
    for (std::size_t i = 0; i < codes.size(); ++i)
      members[static_cast<std::size_t>(codes[i])].push_back(static_cast<Index>(i));
    std::erase_if(members, [](const auto& rows) { return rows.empty(); });
    std::vector<Index> sizes;
    sizes.reserve(members.size());
    for (const auto& rows : members) sizes.push_back(static_cast<Index>(rows.size()));
    const std::vector<Index> share = shares(sizes, n_validation);
    for (std::size_t c = 0; c < members.size(); ++c)
      for (const Index k : random.choice(sizes[c], share[c]))
        is_validation[static_cast<std::size_t>(members[c][static_cast<std::size_t>(k)])] = 1;
  }
  RowSplit split;
  for (Index i = 0; i < n; ++i)
    (is_validation[static_cast<std::size_t>(i)] != 0 ? split.validation : split.train).push_back(i);
  return split;
}

bool no_progress(std::span<const double> scores, int patience, double tol) {
  const auto recent = static_cast<std::size_t>(patience);
  if (scores.size() < recent + 1) return false;
  const double reference = scores[scores.size() - recent - 1] + tol;
  const auto last = scores.last(recent);
  return std::none_of(last.begin(), last.end(), [&](double score) { return score > reference; });
}

}  // namespace espalier::hgb
