// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include "linear_model/centered_data.hpp"

namespace espalier::detail {

/// The coefficients as a model keeps them.
struct LinearFit {
  Matrix coef;       // k × p
  Vector intercept;  // k
};

/// From coefficients of the centred data (p × k).
/// @throws InvalidInput  naming `owner`: they are not finite
LinearFit linear_fit(const CenteredData& data, const Matrix& coef, std::string_view owner);

/// Column c minimises ‖ỹ_c − X̃v‖² + α_c‖v‖² over v ≥ 0; p × k. Memory O(p²).
Matrix solve_nonnegative_ridge(const CenteredData& data, const Vector& alphas);

/// Whether X is sparse and so large both ways that products of its columns or rows with each other
/// cost more than a few hundred passes over it.
bool is_large_and_sparse(const Features& X);

}  // namespace espalier::detail
