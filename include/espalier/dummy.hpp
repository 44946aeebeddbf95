// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that predicts without looking: baselines.
#pragma once

#include <espalier/dummy/dummy_classifier.hpp>
#include <espalier/dummy/dummy_regressor.hpp>
