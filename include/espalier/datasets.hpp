// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything in datasets/: artificial data for trying and testing estimators.
#pragma once

#include <espalier/datasets/make_blobs.hpp>
#include <espalier/datasets/make_classification.hpp>
#include <espalier/datasets/make_regression.hpp>
