// SPDX-License-Identifier: BSD-3-Clause
#include <espalier/cluster/kmeans_plusplus.hpp>

#include <fmt/format.h>

#include "cluster/kmeans/checks.hpp"
#include "cluster/kmeans/seeding.hpp"
#include "core/seed.hpp"
#include "metrics/checks.hpp"

namespace espalier {
namespace {

constexpr std::string_view name = "kmeans_plusplus";

void check_finite(const Features& X) {
  const bool finite = X.is_sparse()    ? X.sparse().coeffs().allFinite()
                      : X.is_float32() ? X.dense32().allFinite()
                                       : X.dense().allFinite();
  if (!finite) throw InvalidInput(fmt::format("{}: X contains NaN or infinity.", name));
}

void check_at_least_one(std::string_view parameter, int value) {
  if (value < 1)
    throw InvalidParameter(fmt::format("The '{}' parameter of {} must be at least 1; got {}.",
                                       parameter, name, value));
}

}  // namespace

KMeansPlusPlusResult kmeans_plusplus(const Features& X, int n_clusters,
                                     const KMeansPlusPlusOptions& options) {
  check_at_least_one("n_clusters", n_clusters);
  if (options.n_local_trials) check_at_least_one("n_local_trials", *options.n_local_trials);
  const Features numbers = X.is_table() ? X.to_dense() : X;
  check_finite(numbers);
  const Vector& weights = options.sample_weight;
  const detail::metrics::Weights checked(name, weights, X.rows());
  kmeans::check_start(name, {}, n_clusters, numbers, weights);
  const Index trials =
      options.n_local_trials ? *options.n_local_trials : kmeans::default_local_trials(n_clusters);
  Random random(detail::seed_of(options.random_state, name));
  const Vector offset = numbers.is_sparse() ? Vector(Vector::Zero(X.cols()))
                                            : kmeans::weighted_mean(numbers, weights);
  const std::vector<Index> indices =
      kmeans::with_rows(numbers, 0, X.rows(), offset, [&](const auto& rows) {
        return kmeans::seed_by_distance(rows, weights, n_clusters, trials, random);
      });
  return {numbers.take(indices).to_matrix(), indices};
}

}  // namespace espalier
