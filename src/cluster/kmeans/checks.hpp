// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <espalier/cluster/kmeans_init.hpp>
#include <espalier/core/features.hpp>
#include <espalier/core/schema.hpp>

namespace espalier::kmeans {

/// @throws InvalidParameter  naming `owner`: not "auto" and not at least 1
void check_starts(std::string_view owner, const KMeansStarts& n_init);

/// @throws InvalidParameter  given centres are not n_clusters × p, or not finite
/// @throws InvalidInput      there are fewer rows of positive weight than clusters
void check_start(std::string_view owner, const KMeansInit& init, int n_clusters, const Features& X,
                 const Vector& weights);

/// Of a loaded model. @throws FormatError  shapes and labels do not fit together
void check_centers(std::string_view owner, const Matrix& centers, const Vector& offset,
                   const Labels& labels, const Schema& schema);

/// Warns when some clusters have no row.
void warn_of_fewer_clusters(std::string_view owner, const std::vector<std::int32_t>& labels,
                            int n_clusters);

}  // namespace espalier::kmeans
