// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What both estimators offer for reading a fitted model, on their common state.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <espalier/core/features.hpp>
#include <espalier/ensemble/hist_gradient_boosting_state.hpp>
#include <espalier/ensemble/shap_values.hpp>

namespace espalier::hgb {

/// n × trees: the leaf that each row reaches, as its number within the tree.
Eigen::MatrixXi leaf_indices(const HistGradientBoostingState& state, const Features& X);

/// Calls `visit(iteration, raw)` after each iteration, counted from 0, with the n × outputs raw
/// predictions of the trees so far; after the last one they are predict_raw, bit for bit.
void for_each_stage(const HistGradientBoostingState& state, const Features& X,
                    const std::function<void(Index iteration, const Matrix& raw)>& visit);

ShapValues shap_values(const HistGradientBoostingState& state, const Features& X,
                       std::vector<std::string> names);

}  // namespace espalier::hgb
