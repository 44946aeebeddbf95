// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Models that are linear in the features.
#pragma once

#include <espalier/linear_model/elastic_net.hpp>
#include <espalier/linear_model/elastic_net_cv.hpp>
#include <espalier/linear_model/enet_path.hpp>
#include <espalier/linear_model/gamma_regressor.hpp>
#include <espalier/linear_model/generalized_linear.hpp>
#include <espalier/linear_model/huber_regressor.hpp>
#include <espalier/linear_model/lasso.hpp>
#include <espalier/linear_model/lasso_cv.hpp>
#include <espalier/linear_model/linear_regression.hpp>
#include <espalier/linear_model/logistic_regression.hpp>
#include <espalier/linear_model/logistic_regression_cv.hpp>
#include <espalier/linear_model/poisson_regressor.hpp>
#include <espalier/linear_model/quantile_regressor.hpp>
#include <espalier/linear_model/ridge.hpp>
#include <espalier/linear_model/ridge_classifier.hpp>
#include <espalier/linear_model/ridge_classifier_cv.hpp>
#include <espalier/linear_model/ridge_cv.hpp>
#include <espalier/linear_model/sgd_classifier.hpp>
#include <espalier/linear_model/sgd_regressor.hpp>
#include <espalier/linear_model/tweedie_regressor.hpp>
