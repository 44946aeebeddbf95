// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Everything that fills in missing values.
#pragma once

#include <espalier/impute/simple_imputer.hpp>
