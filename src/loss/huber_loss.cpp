// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/loss/huber_loss.hpp>

#include <vector>

namespace espalier {

double HuberLoss::baseline(std::span<const double> y, std::span<const double> weights) const {
  const double median = weighted_quantile(y, 0.5, weights);
  std::vector<double> distances(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) distances[i] = -gradient(y[i], median);
  return median + weighted_mean(distances, weights);
}

}  // namespace espalier
