// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace espalier::reference {

/// One step of SAGA as the paper has it: along the row and the mean gradient, then the proximal
/// operator of the L1 norm and a shrinkage.
inline void saga_step(double along_row, double along_mean, double mean_change,
                      const std::vector<double>& x, const std::vector<double>& threshold,
                      const std::vector<double>& shrink, std::vector<double>& z,
                      std::vector<double>& mean) {
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double a = z[j] - along_row * x[j] - along_mean * mean[j];
    const double size = std::abs(a) - threshold[j];
    z[j] = size > 0.0 ? std::copysign(size, a) * shrink[j] : 0.0;
    mean[j] += mean_change * x[j];
  }
}

}  // namespace espalier::reference
