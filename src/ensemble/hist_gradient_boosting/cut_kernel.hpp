// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The inner loop of split finding: the gains of all cuts between two groups of bins.
#pragma once

#include "core/instruction_set.hpp"
#include "ensemble/hist_gradient_boosting/fixed_point.hpp"
#include "ensemble/hist_gradient_boosting/histogram_kernel.hpp"

namespace espalier::hgb {

using detail::best_instruction_set;
using detail::InstructionSet;

/// What the cuts of a node share.
struct CutNode {
  double gradient = 0.0;
  double hessian = 0.0;
  double count = 0.0;             ///< of rows
  double min_samples_leaf = 1.0;  ///< what both sides must have at least
  double min_hessian = 0.0;
  double loss = 0.0;  ///< gradient · value
  double l2_regularization = 0.0;
  bool bounded = false;  ///< whether the following hold
  double lowest = 0.0;   ///< bounds of the children's values
  double highest = 0.0;
  /// 1 if the value of the rows passed must not exceed that of the rest, −1 the other way round, 0 if
  /// either may.
  double sign = 0.0;
};

/// The value of a leaf with these sums, before shrinkage.
inline double node_value(double gradient, double hessian, double l2_regularization) {
  return -gradient / (hessian + l2_regularization + 1e-15);  // 1e-15: 0/0 is no value
}

/// gains[i] ← how much lower the loss of the node becomes when the rows passed, whose sums are
/// passed[i], are parted from the rest; 0 where that is not allowed, or no more than rounding.
/// Returns the largest of them. n ≤ 256.
double cut_gains(const CutNode& node, const FixedPoint& fixed_point, const Cell* passed, int n,
                 double* gains, InstructionSet instructions = best_instruction_set());

}  // namespace espalier::hgb
