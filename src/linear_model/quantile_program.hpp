// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "linear_model/design_products.hpp"

namespace espalier::detail {

/// Minimises Σᵢ wᵢ·ρ(yᵢ − aᵢβ) + Σⱼ λⱼ|βⱼ| over β, where aᵢ are the rows of A = [X 1] or X and ρ is
/// the pinball loss of `quantile`; λⱼ ≥ 0, 0 for the intercept.
///
/// The dual is: maximise yᵀd over Aᵀd = (1 − q)·Aᵀw, 0 ≤ d ≤ w, to which λⱼ|βⱼ| adds an observation
/// of its own, with target 0, in the row λⱼ·2eⱼ, of weight 1 and the quantile ½. Its slacks tell the
/// residuals: one of the two bounds of dᵢ is active unless the plane goes through row i.
struct QuantileProgram {
  const DesignProducts& design;
  const Vector& y;        // n
  const Vector& weights;  // n; above 0
  double quantile;
  const Vector& penalty;  // λ
};

struct QuantileSolution {
  Vector beta;
  int n_iter = 0;
  bool converged = false;  ///< the objectives of primal and dual came near enough to each other
};

/// The size of the y should be about 1: accuracy is relative to the objective, or absolute where
/// that is small. `report` is called after every iteration with its number and the objective.
QuantileSolution solve_quantile(const QuantileProgram& program,
                                const std::function<void(int, double)>& report);

}  // namespace espalier::detail
