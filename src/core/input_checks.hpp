// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string_view>

#include <espalier/core/estimator.hpp>

namespace espalier::detail {

/// The input of a fit after every check, in the form the class expects: X as numbers unless it
/// takes tables, rows of weight 0 taken out.
struct FitInput {
  Features X;
  OptionalTarget y;
  std::shared_ptr<const FitContext> context;  // the caller's own, unless rows were taken out
};

FitInput check_fit_input(const Estimator& estimator, const Features& X, const OptionalTarget& y,
                         const FitContext& context);

/// X of a method after fit: width, names, types and values.
Features check_predict_input(const Estimator& estimator, const Features& X);

/// X by the tags of `estimator`: infinity, and NaN unless it is allowed. @throws InvalidInput
void check_input_values(const Estimator& estimator, const Features& X);

/// X, or the same in double precision where it comes in single and the tags do not take that.
Features in_taken_precision(const Tags& tags, const Features& X);

/// The codes of a dictionary are numbers, but not the ones that anybody wants predicted. `what` is
/// what y is, in the message. @throws InvalidInput  `estimator` is a regressor and y has class names
void refuse_classes_to_regressors(const Estimator& estimator, const Target& y,
                                  std::string_view what);

/// @throws InvalidInput  naming `owner` and the column: squares of its numbers are not finite
[[noreturn]] void refuse_too_large(std::string_view owner, const Features& X, Index column);

void check_width(const Estimator& estimator, const Features& X, Index expected,
                 std::string_view what);

}  // namespace espalier::detail
