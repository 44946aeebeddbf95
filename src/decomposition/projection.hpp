// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/core/row_program.hpp>
#include <espalier/core/schema.hpp>

namespace espalier::detail {

/// A projection onto k directions: z = (x − mean)·componentsᵀ / scale.
struct Projection {
  const Vector& mean;        ///< p, or empty: zero
  const Matrix& components;  ///< k × p
  Vector scale = {};         ///< k, or empty: one
};

/// n × k. A sparse X stays sparse.
Features project(const Projection& projection, const Features& X);
/// z·scale·components + mean, n × p.
Features project_back(const Projection& projection, const Features& Z);
/// The same for one row.
void compile_projection(const Projection& projection, std::string_view prefix, RowBuilder& builder);

/// What whitened columns are divided by: deviations, but never less than the rounding unit, so that
/// a direction without variance stays finite.
Vector whitening_scale(const Vector& variances);

/// "pca0", "pca1", …
std::vector<std::string> component_names(std::string_view prefix, Index k);

/// Turns every component (a row) so that its entry of largest magnitude, the first of several, is
/// positive.
void fix_signs(Matrix& components);

/// @throws InvalidParameter  naming `owner`: X of rows × cols has not `count` components
void check_count(std::string_view owner, Index count, Index rows, Index cols);

/// @throws FormatError  naming `owner`: sizes do not fit each other or the number of features
void check_components(std::string_view owner, const Matrix& components, const Vector* mean,
                      std::initializer_list<const Vector*> one_each, const Schema& schema);

}  // namespace espalier::detail
