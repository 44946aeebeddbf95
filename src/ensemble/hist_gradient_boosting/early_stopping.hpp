// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include <espalier/core/types.hpp>

namespace espalier::hgb {

/// Whether none of the last `patience` scores is better than the one before them by more than
/// `tol`. Scores are the greater the better.
bool no_progress(std::span<const double> scores, int patience, double tol);

/// The position of the greatest score, the first of equals; NaN is no better than any.
Index best_score(std::span<const double> scores);

}  // namespace espalier::hgb
