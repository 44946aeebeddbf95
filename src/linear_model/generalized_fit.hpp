// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string_view>

#include <espalier/core/row_program.hpp>
#include <espalier/linear_model/generalized_linear.hpp>

namespace espalier::detail {

/// A Tweedie distribution of the targets and the link of its mean.
struct TweedieModel {
  double power;
  bool log_link;
};

/// The fit of a generalised linear model, beginning at `previous` unless that is null.
/// @throws InvalidInput  naming `owner`, see the classes
GeneralizedLinearState fit_generalized(std::string_view owner, const Features& X, const Vector& y,
                                       const TweedieModel& model,
                                       const GeneralizedLinearParams& params,
                                       const FitContext& context,
                                       const GeneralizedLinearState* previous);

/// The predicted means of the rows of X.
Vector predict_generalized(const GeneralizedLinearState& state, const TweedieModel& model,
                           const Features& X);

/// The same for the rows of a predictor.
void compile_generalized(const GeneralizedLinearState& state, const TweedieModel& model,
                         RowBuilder& builder);

}  // namespace espalier::detail
