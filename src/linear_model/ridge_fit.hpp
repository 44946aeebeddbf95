// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include <espalier/core/fit_context.hpp>
#include <espalier/linear_model/ridge.hpp>

namespace espalier::detail {

/// The Ridge problem of (X, y) as `params` say, with one alpha a target; `weights` (empty: ones)
/// stand for those of the context. Errors and reports name `owner`.
RidgeState fit_ridge(const Features& X, const Matrix& y, const Vector& weights,
                     const RidgeParams& params, std::string_view owner, const FitContext& context);

/// @throws InvalidParameter  naming `owner`: the solver cannot do what `positive` asks
void validate_ridge(bool positive, RidgeSolver solver, std::string_view owner);

}  // namespace espalier::detail
