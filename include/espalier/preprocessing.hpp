// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that scales and encodes columns.
#pragma once

#include <espalier/preprocessing/categories.hpp>
#include <espalier/preprocessing/category.hpp>
#include <espalier/preprocessing/label_encoder.hpp>
#include <espalier/preprocessing/min_frequency.hpp>
#include <espalier/preprocessing/one_hot_encoder.hpp>
#include <espalier/preprocessing/ordinal_encoder.hpp>
#include <espalier/preprocessing/standard_scaler.hpp>
