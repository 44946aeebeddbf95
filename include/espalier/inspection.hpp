// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that shows a model and its evaluation.
#pragma once

#include <espalier/charts/charts.hpp>
#include <espalier/inspection/diagram.hpp>
#include <espalier/inspection/html_report.hpp>
#include <espalier/inspection/permutation_importance.hpp>
#include <espalier/inspection/regression_summary.hpp>
#include <espalier/inspection/tree_export.hpp>
