// SPDX-License-Identifier: BSD-3-Clause
#include "cluster/kmeans/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <espalier/core/params.hpp>
#include <espalier/core/warnings.hpp>

namespace espalier::kmeans {

void check_starts(std::string_view owner, const KMeansStarts& n_init) {
  using C = Codec<KMeansStarts>;
  if (!n_init.valid()) detail::refuse_param(owner, "n_init", C::describe(), C::encode(n_init));
}

void check_start(std::string_view owner, const KMeansInit& init, int n_clusters, const Features& X,
                 const Vector& weights) {
  const Index n = weights.size() > 0 ? (weights.array() > 0.0).count() : X.rows();
  if (n < n_clusters)
    throw InvalidInput(
        fmt::format("{}: X has {} samples{}, but n_clusters is {}; there must be at "
                    "least as many samples as clusters.",
                    owner, n, weights.size() > 0 ? " of positive weight" : "", n_clusters));
  if (!init.is_given()) return;
  const Matrix& centers = init.centers();
  if (centers.rows() != n_clusters || centers.cols() != X.cols())
    throw InvalidParameter(
        fmt::format("The 'init' parameter of {} holds {} × {} centres, but n_clusters is {} and X "
                    "has {} features.",
                    owner, centers.rows(), centers.cols(), n_clusters, X.cols()));
  if (!centers.allFinite())
    throw InvalidParameter(fmt::format("The 'init' parameter of {} holds NaN or infinity.", owner));
}

void check_centers(std::string_view owner, const Matrix& centers, const Vector& offset,
                   const Labels& labels, const Schema& schema) {
  const Index k = centers.rows();
  if (k < 1 || centers.cols() != schema.n_features || offset.size() != schema.n_features)
    throw FormatError(fmt::format("{}: {} × {} centres and an offset of {} do not fit {} features",
                                  owner, k, centers.cols(), offset.size(), schema.n_features));
  if (labels.size() > 0 && (labels.minCoeff() < 0 || labels.maxCoeff() >= k))
    throw FormatError(fmt::format("{}: a label is not one of {} clusters", owner, k));
}

void warn_of_fewer_clusters(std::string_view owner, const std::vector<std::int32_t>& labels,
                            int n_clusters) {
  std::vector<char> found(static_cast<std::size_t>(n_clusters), 0);
  for (const std::int32_t label : labels) found[static_cast<std::size_t>(label)] = 1;
  const auto distinct = std::count(found.begin(), found.end(), 1);
  if (distinct < n_clusters)
    warn(WarningKind::convergence, std::string(owner),
         fmt::format("found {} distinct clusters, fewer than n_clusters ({}); rows may be "
                     "duplicates. Ask for fewer clusters (n_clusters).",
                     distinct, n_clusters));
}

}  // namespace espalier::kmeans
