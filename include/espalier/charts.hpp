// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Lines, bars and confusion matrices as SVG.
#pragma once

#include <espalier/charts/charts.hpp>
