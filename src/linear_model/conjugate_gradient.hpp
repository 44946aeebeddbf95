// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include <espalier/core/fit_context.hpp>

#include "linear_model/centered_data.hpp"

namespace espalier::detail {

struct ConjugateGradientFit {
  Matrix coef;    // p × k
  Labels n_iter;  // k
  bool converged;
};

/// Column c minimises ‖ỹ_c − X̃v‖² + α_c‖v‖² by conjugate gradients on its normal equations, written
/// so that X̃ᵀX̃ is never formed (CGLS). From v = 0, so that α = 0 leads to the solution of least
/// norm. Ends when the gradient is at most `tol` times what it was at the start. O(np) an iteration,
/// or O(nonzeros); the outputs share the passes over X. Each pass is reported to `context`.
/// @throws InvalidInput  naming `owner`: the squared gradient overflows
/// @see Hestenes & Stiefel, J. Res. Nat. Bur. Standards 49 (1952) 409–436
ConjugateGradientFit solve_conjugate_gradient(const CenteredData& data, const Vector& alphas,
                                              double tol, Index max_iter, const FitContext& context,
                                              std::string_view owner);

/// Warns that conjugate gradients did not converge, in the words of `owner`.
void warn_not_converged(const ConjugateGradientFit& fit, double tol, std::string_view owner);

}  // namespace espalier::detail
