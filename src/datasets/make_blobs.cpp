// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/datasets/make_blobs.hpp>

#include <cmath>

#include "datasets/options.hpp"

namespace espalier {
namespace {

void check(const BlobsOptions& o) {
  constexpr std::string_view who = "make_blobs";
  detail::require_at_least(who, "n_samples", 1, o.n_samples);
  detail::require_at_least(who, "n_features", 1, o.n_features);
  detail::require_at_least(who, "centers", 1, o.centers);
  detail::require_option(who, "cluster_std", o.cluster_std >= 0.0 && std::isfinite(o.cluster_std),
                         "finite and not negative", o.cluster_std);
  detail::require_option(
      who, "center_high",
      o.center_low <= o.center_high && std::isfinite(o.center_high - o.center_low),
      "finite and not below center_low", o.center_high);
}

}  // namespace

Blobs make_blobs(const BlobsOptions& options) {
  check(options);
  Random random(options.random_state);
  Blobs blobs{Matrix(options.n_samples, options.n_features), Labels(options.n_samples),
              Matrix(options.centers, options.n_features)};
  for (double& c : blobs.centers.reshaped())
    c = random.uniform(options.center_low, options.center_high);
  const Matrix noise = detail::random_normal(random, options.n_samples, options.n_features);
  const std::vector<Index> order = detail::row_order(random, options.n_samples, options.shuffle);
  const Index share = options.n_samples / options.centers;
  const Index larger = options.n_samples % options.centers;
  Index row = 0;
  for (Index k = 0; k < options.centers; ++k) {
    for (Index i = 0; i < share + (k < larger ? 1 : 0); ++i, ++row) {
      const Index at = order[static_cast<std::size_t>(row)];
      blobs.X.row(at) = blobs.centers.row(k) + options.cluster_std * noise.row(row);
      blobs.y[at] = static_cast<int>(k);
    }
  }
  return blobs;
}

}  // namespace espalier
