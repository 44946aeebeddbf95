// SPDX-License-Identifier: BSD-3-Clause
#include "ensemble/hist_gradient_boosting/early_stopping.hpp"

#include <algorithm>

namespace espalier::hgb {

bool no_progress(std::span<const double> scores, int patience, double tol) {
  const auto recent = static_cast<std::size_t>(patience);
  if (scores.size() < recent + 1) return false;
  const double reference = scores[scores.size() - recent - 1] + tol;
  const auto last = scores.last(recent);
  return std::none_of(last.begin(), last.end(), [&](double score) { return score > reference; });
}

Index best_score(std::span<const double> scores) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < scores.size(); ++i)
    if (scores[i] > scores[best]) best = i;
  return static_cast<Index>(best);
}

}  // namespace espalier::hgb
