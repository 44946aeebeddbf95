// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Boosted trees.
#pragma once

#include <espalier/ensemble/hist_gradient_boosting_classifier.hpp>
#include <espalier/ensemble/hist_gradient_boosting_regressor.hpp>
#include <espalier/ensemble/import.hpp>
#include <espalier/ensemble/shap_values.hpp>
