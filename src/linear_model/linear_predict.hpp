// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include <espalier/core/features.hpp>
#include <espalier/core/schema.hpp>

namespace espalier::detail {

/// X·coefᵀ + intercept, n × k, for a dense or sparse X (n × p) and coef (k × p). Every row is
/// summed in the same order whatever rows stand beside it, so one row gives the bits it has in a
/// batch.
Matrix linear_predict(const Features& X, const Matrix& coef, const Vector& intercept);

/// @throws FormatError  coef is not k × p, or intercept not k
void check_linear_shapes(std::string_view owner, const Matrix& coef, const Vector& intercept,
                         const Schema& schema);

}  // namespace espalier::detail
