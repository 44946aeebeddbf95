// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that splits, cross-validates and searches.
#pragma once

#include <espalier/model_selection/cross_validation.hpp>
#include <espalier/model_selection/cv.hpp>
#include <espalier/model_selection/grid_search_cv.hpp>
#include <espalier/model_selection/k_fold.hpp>
#include <espalier/model_selection/parameter_distributions.hpp>
#include <espalier/model_selection/parameter_grid.hpp>
#include <espalier/model_selection/randomized_search_cv.hpp>
#include <espalier/model_selection/scoring.hpp>
#include <espalier/model_selection/search_cv.hpp>
#include <espalier/model_selection/search_results.hpp>
#include <espalier/model_selection/split.hpp>
#include <espalier/model_selection/splitter.hpp>
#include <espalier/model_selection/stratified_k_fold.hpp>
#include <espalier/model_selection/train_test_split.hpp>
