// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Estimators made of estimators.
#pragma once

#include <espalier/compose/column_transformer.hpp>
#include <espalier/compose/pipeline.hpp>
