// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Models that are linear in the features.
#pragma once

#include <espalier/linear_model/huber_regressor.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/quantile_regressor.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/linear_model/sgd_classifier.hpp>
#include <espalier/linear_model/sgd_regressor.hpp>
