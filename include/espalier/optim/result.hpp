// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>

#include <espalier/core/types.hpp>

namespace espalier {

/// What a minimiser tells its callback after every iteration.
struct OptimIteration {
  int iteration;         ///< 1, 2, …
  double value;          ///< f at the new point
  double gradient_norm;  ///< there, in the norm of the method
};

/// Called after every iteration, when the function was evaluated last at the new point; an exception
/// that it throws ends the minimisation and comes out.
using OptimCallback = std::function<void(const OptimIteration&)>;

struct OptimResult {
  Vector x;
  double value = 0.0;
  double gradient_norm = 0.0;  ///< at x, in the norm of the method
  int n_iter = 0;
  int n_evaluations = 0;  ///< of f with its gradient
  bool converged = false;
  std::string message;  ///< why it ended
};

}  // namespace espalier
