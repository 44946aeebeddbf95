// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/core/types.hpp>

namespace espalier::detail {

/// Minka's estimate of the dimension of n rows of data, from all p eigenvalues of their covariance,
/// descending: the k in 1 … p − 1 (1 for p = 1) of greatest evidence. O(p²).
/// @see Minka, Automatic choice of dimensionality for PCA, NIPS 13 (2000) 598–604, equation (30)
Index minka_dimension(const Vector& spectrum, double n);

}  // namespace espalier::detail
