// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <vector>

#include "linalg/sparse_columns.hpp"
#include "linear_model/quadratic_model.hpp"

namespace espalier::detail {

/// Of every column x of a sparse X: Σ v·x and, where h·x² says how curved the model is, the mean by
/// h and Σ h·(x − mean)². Without an intercept the mean counts as 0.
struct SparseSlopes {
  Vector with_v, mean, norm;
};

/// One pass over X, O(nonzeros). `rows` are v and h of each row.
SparseSlopes sparse_slopes(const SparseColumns& X, const Eigen::Matrix2Xd& rows,
                           bool fit_intercept);

/// quadratic_model() of a sparse X, whose slopes are known. A sweep of many numbers goes over two
/// halves of the columns at the same time, each as if the other stood still, and takes what both
/// did as one step, which is made shorter should the halves undo each other's work; then all later
/// sweeps go over one column after the other.
std::unique_ptr<QuadraticModel> sparse_quadratic_model(const SparseColumns& X,
                                                       const std::vector<int>& set,
                                                       const Eigen::Matrix2Xd& rows,
                                                       const SparseSlopes& slopes, const Vector& w,
                                                       bool fit_intercept);

}  // namespace espalier::detail
