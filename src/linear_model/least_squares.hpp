// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linear_model/centered_data.hpp"

namespace espalier::detail {

/// The minimiser of ‖ỹ − X̃C‖² + α‖C‖², p × k; among several (α = 0 and dependent columns) that of
/// least norm.
///
/// By the Cholesky factor of X̃ᵀX̃ + αI for n ≥ p, or of X̃X̃ᵀ + αI for n < p; where one of its pivots
/// is below 10⁻⁷ of its diagonal element, so that errors might exceed some 10⁻⁹, by orthogonal
/// transformations of X̃ itself, which do not square its condition number. Whether a column depends
/// on others is judged after scaling each to length 1, so it does not matter in which units they
/// are.
Matrix solve_least_squares(const CenteredData& data, double alpha);

}  // namespace espalier::detail
