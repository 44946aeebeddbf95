// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <espalier/ensemble/boosted_trees.hpp>

#include "ensemble/hist_gradient_boosting/table.hpp"

namespace espalier::hgb {

/// Adds the leaves of trees [first, last) to the raw predictions of a table: `raw` is n × outputs,
/// column-major. Rows run in parallel, in blocks; trees are added in their order, so the bits do
/// not depend on how many rows are predicted together.
///
/// O(n × trees × depth). Of a sparse table, some rows at a time are filled with their zeros, and
/// only the features that the trees split on.
void add_predictions(const BoostedTrees& trees, Index first, Index last, const Table& table,
                     double* raw);

/// All of it: baseline plus every tree. Compiles the trees (compiled_trees.hpp) when the rows are
/// many enough to repay it; the bits are the same.
Matrix predict_raw(const BoostedTrees& trees, const Table& table);

/// One row of features into `raw`, one value an output, by walking down the trees.
void predict_row(const BoostedTrees& trees, const double* row, double* raw) noexcept;

}  // namespace espalier::hgb
